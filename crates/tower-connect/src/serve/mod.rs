//! An accept loop: HTTP/1.1 and HTTP/2 on one port, with TLS or without, and an end that waits for the calls in flight.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! use axum::{Router, routing::get};
//! use tokio::net::TcpListener;
//!
//! let app = Router::new().route("/healthz", get(|| async { "ok" }));
//! let listener = TcpListener::bind("127.0.0.1:0").await?;
//! let stop = async {}; // for instance tokio::signal::ctrl_c()
//! tower_connect::serve(listener, app).with_graceful_shutdown(stop).await;
//! # Ok(())
//! # }
//! ```

mod accept;
mod connection;
mod hello;
mod linger;
mod stall;
#[cfg(feature = "tls")]
mod tls;
mod upload;

use std::convert::Infallible;
use std::future::{Future, IntoFuture, Pending, pending};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_service::Service;

use self::accept::{Accept, Plain};
use self::connection::Connection;
use self::linger::Linger;
use self::stall::Streams;
#[cfg(feature = "tls")]
use self::tls::Tls;
pub use self::upload::Upload;
use crate::Peer;
use crate::error::BoxError;

/// How much of a stream, and of all streams of a connection, HTTP/2 takes before it is read, in bytes.
///
/// Wide for links with a long way, and for callers of many small messages: h2 ends a connection on which more of them wait to be read than
/// half of its window allows.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// How many calls of a connection may be reset before the server has come to look at them, as many as there may be at a time: when more than 20
/// of them, which is h2's own bound, were cancelled at once by a proxy or a busy client, it lost all its others.
const PENDING_RESETS: usize = 200;
/// How long a sign of life may take.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// What a loop waits that cannot accept, for instance because no file descriptor is left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves an `axum::Router` or any other Tower service on a listener, for ever.
///
/// Both versions of HTTP are recognised by the first bytes of a connection, so gRPC's clients need no setting here. A connection on which
/// they have not come within 30 s is closed, as is one of HTTP/1.1 on which a head takes longer than that.
pub fn serve<S>(listener: TcpListener, service: S) -> Serve<S> {
    Serve { listener, service, accept: Plain, stop: pending(), times: Times::default() }
}

/// The future of [`serve()`]: await it to serve.
#[derive(Debug)]
#[must_use = "nothing is served before it is awaited"]
pub struct Serve<S, F = Pending<()>, A = Plain> {
    listener: TcpListener,
    service: S,
    accept: A,
    stop: F,
    times: Times,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
struct Times {
    drain: Duration,
    stall: Duration,
    keep_alive_interval: Option<Duration>,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            drain: Duration::from_secs(30),
            stall: Duration::from_secs(120),
            keep_alive_interval: Some(Duration::from_secs(60)),
        }
    }
}

impl<S, F, A> Serve<S, F, A> {
    /// Stops when the future ends: no connection is accepted any more, and those that are there end after their calls in flight. A connection
    /// that was upgraded, to a websocket for instance, is not waited for.
    pub fn with_graceful_shutdown<G: Future<Output = ()> + Send + 'static>(self, stop: G) -> Serve<S, G, A> {
        let Self { listener, service, accept, times, .. } = self;
        Serve { listener, service, accept, stop, times }
    }

    /// Speaks TLS, with a configuration of rustls as it is. Where it names no protocols for ALPN, HTTP/2 and HTTP/1.1 are offered.
    ///
    /// With a verifier for certificates of clients it is mutual TLS, and [`Peer::certificates`] tells who calls:
    ///
    /// ```no_run
    /// # async fn run(app: axum::Router, listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    ///
    /// use rustls::pki_types::pem::PemObject;
    /// use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    /// use rustls::server::WebPkiClientVerifier;
    /// use rustls::{RootCertStore, ServerConfig};
    ///
    /// let mut roots = RootCertStore::empty();
    /// for authority in CertificateDer::pem_file_iter("callers.pem")? {
    ///     roots.add(authority?)?;
    /// }
    /// let provider = Arc::new(rustls::crypto::ring::default_provider());
    /// let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build()?;
    /// let chain = CertificateDer::pem_file_iter("server.pem")?.collect::<Result<_, _>>()?;
    /// let config = ServerConfig::builder_with_provider(provider)
    ///     .with_safe_default_protocol_versions()?
    ///     .with_client_cert_verifier(verifier)
    ///     .with_single_cert(chain, PrivateKeyDer::from_pem_file("server.key")?)?;
    /// tower_connect::serve(listener, app).tls(Arc::new(config)).await;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn tls(self, config: std::sync::Arc<rustls::ServerConfig>) -> Serve<S, F, Tls> {
        let Self { listener, service, stop, times, .. } = self;
        Serve { listener, service, accept: Tls::new(config), stop, times }
    }

    /// How long the calls in flight may take after the stop; what is left then is cut off. The default is 30 s.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.times.drain = timeout;
        self
    }

    /// How long an answer waits for a reader who does not take what is there, 64 KiB at the most, before its call is dropped. The default is
    /// 120 s.
    ///
    /// On HTTP/2 the stream is reset; on HTTP/1.1, and when nothing at all can be written, the connection is closed. An answer that has
    /// nothing to send waits for as long as it likes.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.times.stall = timeout;
        self
    }

    /// How long a connection of HTTP/2 is silent before its peer is asked for a sign of life, which it has 20 s to give; with `None` it is never
    /// asked. The default is 60 s.
    ///
    /// Without it, a peer that vanishes without a word holds what it has asked for as long as there is nothing to send.
    pub fn keep_alive_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.times.keep_alive_interval = interval.into();
        self
    }
}

impl<S, F, A, B> IntoFuture for Serve<S, F, A>
where
    A: Accept,
    S: Service<http::Request<Upload>, Response = http::Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    F: Future<Output = ()> + Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = ();
    type IntoFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { listener, service, accept, stop, times } = self;
        Box::pin(async move {
            let connections = GracefulShutdown::new();
            let mut tasks = JoinSet::new();
            let (stopping, stopped) = watch::channel(());
            let mut stop = pin!(stop);
            loop {
                let (stream, address) = tokio::select! {
                    () = &mut stop => break,
                    accepted = next(&listener) => accepted,
                    // Tasks that have ended are let go as they end.
                    Some(_) = tasks.join_next() => continue,
                };
                let (accept, service, watcher) = (accept.clone(), service.clone(), connections.watcher());
                let mut stopped = stopped.clone();
                tasks.spawn(async move {
                    // A connection that breaks is the peer's affair: each of its calls has been told.
                    let stream = tokio::select! {
                        stream = accept.accept(stream) => stream,
                        // Nobody has called yet.
                        _ = stopped.changed() => return,
                    };
                    if let Ok(stream) = stream {
                        let peer = Peer::with_certificates(Some(address), A::certificates(&stream));
                        let service = TowerToHyperService::new(Connection { inner: service, peer });
                        let stream = TokioIo::new(Linger::new(stream, times.stall));
                        let connection = builder(times).serve_connection_with_upgrades(stream, service).into_owned();
                        let _ = watcher.watch(connection).await;
                    }
                });
            }
            drop((listener, stopping));
            // Dropping the tasks closes the connections that have not ended in time.
            let _ = tokio::time::timeout(times.drain, connections.shutdown()).await;
        })
    }
}

async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Small answers must not wait for the acknowledgement of earlier ones. A stream that is closed already cannot be set.
                let _ = stream.set_nodelay(true);
                return (stream, address);
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

fn builder(times: Times) -> Builder<Streams> {
    let mut builder = Builder::new(Streams(times.stall));
    builder.http1().timer(TokioTimer::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .keep_alive_interval(times.keep_alive_interval)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .enable_connect_protocol();
    builder
}
