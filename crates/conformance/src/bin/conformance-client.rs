//! The client under test, which the suite's runner starts: stdin and stdout belong to the two of them, logs go to stderr.

use std::io;
use std::process::ExitCode;

use tower_connect::BoxError;

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
    conformance::log::start()?;
    conformance::client::run(io::stdin(), io::stdout()).await
}
