//! The two programs that a run needs, each made when it is missing.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tower_connect::BoxError;

const RUNNER: &str = "connectconformance";
const VERSION: &str = env!("CONFORMANCE_VERSION");

/// The suite's runner, from a folder of this version's own.
pub(super) fn runner() -> Result<PathBuf, BoxError> {
    let dir = folder()?.join(format!("{RUNNER}-{VERSION}"));
    let path = dir.join(format!("{RUNNER}{EXE_SUFFIX}"));
    if !path.exists() {
        let mut command = Command::new("go");
        command.arg("install").arg(format!("connectrpc.com/conformance/cmd/{RUNNER}@{VERSION}")).env("GOBIN", &dir);
        let status = command.status().map_err(|error| format!("go is needed to install the runner: {error}"))?;
        if !status.success() {
            return Err(format!("go install has failed: {status}").into());
        }
    }
    Ok(path)
}

/// Where the tools of this repository lie.
fn folder() -> Result<PathBuf, BoxError> {
    let var = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || {
        let home = || env::home_dir().map(|home| home.join(".cache"));
        var("XDG_CACHE_HOME").or_else(home).map(|cache| cache.join("tower-connect/tools"))
    };
    let folder = var("TOWER_CONNECT_TOOLS").or_else(cache).ok_or("there is no home: set TOWER_CONNECT_TOOLS")?;
    // Go takes no relative folder.
    Ok(std::path::absolute(folder)?)
}

/// The server under test, built as it would be for use.
pub(super) fn server() -> Result<PathBuf, BoxError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "-p", env!("CARGO_PKG_NAME"), "--bin", "conformance-server"]);
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
