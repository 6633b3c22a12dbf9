//! Turns the suite's schemas into Rust. They come from the module cache of Go, which checks what it downloads; nothing is copied.

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

const VERSION: &str = "v1.0.7";
/// What Go's checksum database has of this version.
const SUM: &str = "h1:9Sqx8vEeRJyKoIAiYdEuABrlPKRoNxVHSbJ0CVil7xg=";
const DIR: &str = "CONFORMANCE_PROTO_DIR";

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={DIR}");
    // The runner is installed in the version of the schemas.
    println!("cargo:rustc-env=CONFORMANCE_VERSION={VERSION}");
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), Box<dyn Error>> {
    let dir = match env::var_os(DIR) {
        Some(dir) => PathBuf::from(dir),
        None => download()?.join("proto"),
    };
    let protos = ["config", "service", "server_compat", "client_compat"];
    let protos = protos.map(|name| dir.join(format!("connectrpc/conformance/v1/{name}.proto")));
    tower_connect_build::configure().include(&dir).compile(&protos)?;
    Ok(())
}

/// The suite's module in the cache of Go, from where it is fetched if it is not there yet.
fn download() -> Result<PathBuf, Box<dyn Error>> {
    let module = format!("connectrpc.com/conformance@{VERSION}");
    let output = Command::new("go").args(["mod", "download", "-json", &module]).output().map_err(|error| {
        format!(
            "the suite's schemas come with its Go module, and `go` does not start ({error}): install Go, or set {DIR}"
        )
    })?;
    let found: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("go mod download: {}", String::from_utf8_lossy(&output.stderr)))?;
    if let Some(error) = found["Error"].as_str() {
        return Err(format!("go mod download: {error}").into());
    }
    match (found["Sum"].as_str(), found["Dir"].as_str()) {
        (Some(SUM), Some(dir)) => Ok(dir.into()),
        (sum, _) => Err(format!("{module} is not the one that is known: its sum is {sum:?}, not {SUM:?}").into()),
    }
}
