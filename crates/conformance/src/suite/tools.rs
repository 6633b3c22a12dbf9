//! The programs that a run needs, each made when it is missing.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tools::Go;
use tower_connect::BoxError;

const RUNNER: Go = Go::new("connectrpc.com/conformance/cmd/connectconformance", env!("CONFORMANCE_VERSION"));

/// The suite's runner.
pub(super) fn runner() -> Result<PathBuf, BoxError> {
    Ok(RUNNER.install()?)
}

/// A program of this crate's, built as it would be for use.
pub(super) fn build(program: &str) -> Result<PathBuf, BoxError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "-p", env!("CARGO_PKG_NAME"), "--bin", program]);
    command.arg("--message-format=json-render-diagnostics");
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("cargo build has failed: {}", output.status).into());
    }
    // Only cargo knows where its target directory is.
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let built = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
    built.ok_or_else(|| "cargo build has made no program".into())
}
