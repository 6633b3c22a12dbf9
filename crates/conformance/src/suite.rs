//! The suite's runner: where it comes from, what it is given, and what it finds.

mod tally;
mod tools;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use tower_connect::BoxError;

pub use self::tally::Tally;

/// One run of the suite against the server under test.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    name: &'static str,
    config: &'static str,
}

/// Connect.
pub const CONNECT: Run = Run { name: "Connect", config: include_str!("../config/server-connect.yaml") };
/// gRPC.
pub const GRPC: Run = Run { name: "gRPC", config: include_str!("../config/server-grpc.yaml") };
/// gRPC-Web, binary: the runner has no cases of the textual kind.
pub const GRPC_WEB: Run = Run { name: "gRPC-Web", config: include_str!("../config/server-grpc-web.yaml") };

/// Runs the suite against the server, once for each of `runs`, with further arguments for the runner, and prints what comes of it.
///
/// Whether all cases have passed is returned.
///
/// # Errors
///
/// The runner cannot be installed, the server cannot be built, or either does not start.
pub fn test_server(runs: &[Run], arguments: &[String]) -> Result<bool, BoxError> {
    let runner = tools::runner()?;
    let server = tools::server()?;
    let mut tallies = Vec::new();
    for run in runs {
        println!("\n==> {}", run.name);
        tallies.push(run.start(&runner, &server, arguments)?);
    }
    println!("\n{:<10}{:<10}{:>8}{:>8}{:>8}", "protocol", "HTTP", "cases", "passed", "failed");
    for tally in &tallies {
        print!("{tally}");
    }
    Ok(tallies.iter().all(Tally::is_success))
}

impl Run {
    fn start(self, runner: &Path, server: &Path, arguments: &[String]) -> Result<Tally, BoxError> {
        let mut config = tempfile::NamedTempFile::new()?;
        config.write_all(self.config.as_bytes())?;
        let mut command = Command::new(runner);
        command.arg("--conf").arg(config.path()).args(["--mode", "server", "-v"]);
        command.args(arguments).arg("--").arg(server).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", runner.display()))?;
        let mut tally = Tally::new();
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).lines() {
                let line = line?;
                println!("{line}");
                tally.read(&line);
            }
        }
        tally.end(child.wait()?);
        Ok(tally)
    }
}
