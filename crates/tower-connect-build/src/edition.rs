//! Files of an edition are refused, with their place and what to do: prost has no code for them.

use std::fmt;
use std::path::{Path, PathBuf};

use prost_types::FileDescriptorProto;

/// A file that begins with `edition` rather than `syntax`.
pub(crate) struct Refusal {
    file: PathBuf,
    /// Counted from 1.
    line: Option<usize>,
    excerpt: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(
            f,
            ": editions are not supported yet\n  | {}\nwrite `syntax = \"proto3\";` there, and `optional` before fields whose presence counts, or `syntax = \"proto2\";`",
            self.excerpt
        )
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Refusal {}

/// Whether the first statement of a file is its edition.
pub(crate) fn refuse(file: &Path, source: &str) -> Option<Refusal> {
    let start = source.len() - without_blanks(source.trim_start_matches('\u{feff}')).len();
    let statement = &source[start..];
    let rest = statement.strip_prefix("edition")?;
    without_blanks(rest).starts_with('=').then(|| Refusal {
        file: file.to_owned(),
        line: Some(source[..start].matches('\n').count() + 1),
        excerpt: statement.lines().next().unwrap_or_default().trim_end().to_owned(),
    })
}

/// Skips white space and comments.
fn without_blanks(mut source: &str) -> &str {
    loop {
        let rest = source.trim_start();
        source = if let Some(comment) = rest.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            return rest;
        };
    }
}

/// The same for a file that another program has read.
pub(crate) fn refuse_descriptor(file: &FileDescriptorProto) -> Option<Refusal> {
    let is_edition = !matches!(file.syntax(), "" | "proto2" | "proto3");
    is_edition.then(|| {
        let places = file.source_code_info.iter().flat_map(|info| &info.location);
        let statement = places.into_iter().find(|location| SYNTAX.contains(&&*location.path));
        let line = statement.and_then(|location| usize::try_from(*location.span.first()?).ok());
        Refusal {
            file: PathBuf::from(file.name()), line: line.map(|line| line + 1), excerpt: "edition = …".to_owned()
        }
    })
}

/// Where a file says `syntax` or `edition`: the numbers of the fields of `google.protobuf.FileDescriptorProto`.
const SYNTAX: [&[i32]; 2] = [&[12], &[14]];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_told_by_its_statement() {
        let source = "// edition = \"2023\";\n/* two\nlines */\n\n  edition = \"2023\"; // why\npackage a;\n";
        let refusal = refuse(Path::new("a.proto"), source).unwrap().to_string();
        assert!(
            refusal.starts_with("a.proto:5: editions are not supported yet\n  | edition = \"2023\"; // why\n"),
            "{refusal}"
        );
        assert!(refusal.contains("syntax = \"proto3\";"));
    }

    #[test]
    fn other_files_pass() {
        for source in
            ["syntax = \"proto3\";", "", "/* edition = 1", "// edition = \"2023\";", "package edition;", "edition"]
        {
            assert!(refuse(Path::new("a.proto"), source).is_none(), "{source}");
        }
    }
}
