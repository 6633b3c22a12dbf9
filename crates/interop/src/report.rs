//! What comes of the checks.

use std::fmt;

/// All checks so far, by peer and protocol.
#[derive(Debug)]
pub struct Report {
    rows: Vec<Row>,
    verbose: bool,
}

#[derive(Debug)]
struct Row {
    peer: String,
    protocol: String,
    checks: usize,
    passed: usize,
}

impl Report {
    /// An empty report, which prints what fails as it comes, and if it is verbose also what passes.
    #[must_use]
    pub fn new(verbose: bool) -> Self {
        Self { rows: Vec::new(), verbose }
    }

    /// Announces a row, which is a failure as long as nothing is checked in it.
    pub fn expect(&mut self, peer: &str, protocol: &str) {
        self.row(peer, protocol);
    }

    /// Takes in a check: what is wrong, if anything is.
    pub fn check(&mut self, peer: &str, protocol: &str, name: &str, result: Result<(), String>) {
        let row = self.row(peer, protocol);
        row.checks += 1;
        match result {
            Ok(()) => {
                row.passed += 1;
                if self.verbose {
                    println!("ok    {peer} {protocol} {name}");
                }
            }
            Err(why) => println!("FAIL  {peer} {protocol} {name}: {why}"),
        }
    }

    /// Whether there are checks in every row, and all have passed.
    #[must_use]
    pub fn is_success(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.checks > 0 && row.passed == row.checks)
    }

    fn row(&mut self, peer: &str, protocol: &str) -> &mut Row {
        let found = self.rows.iter().position(|row| row.peer == peer && row.protocol == protocol);
        let index = found.unwrap_or_else(|| {
            self.rows.push(Row { peer: peer.to_owned(), protocol: protocol.to_owned(), checks: 0, passed: 0 });
            self.rows.len() - 1
        });
        &mut self.rows[index]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<12}{:<10}{:>8}{:>8}", "peer", "protocol", "checks", "passed")?;
        for Row { peer, protocol, checks, passed } in &self.rows {
            writeln!(f, "{peer:<12}{protocol:<10}{checks:>8}{passed:>8}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_with_checks_that_have_all_passed_are_a_success() {
        let mut report = Report::new(false);
        assert!(!report.is_success());
        report.check("a", "gRPC", "1", Ok(()));
        assert!(report.is_success());
        report.expect("a", "Connect");
        assert!(!report.is_success());
        report.check("a", "Connect", "1", Ok(()));
        assert!(report.is_success());
        report.check("a", "gRPC", "2", Err("no".to_owned()));
        assert!(!report.is_success());
        assert!(
            report
                .to_string()
                .ends_with("a           gRPC             2       1\na           Connect          1       1\n")
        );
    }
}
