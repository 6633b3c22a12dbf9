//! Clients that are commands: one run is one call.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::check::PATIENCE;

/// The folder that the schema's imports are relative to.
pub(super) const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proto");

/// What a command has printed.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) success: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs a program to its end, with `input` as its stdin.
pub(super) async fn run(program: &Path, args: &[&str], input: &str) -> Result<Printed, String> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let failed = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = command.spawn().map_err(failed)?;
    let mut stdin = child.stdin.take();
    let input = async {
        if let Some(mut stdin) = stdin.take() {
            // A program that does not want it is no failure.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let output = async { tokio::join!(child.wait_with_output(), input).0 };
    let output = tokio::time::timeout(PATIENCE, output).await.map_err(|_| format!("no end after {PATIENCE:?}"))?;
    let output = output.map_err(failed)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Printed { success: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) })
}

/// JSON values, one after the other.
pub(super) fn values(json: &str) -> Result<Vec<Value>, String> {
    let values = serde_json::Deserializer::from_str(json).into_iter().collect::<Result<_, _>>();
    values.map_err(|error| format!("{error} in {json:?}"))
}
