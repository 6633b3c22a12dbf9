//! What a run has found, from what the runner prints.

use std::fmt;
use std::process::ExitStatus;

/// Counts by protocol and version of HTTP.
#[derive(Debug, Default)]
pub struct Tally {
    rows: Vec<Row>,
    /// The runner's own counts: of its cases, and of those that have passed.
    cases: usize,
    passed: usize,
    exit: Option<ExitStatus>,
}

#[derive(Debug)]
struct Row {
    protocol: String,
    version: String,
    cases: usize,
    failed: usize,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Takes in a line of the runner's.
    pub(super) fn read(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("FAILED: ") {
            self.fail(name);
        } else if let Some(line) = line.strip_prefix("Running ") {
            self.announce(line);
        } else if let Some(total) = line.strip_prefix("Total cases: ") {
            self.cases = number(total);
        } else if line.contains(" passed, ") && line.ends_with(" failed") {
            self.passed = number(line);
        }
    }

    pub(super) fn end(&mut self, exit: ExitStatus) {
        self.exit = Some(exit);
    }

    /// How many cases the runner has counted.
    pub(super) fn cases(&self) -> usize {
        self.cases
    }

    /// Whether there were cases, all of them have passed, and the runner is content.
    #[must_use]
    pub fn is_success(&self) -> bool {
        let announced: usize = self.rows.iter().map(|row| row.cases).sum();
        let complete = self.cases > 0 && self.cases == announced && self.passed == self.cases;
        complete && self.exit.is_some_and(|exit| exit.success())
    }

    /// `424 tests with reference-client for server config #5 {HTTP_VERSION_2, PROTOCOL_CONNECT, TLS:true}...`; whom the runner brings along
    /// depends on who is tested.
    fn announce(&mut self, line: &str) {
        let Some((_, config)) = line.split_once('{') else { return };
        let mut config = config.split(", ");
        let mut part = |prefix| config.next().and_then(|part| part.strip_prefix(prefix)).map(str::to_owned);
        let (Some(version), Some(protocol)) = (part("HTTP_VERSION_"), part("PROTOCOL_")) else { return };
        let cases = number(line);
        let same = |row: &&mut Row| row.protocol == protocol && row.version == version;
        match self.rows.iter_mut().find(same) {
            Some(row) => row.cases += cases,
            None => self.rows.push(Row { protocol, version, cases, failed: 0 }),
        }
    }

    /// `Basic/HTTPVersion:1/Protocol:PROTOCOL_CONNECT/Codec:CODEC_PROTO/…`; a suite for one protocol, or one version, does not name it.
    fn fail(&mut self, name: &str) {
        let part = |prefix| name.split('/').find_map(|part| part.strip_prefix(prefix));
        let (version, protocol) = (part("HTTPVersion:"), part("Protocol:PROTOCOL_"));
        let fits = |named: Option<&str>, own: &str| named.is_none_or(|named| named == own);
        let fits = |row: &&mut Row| fits(version, &row.version) && fits(protocol, &row.protocol);
        if let Some(row) = self.rows.iter_mut().find(fits) {
            row.failed += 1;
        }
    }
}

/// The digits that a text begins with.
fn number(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().unwrap_or(0)
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Row { protocol, version, cases, failed } in &self.rows {
            let protocol = protocol.to_lowercase();
            let passed = cases.saturating_sub(*failed);
            writeln!(f, "{protocol:<10}{version:<10}{cases:>8}{passed:>8}{failed:>8}")?;
        }
        if !self.is_success() {
            let Self { cases, passed, .. } = self;
            let exit = self.exit.map_or_else(|| "the runner has not ended".to_owned(), |exit| exit.to_string());
            writeln!(f, "not passed: the runner has counted {passed} of {cases} cases as passed; {exit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
Computed 464 config case permutations.
Running 400 tests with reference-client for server config #1 {HTTP_VERSION_1, PROTOCOL_CONNECT, TLS:false}...
Running 4 tests with reference-client for server config #2 {HTTP_VERSION_1, PROTOCOL_CONNECT, TLS:true (with client certs)}...
Running 424 tests with reference-client for server config #3 {HTTP_VERSION_2, PROTOCOL_CONNECT, TLS:true}...
FAILED: Connect with GET/HTTPVersion:2/TLS:true/success:
\tactual error: 12 passed, 1 failed
FAILED: Basic/HTTPVersion:1/Protocol:PROTOCOL_CONNECT/Codec:CODEC_PROTO/Compression:COMPRESSION_GZIP/TLS:false/unary/success:
\texpected
FAILED: TLS Client Certs/HTTPVersion:1/Protocol:PROTOCOL_CONNECT/unary:
Total cases: 828
825 passed, 3 failed";

    fn read(output: &str) -> Tally {
        let mut tally = Tally::new();
        output.lines().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn cases_are_counted_by_protocol_and_version() {
        let shown = read(OUTPUT).to_string();
        let rows: Vec<Vec<_>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["connect", "1", "404", "402", "2"]);
        assert_eq!(rows[1], ["connect", "2", "424", "423", "1"]);
        assert!(shown.contains("825 of 828"), "{shown}");
    }

    #[test]
    fn whoever_takes_part_the_cases_are_counted() {
        for with in ["reference-client", "reference-server", "grpc-server", ""] {
            let line = format!(
                "Running 4 tests with {with} for server config #1 {{HTTP_VERSION_2, PROTOCOL_GRPC, TLS:false}}..."
            );
            assert_eq!(read(&line).rows[0].cases, 4, "{with}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_a_complete_run_is_a_success() {
        use std::os::unix::process::ExitStatusExt;

        let is_success = |output: &str, code| {
            let mut tally = read(output);
            tally.end(ExitStatus::from_raw(code));
            tally.is_success()
        };
        let passed: String = OUTPUT.replace("825 passed, 3 failed", "828 passed, 0 failed");
        assert!(is_success(&passed, 0));
        assert!(!is_success(&passed, 1 << 8));
        assert!(!is_success(OUTPUT, 0));
        assert!(!is_success(&passed.replace("828", "800"), 0), "cases that did not run");
        assert!(!is_success("Total cases: 0\n0 passed, 0 failed", 0));
        assert!(!read(&passed).is_success());
    }
}
