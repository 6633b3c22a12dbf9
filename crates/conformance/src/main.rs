//! Runs the suite: `cargo run -p conformance -- server`.

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use conformance::suite::{self, CONNECT, GRPC, GRPC_WEB};

/// The Connect conformance suite against tower-connect
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tests the server
    Server {
        /// What it speaks
        #[arg(long, value_enum, default_value = "all")]
        protocol: Protocol,
        /// Further arguments for the suite's runner, for instance `--run 'Basic/**' --trace`
        #[arg(last = true)]
        runner: Vec<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Protocol {
    Connect,
    Grpc,
    GrpcWeb,
    All,
}

fn main() -> ExitCode {
    let Command::Server { protocol, runner } = Args::parse().command;
    let runs: &[_] = match protocol {
        Protocol::Connect => &[CONNECT],
        Protocol::Grpc => &[GRPC],
        Protocol::GrpcWeb => &[GRPC_WEB],
        Protocol::All => &[CONNECT, GRPC, GRPC_WEB],
    };
    match suite::test_server(runs, &runner) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
