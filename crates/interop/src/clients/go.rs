//! connect-go and grpc-go: the program in `go/`, which does its own checks.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tower_connect::BoxError;

use crate::go;
use crate::report::Report;
use crate::server::{RECEIVE_LIMIT, Server};

pub(super) async fn run(server: &Server, report: &mut Report) -> Result<(), BoxError> {
    for protocol in ["Connect", "gRPC", "gRPC-Web"] {
        report.expect("connect-go", protocol);
    }
    report.expect("grpc-go", "gRPC");
    let mut command = go::program()?;
    command.args(["-plain", &server.plain.to_string(), "-tls", &server.tls.to_string()]);
    command.args(["-limit", &RECEIVE_LIMIT.to_string(), "-certificate"]).arg(server.certificate.path());
    let child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn();
    let mut child = child.map_err(|error| format!("`go` does not start ({error}): install Go"))?;
    let mut failed = false;
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            failed |= !read(&line, report)?;
        }
    }
    // It fails with its checks, and only then.
    let status = child.wait().await?;
    if status.success() == failed {
        return Err(format!("the clients in Go end with {status}").into());
    }
    Ok(())
}

/// Takes in a line: `ok` or `FAIL`, the client, the protocol, and the check, with a tab between each two. Whether it is `ok` is returned.
fn read(line: &str, report: &mut Report) -> Result<bool, BoxError> {
    let parts: Vec<_> = line.splitn(5, '\t').collect();
    match parts[..] {
        ["ok", client, protocol, name] => report.check(client, protocol, name, Ok(())),
        ["FAIL", client, protocol, name, why] => report.check(client, protocol, name, Err(why.to_owned())),
        _ => return Err(format!("the clients in Go say {line:?}").into()),
    }
    Ok(parts[0] == "ok")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_checks_or_errors() {
        let mut report = Report::new(false);
        assert!(read("ok\tgrpc-go\tgRPC\tTLS: unary", &mut report).unwrap());
        assert!(report.is_success());
        assert!(!read("FAIL\tgrpc-go\tgRPC\tTLS: unary\twhy\tnot", &mut report).unwrap());
        assert!(!report.is_success());
        assert!(read("panic: no", &mut report).is_err());
    }
}
