//! The servers of connect-go and grpc-go: the program in `go/`.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tower_connect::BoxError;

use super::Peer;
use super::certificate::{Certificate, file};
use crate::go;
use crate::server::RECEIVE_LIMIT;

/// Starts it with one of the libraries, `connect` or `grpc`. It ends with its stdin.
pub(super) async fn start(library: &str, certificate: &Certificate) -> Result<Peer, BoxError> {
    let (pem, key) = (file(&certificate.pem)?, file(&certificate.key)?);
    let mut command = go::program()?;
    command.args(["serve", library, "-limit", &RECEIVE_LIMIT.to_string(), "-certificate"]).arg(pem.path());
    command.arg("-key").arg(key.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = command.spawn().map_err(|error| format!("`go` does not start ({error}): install Go"))?;
    let stdout = program.stdout.take().ok_or("it has no stdout")?;
    let line = BufReader::new(stdout).lines().next_line().await?.ok_or("the server in Go does not start")?;
    let addresses: Value = serde_json::from_str(&line)?;
    let address = |port: &str| addresses[port].as_str().ok_or_else(|| format!("it says no address: {line}"));
    Ok(Peer::new(address("plain")?.parse()?, address("tls")?.parse()?, Some(program))?)
}
