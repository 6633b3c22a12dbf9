//! Runs the suite: `cargo run -p conformance -- server`, `-- client`, or `-- both`.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use conformance::suite;

/// The Connect conformance suite against tower-connect
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tests the server
    Server(Options),
    /// Tests the client
    Client(Options),
    /// Tests the client and the server by each other, with the cases of the suite's runner: ours are for one of them
    Both {
        /// Further arguments for the suite's runner
        #[arg(last = true)]
        runner: Vec<String>,
    },
}

#[derive(Args)]
struct Options {
    /// Whose cases it is tested by
    #[arg(long, value_enum, default_value = "all")]
    suites: Suites,
    /// Further arguments for the suite's runner, for instance `--trace`; with `--run 'Basic/**'`, say `--suites` too: a pattern
    /// that matches nothing is an error
    #[arg(last = true)]
    runner: Vec<String>,
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
    let (mode, Options { suites, runner }) = match Arguments::parse().command {
        Command::Server(options) => (suite::Mode::Server, options),
        Command::Client(options) => (suite::Mode::Client, options),
        Command::Both { runner } => (suite::Mode::Both, Options { suites: Suites::Official, runner }),
    };
    let suites: &[_] = match suites {
        Suites::Official => &[suite::Suites::Official],
        Suites::Own => &[suite::Suites::Own],
        Suites::All => &[suite::Suites::Official, suite::Suites::Own],
    };
    match suite::test(mode, suites, &runner) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
