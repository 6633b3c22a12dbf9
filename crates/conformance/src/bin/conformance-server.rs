//! The server under test, which the suite's runner starts: stdin and stdout belong to the two of them, logs go to stderr.

use std::io;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    conformance::log::run(conformance::server::run(io::stdin(), io::stdout())).await
}
