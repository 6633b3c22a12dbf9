//! The program in `go/`, which is both clients and servers.

use std::path::Path;
use std::{env, process};

use tokio::process::Command;
use tools::Go;
use tower_connect::BoxError;

/// It generates the code.
pub(crate) const BUF: Go = Go::new("github.com/bufbuild/buf/cmd/buf", "v1.75.0");
/// In the versions of `go.mod`, where it names them.
const PLUGINS: [Go; 3] = [
    Go::new("google.golang.org/protobuf/cmd/protoc-gen-go", "v1.36.12"),
    Go::new("google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.6.2"),
    Go::new("connectrpc.com/connect/cmd/protoc-gen-connect-go", "v1.21.1"),
];
const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/go");

/// The command that builds and runs it, once the code is there that it needs.
pub(crate) fn program() -> Result<Command, BoxError> {
    generate()?;
    let mut command = Command::new("go");
    command.args(["run", "."]).current_dir(DIR);
    Ok(command)
}

/// Makes `go/gen` from the schema.
fn generate() -> Result<(), BoxError> {
    let plugins = PLUGINS.map(Go::install).into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut path: Vec<_> = plugins.iter().filter_map(|plugin| plugin.parent()).map(Path::to_owned).collect();
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut command = process::Command::new(BUF.install()?);
    let status = command.arg("generate").current_dir(DIR).env("PATH", env::join_paths(path)?).status()?;
    if status.success() { Ok(()) } else { Err(format!("buf generate: {status}").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_generated_for_the_versions_that_it_is_built_with() {
        let requirements = include_str!("../go/go.mod");
        for (module, plugin) in [("google.golang.org/protobuf", PLUGINS[0]), ("connectrpc.com/connect", PLUGINS[2])] {
            let required = format!("\t{module} {}\n", plugin.version());
            assert!(requirements.contains(&required), "go.mod has no {required:?}");
        }
    }
}
