//! Runs the suite: `cargo run -p conformance -- server`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use conformance::suite::{self, OFFICIAL};

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
        /// Further arguments for the suite's runner, for instance `--run 'Basic/**' --trace`
        #[arg(last = true)]
        runner: Vec<String>,
    },
}

fn main() -> ExitCode {
    let Command::Server { runner } = Args::parse().command;
    match suite::test_server(&[OFFICIAL], &runner) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
