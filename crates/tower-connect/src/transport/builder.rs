use std::fmt;
use std::time::Duration;

use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioTimer;

use super::connector::{Connector, Limited};
use super::executor::Tasks;
use super::http::{HttpTransport, Pool};

/// How an [`HttpTransport`] makes and keeps its connections.
#[derive(Clone)]
#[must_use = "nothing is made before `build`"]
pub struct Builder<C = HttpConnector> {
    connector: C,
    only: Option<Only>,
    connect_timeout: Duration,
    /// Tells a connector of that, and whether it is for HTTP/2.
    prepare: Option<fn(&mut C, Duration, bool)>,
    idle_timeout: Option<Duration>,
    max_idle_per_host: usize,
    stream_window: u32,
    connection_window: u32,
    keep_alive_interval: Option<Duration>,
    keep_alive_timeout: Duration,
    max_header_list_size: u32,
    #[cfg(feature = "tls")]
    tls: Option<std::sync::Arc<rustls::ClientConfig>>,
}

/// The one version that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Only {
    Http1,
    Http2,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
const MAX_IDLE: usize = 64;
const STREAM_WINDOW: u32 = 256 << 10;
/// What is unread is bounded by the streams: this one only makes some of them wait for others.
const CONNECTION_WINDOW: u32 = 1 << 30;
/// Source: RFC 9113, 6.9.1.
const LARGEST_WINDOW: u32 = (1 << 31) - 1;
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Silent connections are asked by the kernel, which no server takes amiss.
const TCP_KEEP_ALIVE: Duration = Duration::from_secs(45);
const TCP_KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
const TCP_KEEP_ALIVE_RETRIES: u32 = 3;
/// The same for what a machine that is gone was sent.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(90);
const MAX_HEADER_LIST_SIZE: u32 = 64 << 10;

impl Default for Builder {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        connector.set_keepalive(Some(TCP_KEEP_ALIVE));
        connector.set_keepalive_interval(Some(TCP_KEEP_ALIVE_INTERVAL));
        connector.set_keepalive_retries(Some(TCP_KEEP_ALIVE_RETRIES));
        Self { prepare: Some(prepare), ..Self::new(connector) }
    }
}

fn prepare(connector: &mut HttpConnector, limit: Duration, is_http2: bool) {
    // It is divided among the addresses of a host, of which the first ones may be dead.
    connector.set_connect_timeout(Some(limit));
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    // Over HTTP/1.1 a server may take its time to read what it was sent.
    connector.set_tcp_user_timeout(is_http2.then_some(TCP_USER_TIMEOUT));
}

impl<C: Connector> Builder<C> {
    pub(super) fn new(connector: C) -> Self {
        Self {
            connector,
            only: None,
            connect_timeout: CONNECT_TIMEOUT,
            prepare: None,
            idle_timeout: Some(IDLE_TIMEOUT),
            max_idle_per_host: MAX_IDLE,
            stream_window: STREAM_WINDOW,
            connection_window: CONNECTION_WINDOW,
            keep_alive_interval: None,
            keep_alive_timeout: KEEP_ALIVE_TIMEOUT,
            max_header_list_size: MAX_HEADER_LIST_SIZE,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Speaks HTTP/1.1 only. Streams both ways are half duplex then: servers that answer before they have seen the whole request may not be
    /// heard.
    pub fn http1_only(mut self) -> Self {
        self.only = Some(Only::Http1);
        self
    }

    /// Speaks HTTP/2 only, without TLS too ("prior knowledge" of RFC 9113, 3.3).
    ///
    /// By default HTTP/2 is for gRPC and for streams both ways; other calls go by what TLS has negotiated, and without TLS over HTTP/1.1, which
    /// every server understands.
    pub fn http2_only(mut self) -> Self {
        self.only = Some(Only::Http2);
        self
    }

    /// How long it may take until there is a connection, with its TLS; the default is 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a connection is kept that nobody uses, or `None` for ever; the default is 90 s.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = timeout.into();
        self
    }

    /// How many connections to a host are kept that nobody uses; the default is 64.
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.max_idle_per_host = connections;
        self
    }

    /// How much of a response a server of HTTP/2 may send ahead of who reads it, in bytes; the default is 256 KiB. More is faster over long
    /// distances: a stream brings a window's worth in the time of a round trip.
    pub fn stream_window(mut self, bytes: u32) -> Self {
        self.stream_window = bytes.min(LARGEST_WINDOW);
        self
    }

    /// The same for all responses of a connection together, in bytes; the default is 1 GiB, which is as good as none.
    /// Where it is not far more than what the streams have, a few streams that nobody reads hold up all others, and h2 ends connections on which small
    /// messages lie unread, each of which counts 256 bytes, for half of it.
    pub fn connection_window(mut self, bytes: u32) -> Self {
        self.connection_window = bytes.min(LARGEST_WINDOW);
        self
    }

    /// After how much silence a server of HTTP/2 is asked by a PING whether it is still there, while calls wait for it; by default never.
    ///
    /// Some servers close connections on which they are asked more often than every five minutes; so does grpc-go. The kernel's keepalive, which
    /// is on, asks on connections on which nothing is under way: after 45 s, and three times within another 45 s.
    pub fn keep_alive_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.keep_alive_interval = interval.into();
        self
    }

    /// How long such a PING may go without an answer; the default is 20 s.
    pub fn keep_alive_timeout(mut self, timeout: Duration) -> Self {
        self.keep_alive_timeout = timeout;
        self
    }

    /// How many bytes of headers a response of HTTP/2 may have; the default is 64 KiB.
    pub fn max_header_list_size(mut self, bytes: u32) -> Self {
        self.max_header_list_size = bytes;
        self
    }

    /// Whom to trust, and who to be: certificates of the server and of the client, and whatever else rustls can do. ALPN is set by the transport.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, config: std::sync::Arc<rustls::ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// The transport. Nothing is connected yet.
    #[must_use]
    pub fn build(self) -> HttpTransport<C> {
        let http2 = self.pool(true);
        let other = if self.only == Some(Only::Http2) { http2.clone() } else { self.pool(false) };
        HttpTransport::new_with(other, http2, self.only)
    }

    fn pool(&self, http2: bool) -> Pool<C> {
        let mut client = Client::builder(Tasks);
        client
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.idle_timeout)
            .pool_max_idle_per_host(self.max_idle_per_host)
            .http2_only(http2)
            .http2_initial_stream_window_size(self.stream_window)
            .http2_initial_connection_window_size(self.connection_window)
            .http2_keep_alive_interval(self.keep_alive_interval)
            .http2_keep_alive_timeout(self.keep_alive_timeout)
            .http2_max_header_list_size(self.max_header_list_size);
        client.build(Limited::new(self.secured(http2), self.connect_timeout, http2))
    }

    fn connector(&self, http2: bool) -> C {
        let mut connector = self.connector.clone();
        if let Some(prepare) = self.prepare {
            prepare(&mut connector, self.connect_timeout, http2);
        }
        connector
    }

    #[cfg(feature = "tls")]
    fn secured(&self, http2: bool) -> super::tls::Secured<C> {
        use super::tls::{Secured, Versions};

        let versions = match self.only {
            _ if http2 => Versions::Http2,
            Some(Only::Http1) => Versions::Http1,
            Some(Only::Http2) | None => Versions::Both,
        };
        Secured { inner: self.connector(http2), config: self.tls.clone(), versions }
    }

    #[cfg(not(feature = "tls"))]
    fn secured(&self, http2: bool) -> super::connector::Secured<C> {
        super::connector::Secured(self.connector(http2))
    }
}

impl<C> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("only", &self.only)
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("keep_alive_interval", &self.keep_alive_interval)
            .finish_non_exhaustive()
    }
}
