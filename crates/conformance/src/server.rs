//! The server under test: it is told what to be, says where it is, and serves.

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_request;
use tokio::net::TcpListener;
use tower_connect::{BoxError, Call, Outcome, RpcLayer};

use crate::proto::{ConformanceServiceServer, ServerCompatRequest, ServerCompatResponse};
use crate::service::{Conformance, keep_query};
use crate::{framing, tls, types};

/// The runner kills a server five seconds after it has told it to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);

/// Reads what the runner wants, tells it the port, and serves until the process is told to stop.
///
/// Whatever the runner asks for, the server speaks all protocols and versions that it knows on one port.
///
/// # Errors
///
/// The request is missing or broken, the certificates are unusable, or the port cannot be told.
pub async fn run(mut requests: impl Read, mut responses: impl Write) -> Result<(), BoxError> {
    types::register();
    let request: ServerCompatRequest = framing::read(&mut requests)?.ok_or("the runner has sent no request")?;
    tracing::info!(protocol = ?request.protocol(), version = ?request.http_version(), tls = request.use_tls, "asked for");
    let creds = request.use_tls.then(|| request.server_creds.unwrap_or_default());
    let tls = creds.as_ref().map(|creds| tls::server_config(creds, &request.client_tls_cert)).transpose()?;

    let stop = stop_signal()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port().into();
    let pem_cert = creds.map(|creds| creds.cert).unwrap_or_default();
    framing::write(&mut responses, &ServerCompatResponse { host: Ipv4Addr::LOCALHOST.to_string(), port, pem_cert })?;

    let serve = tower_connect::serve(listener, app(request.message_receive_limit));
    let serve = serve.with_graceful_shutdown(stop).drain_timeout(DRAIN_TIMEOUT);
    match tls {
        None => serve.await,
        Some(config) => serve.tls(Arc::new(config)).await,
    }
    Ok(())
}

/// The service with messages of at most that many bytes; zero leaves the default.
fn app(receive_limit: u32) -> Router {
    // The suites' messages are small, and compressed responses are to be seen.
    let layer = RpcLayer::new().compress_min_size(0).on_end(log);
    let layer = if receive_limit == 0 { layer } else { layer.receive_limit(receive_limit) };
    let service = ConformanceServiceServer::new(Conformance).with_layer(layer);
    service.into_router().layer(map_request(keep_query))
}

fn log(call: &Call, outcome: &Outcome) {
    let code = outcome.code().map_or("ok", |code| code.as_str());
    tracing::debug!("{} {} {code} {:?}", call.procedure(), call.protocol(), outcome.duration());
}

/// Ends with the first SIGTERM.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        terminate.recv().await;
    })
}

/// Never ends: the runner kills the process.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "its twin may fail")]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(std::future::pending())
}
