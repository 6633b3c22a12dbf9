//! Serves Eliza.

use std::io;

use clap::Parser;
use tokio::net::TcpListener;

/// Eliza, a psychotherapist of the old school, as an RPC service next to ordinary HTTP routes.
#[derive(Parser)]
struct Args {
    /// Where to listen: an address and a port; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let args = Args::parse();
    tracing_subscriber::fmt().with_writer(io::stderr).with_target(false).init();
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", args.listen)))?;
    let stop = stop_signal()?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    tower_connect::serve(listener, eliza::app()).with_graceful_shutdown(stop).await;
    tracing::info!("stopped");
    Ok(())
}

/// Ends with the first SIGINT or SIGTERM.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
