//! Logs, which go to stderr: stdout belongs to the runner.

use std::{env, io};

use tower_connect::BoxError;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts to log what `RUST_LOG` says, or else warnings.
///
/// # Errors
///
/// `RUST_LOG` is malformed.
pub fn start() -> Result<(), BoxError> {
    let filter = match env::var("RUST_LOG") {
        Ok(directives) => directives.parse()?,
        Err(_) => Targets::new().with_default(LevelFilter::WARN),
    };
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    tracing_subscriber::registry().with(log).with(filter).init();
    Ok(())
}
