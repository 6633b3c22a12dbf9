//! The suite's runner: where it comes from, what it is given, and what it finds.
//!
//! It runs once for its own suites and once for ours: a runner that is given suites leaves out those that it brings along.

mod mode;
mod tally;
mod tools;

use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tower_connect::BoxError;

pub use self::mode::Mode;
pub use self::tally::Tally;

/// What client and server under test claim.
const CONFIG: &str = include_str!("../config.yaml");

/// Which cases run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suites {
    /// Those that the runner brings along.
    Official,
    /// Those of `suites/`: what the official ones are silent about.
    Own,
}

/// Runs the cases of `suites`, with further arguments for the runner, and prints what comes of it.
///
/// Whether all cases have passed is returned.
///
/// # Errors
///
/// The runner cannot be installed, what is tested cannot be built, or either does not start.
pub fn test(mode: Mode, suites: &[Suites], arguments: &[String]) -> Result<bool, BoxError> {
    let runner = tools::runner()?;
    let tested = mode.command()?;
    let mut tallies = Vec::new();
    for suites in suites {
        println!("\n==> {suites}");
        tallies.push((suites, run(&runner, mode, &tested, &suites.files(mode)?, arguments)?));
    }
    for (suites, tally) in &tallies {
        println!("\n{suites}");
        print!("{:<10}{:<10}{:>8}{:>8}{:>8}\n{tally}", "protocol", "HTTP", "cases", "passed", "failed");
    }
    let official = mode.official_cases();
    // Arguments may leave cases out, as `--run` does.
    let complete =
        |suites: Suites, tally: &Tally| suites == Suites::Own || !arguments.is_empty() || tally.cases() == official;
    if let Some((_, tally)) = tallies.iter().find(|(suites, tally)| !complete(**suites, tally)) {
        println!("\nthe official suites have {official} cases, and {} were run", tally.cases());
        return Ok(false);
    }
    Ok(tallies.iter().all(|(_, tally)| tally.is_success()))
}

impl Suites {
    /// What the runner is to be given, in the order of the names; nothing for the suites that it has itself.
    fn files(self, mode: Mode) -> Result<Vec<PathBuf>, BoxError> {
        let dir = match self {
            Self::Official => return Ok(Vec::new()),
            Self::Own => Path::new(env!("CARGO_MANIFEST_DIR")).join("suites").join(mode.name()),
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

fn run(
    runner: &Path,
    mode: Mode,
    tested: &[OsString],
    files: &[PathBuf],
    arguments: &[String],
) -> Result<Tally, BoxError> {
    let mut config = tempfile::NamedTempFile::new()?;
    config.write_all(CONFIG.as_bytes())?;
    let mut command = Command::new(runner);
    command.arg("--conf").arg(config.path()).args(["--mode", mode.name(), "-v"]);
    for file in files {
        command.arg("--test-file").arg(file);
    }
    command.args(arguments).arg("--").args(tested).stdout(Stdio::piped());
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
    fn every_own_suite_is_for_its_mode_and_names_its_source() {
        for (mode, named) in [(Mode::Server, "TEST_MODE_SERVER"), (Mode::Client, "TEST_MODE_CLIENT")] {
            for file in Suites::Own.files(mode).unwrap() {
                let suite = std::fs::read_to_string(&file).unwrap();
                let (comment, rest) = suite.split_once("\nname: ").unwrap();
                assert!(comment.lines().all(|line| line.starts_with("# ")), "{}", file.display());
                assert!(comment.contains("Source:"), "{}", file.display());
                assert!(rest.contains(&format!("\nmode: {named}\n")), "{}", file.display());
            }
        }
    }
}
