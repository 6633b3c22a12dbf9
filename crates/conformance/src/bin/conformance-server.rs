//! The server under test, which the suite's runner starts: stdin and stdout belong to the two of them, logs go to stderr.

use std::process::ExitCode;
use std::{env, io};

use tower_connect::BoxError;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), BoxError> {
    let filter = match env::var("RUST_LOG") {
        Ok(directives) => directives.parse()?,
        Err(_) => Targets::new().with_default(LevelFilter::WARN),
    };
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    tracing_subscriber::registry().with(log).with(filter).init();
    conformance::server::run(io::stdin(), io::stdout()).await
}
