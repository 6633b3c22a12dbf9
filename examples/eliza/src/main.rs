//! Serves Eliza.

use std::future::IntoFuture;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use eliza::tls::{SelfMade, self_made};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Eliza, a psychotherapist of the old school, as an RPC service next to ordinary HTTP routes.
#[derive(Parser)]
struct Args {
    /// Where to listen: an address and a port; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Speak TLS, with a certificate made for this run
    #[arg(long)]
    tls: bool,
    /// With --tls, write the certificate to a file, so that callers can trust it
    #[arg(long, value_name = "FILE", requires = "tls")]
    write_cert: Option<PathBuf>,
    /// With --tls, take only callers that show a certificate made for this run, and write it with its key to a file
    #[arg(long, value_name = "FILE", requires = "tls")]
    write_client_cert: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    // A log that cannot be written must not fail the calls that it is about.
    tracing_subscriber::fmt().with_writer(io::stderr).with_target(false).log_internal_errors(false).init();
    match serve(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}: {error}", args.listen);
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: &Args) -> io::Result<()> {
    let listener = TcpListener::bind(&args.listen).await?;
    let mut signals = Signals::new()?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = tower_connect::serve(listener, eliza::app()).with_graceful_shutdown(async { drop(stopped.await) });
    let mut serve = if args.tls {
        let SelfMade { config, certificate, caller } = self_made(args.write_client_cert.is_some())?;
        if let Some(file) = &args.write_cert {
            std::fs::write(file, certificate)?;
        }
        if let Some((file, caller)) = args.write_client_cert.as_ref().zip(caller) {
            std::fs::write(file, caller)?;
        }
        tracing::info!("listening on https://{address}");
        serve.tls(config).into_future()
    } else {
        tracing::info!("listening on http://{address}");
        serve.into_future()
    };
    tokio::select! {
        () = &mut serve => return Ok(()),
        () = signals.next() => drop(stop),
    }
    // Whoever asks twice does not want to wait for the calls in flight.
    tokio::select! {
        () = &mut serve => tracing::info!("stopped"),
        () = signals.next() => tracing::info!("stopped at once"),
    }
    Ok(())
}

/// SIGINT and SIGTERM.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[allow(clippy::unnecessary_wraps, reason = "its twin may fail")]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a handler there is nothing to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
