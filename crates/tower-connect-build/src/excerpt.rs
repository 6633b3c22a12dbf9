//! The place in a schema that an error speaks of, for those who have no editor open.

use std::fs;
use std::path::PathBuf;

/// The line that a message beginning with `file:line:column:` is about, with a mark below the column; empty if there is none.
pub(crate) fn excerpt(message: &str, file: Option<&str>, roots: &[PathBuf]) -> String {
    let place = || {
        let file = file?;
        let (line, rest) = message.strip_prefix(file)?.strip_prefix(':')?.split_once(':')?;
        let column = rest.split_once(':')?.0.parse::<usize>().ok()?;
        let source = roots.iter().find_map(|root| fs::read_to_string(root.join(file)).ok())?;
        let text = source.lines().nth(line.parse::<usize>().ok()?.checked_sub(1)?)?.trim_end().to_owned();
        Some((text, column.checked_sub(1)?))
    };
    let Some((text, column)) = place() else { return String::new() };
    // What was a tab stays one, so that the mark is below.
    let blank = |char: char| if char == '\t' { '\t' } else { ' ' };
    let below: String = text.chars().map(blank).chain(std::iter::repeat(' ')).take(column).collect();
    format!("\n  | {text}\n  | {below}^")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_below_the_column() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.proto"), "one\n\ttwo x\n").unwrap();
        let roots = [PathBuf::from("missing"), dir.path().to_owned()];
        assert_eq!(excerpt("a.proto:2:6: no", Some("a.proto"), &roots), "\n  | \ttwo x\n  | \t    ^");
        for other in ["a.proto:9:1: no", "a.proto: no", "no", "b.proto:1:1: no", "a.proto:0:0: no"] {
            assert_eq!(excerpt(other, Some("a.proto"), &roots), "", "{other}");
        }
        assert_eq!(excerpt("a.proto:1:1: no", None, &roots), "");
    }
}
