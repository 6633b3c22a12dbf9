//! Runs the suite: `cargo run -p conformance -- server`.

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use conformance::suite;

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
enum Suites {
    /// Those of the suite's runner
    Official,
    /// Those of this crate, in `suites/`
    Own,
    All,
}

fn main() -> ExitCode {
    let Command::Server { suites, runner } = Args::parse().command;
    let suites: &[_] = match suites {
        Suites::Official => &[suite::Suites::Official],
        Suites::Own => &[suite::Suites::Own],
        Suites::All => &[suite::Suites::Official, suite::Suites::Own],
    };
    match suite::test_server(suites, &runner) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
