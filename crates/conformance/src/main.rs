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
        /// Whose cases it is tested by
        #[arg(long, value_enum, default_value = "all")]
        suites: Suites,
        /// Further arguments for the suite's runner, for instance `--trace`; with `--run 'Basic/**'`, say `--suites` too: a pattern
        /// that matches nothing is an error
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

#[derive(Clone, Copy, ValueEnum)]
enum Suites {
    /// Those of the suite's runner
    Official,
    /// Those of this crate, in `suites/`
    Own,
    All,
}

fn main() -> ExitCode {
    let Command::Server { protocol, suites, runner } = Args::parse().command;
    let runs: &[_] = match protocol {
        Protocol::Connect => &[CONNECT],
        Protocol::Grpc => &[GRPC],
        Protocol::GrpcWeb => &[GRPC_WEB],
        Protocol::All => &[CONNECT, GRPC, GRPC_WEB],
    };
    let suites: &[_] = match suites {
        Suites::Official => &[suite::Suites::Official],
        Suites::Own => &[suite::Suites::Own],
        Suites::All => &[suite::Suites::Official, suite::Suites::Own],
    };
    match suite::test_server(suites, runs, &runner) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
