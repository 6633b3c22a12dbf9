//! Logs, which go to stderr: stdout belongs to the runner.

use std::future::Future;
use std::process::ExitCode;
use std::{env, io};

use tower_connect::BoxError;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Runs a program whose log is what `RUST_LOG` says, or else warnings, and says on stderr what it fails with.
pub async fn run(program: impl Future<Output = Result<(), BoxError>>) -> ExitCode {
    let done = match start() {
        Ok(()) => program.await,
        Err(malformed) => Err(malformed),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), BoxError> {
    let filter = match env::var("RUST_LOG") {
        Ok(directives) => directives.parse()?,
        Err(_) => Targets::new().with_default(LevelFilter::WARN),
    };
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    tracing_subscriber::registry().with(log).with(filter).init();
    Ok(())
}
