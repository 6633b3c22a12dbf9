//! connect-go and grpc-go: the program in `go/`, which does its own checks.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader};
use tools::Go;
use tower_connect::BoxError;

use super::buf::BUF;
use crate::report::Report;
use crate::server::{RECEIVE_LIMIT, Server};

/// In the versions of `go.mod`, where it names them.
const PLUGINS: [Go; 3] = [
    Go::new("google.golang.org/protobuf/cmd/protoc-gen-go", "v1.36.12"),
    Go::new("google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.6.2"),
    Go::new("connectrpc.com/connect/cmd/protoc-gen-connect-go", "v1.21.1"),
];
const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/go");

pub(super) async fn run(server: &Server, report: &mut Report) -> Result<(), BoxError> {
    for protocol in ["Connect", "gRPC", "gRPC-Web"] {
        report.expect("connect-go", protocol);
    }
    report.expect("grpc-go", "gRPC");
    generate()?;
    let mut command = tokio::process::Command::new("go");
    command.args(["run", ".", "-plain", &server.plain.to_string(), "-tls", &server.tls.to_string()]);
    command.args(["-limit", &RECEIVE_LIMIT.to_string(), "-certificate"]).arg(server.certificate.path());
    let child = command.current_dir(DIR).stdout(Stdio::piped()).kill_on_drop(true).spawn();
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

/// Makes `go/gen` from the schema.
fn generate() -> Result<(), BoxError> {
    let plugins = PLUGINS.map(Go::install).into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut path: Vec<_> = plugins.iter().filter_map(|plugin| plugin.parent()).map(Path::to_owned).collect();
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new(BUF.install()?);
    let status = command.arg("generate").current_dir(DIR).env("PATH", env::join_paths(path)?).status()?;
    if status.success() { Ok(()) } else { Err(format!("buf generate: {status}").into()) }
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
    fn code_is_generated_for_the_versions_that_it_is_built_with() {
        let requirements = include_str!("../../go/go.mod");
        for (module, plugin) in [("google.golang.org/protobuf", PLUGINS[0]), ("connectrpc.com/connect", PLUGINS[2])] {
            let required = format!("\t{module} {}\n", plugin.version());
            assert!(requirements.contains(&required), "go.mod has no {required:?}");
        }
    }

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
