//! Serves Eliza.

use std::future::IntoFuture;
use std::io;
use std::process::ExitCode;

use eliza::tls::{SelfMade, self_made};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::args::Serve;
use crate::signals::Signals;

pub(crate) async fn run(args: &Serve) -> ExitCode {
    // A log that cannot be written must not fail the calls that it is about.
    tracing_subscriber::fmt().with_writer(io::stderr).with_target(false).log_internal_errors(false).init();
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{}: {error}", args.listen);
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: &Serve) -> io::Result<()> {
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
