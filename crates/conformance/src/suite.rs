//! The suite's runner: where it comes from, what it is given, and what it finds.
//!
//! It runs twice, with its own suites and with ours: a runner that is given suites leaves out those that it brings along.

mod tally;
mod tools;

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tower_connect::BoxError;

pub use self::tally::Tally;

/// How many cases the official suites have for what the server claims: fewer would mean that it claims less.
const OFFICIAL_CASES: usize = 10_756;

/// What the server under test claims.
const CONFIG: &str = include_str!("../config/server.yaml");

/// Which cases run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suites {
    /// Those that the runner brings along.
    Official,
    /// Those of `suites/`: what the official ones are silent about.
    Own,
}

/// Runs the cases of `suites` against the server, with further arguments for the runner, and prints what comes of it.
///
/// Whether all cases have passed is returned.
///
/// # Errors
///
/// The runner cannot be installed, the server cannot be built, or either does not start.
pub fn test_server(suites: &[Suites], arguments: &[String]) -> Result<bool, BoxError> {
    let runner = tools::runner()?;
    let server = tools::server()?;
    let mut tallies = Vec::new();
    for suites in suites {
        println!("\n==> {suites}");
        tallies.push((suites, run(&runner, &server, &suites.files()?, arguments)?));
    }
    for (suites, tally) in &tallies {
        println!("\n{suites}");
        print!("{:<10}{:<10}{:>8}{:>8}{:>8}\n{tally}", "protocol", "HTTP", "cases", "passed", "failed");
    }
    // Arguments may leave cases out, as `--run` does.
    let complete = |suites: Suites, tally: &Tally| {
        suites == Suites::Own || !arguments.is_empty() || tally.cases() == OFFICIAL_CASES
    };
    if let Some((_, tally)) = tallies.iter().find(|(suites, tally)| !complete(**suites, tally)) {
        println!("\nthe official suites have {OFFICIAL_CASES} cases, and {} were run", tally.cases());
        return Ok(false);
    }
    Ok(tallies.iter().all(|(_, tally)| tally.is_success()))
}

impl Suites {
    /// What the runner is to be given, in the order of the names; nothing for the suites that it has itself.
    fn files(self) -> Result<Vec<PathBuf>, BoxError> {
        let dir = match self {
            Self::Official => return Ok(Vec::new()),
            Self::Own => Path::new(env!("CARGO_MANIFEST_DIR")).join("suites"),
        };
        let entries = dir.read_dir().map_err(|error| format!("{}: {error}", dir.display()))?;
        let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, BoxError>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
        files.sort();
        // Without any, the runner would run the official ones.
        if files.is_empty() { Err(format!("{} has no suites", dir.display()).into()) } else { Ok(files) }
    }
}

impl fmt::Display for Suites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Official => "official suites",
            Self::Own => "own suites",
        })
    }
}

fn run(runner: &Path, server: &Path, files: &[PathBuf], arguments: &[String]) -> Result<Tally, BoxError> {
    let mut config = tempfile::NamedTempFile::new()?;
    config.write_all(CONFIG.as_bytes())?;
    let mut command = Command::new(runner);
    command.arg("--conf").arg(config.path()).args(["--mode", "server", "-v"]);
    for file in files {
        command.arg("--test-file").arg(file);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_own_suite_is_for_servers_and_names_its_source() {
        for file in Suites::Own.files().unwrap() {
            let suite = std::fs::read_to_string(&file).unwrap();
            let (comment, rest) = suite.split_once("\nname: ").unwrap();
            assert!(comment.lines().all(|line| line.starts_with("# ")), "{}", file.display());
            assert!(comment.contains("Source:"), "{}", file.display());
            assert!(rest.contains("\nmode: TEST_MODE_SERVER\n"), "{}", file.display());
        }
    }
}
