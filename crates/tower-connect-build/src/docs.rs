//! The schema's comments, as docs.
//!
//! prost would rewrite them line by line; so it is given a key for each, which is replaced when all code has its form.

use prost_types::FileDescriptorProto;

use crate::markdown::rustdoc;
use crate::places;

/// The comments behind the keys.
#[derive(Default)]
pub(crate) struct Docs(Vec<Doc>);

#[derive(Default)]
struct Doc {
    comment: String,
    /// What prost does not mark itself.
    deprecated: bool,
}

const KEY: &str = "tower_connect_doc_";

impl Docs {
    /// Takes the comments of a file, and leaves keys.
    pub(crate) fn take(&mut self, file: &mut FileDescriptorProto) {
        let deprecated = places::deprecated(file);
        for location in file.source_code_info.iter_mut().flat_map(|info| &mut info.location) {
            location.leading_detached_comments.clear();
            let comments = [location.leading_comments.take(), location.trailing_comments.take()];
            let comments: Vec<_> =
                comments.into_iter().flatten().filter(|comment| !comment.trim().is_empty()).collect();
            let deprecated = deprecated.contains(&location.path);
            if deprecated || !comments.is_empty() {
                location.leading_comments = Some(self.add(Doc { comment: comments.join("\n\n"), deprecated }));
            }
        }
    }

    /// Keeps a comment, and gives its key.
    pub(crate) fn key(&mut self, comment: String) -> String {
        self.add(Doc { comment, deprecated: false })
    }

    fn add(&mut self, doc: Doc) -> String {
        self.0.push(doc);
        format!("{KEY}{}", self.0.len() - 1)
    }

    /// Replaces the keys in code that has its form.
    pub(crate) fn expand(&self, code: &str) -> String {
        let mut expanded = String::with_capacity(code.len());
        for line in code.lines() {
            let key = line.trim_start().strip_prefix("/// ").and_then(|line| line.trim_end().strip_prefix(KEY));
            let Some(doc) = key.and_then(|number| self.0.get(number.parse::<usize>().ok()?)) else {
                expanded.push_str(line);
                expanded.push('\n');
                continue;
            };
            let indent = &line[..line.len() - line.trim_start().len()];
            for line in rustdoc(&doc.comment) {
                expanded.push_str(format!("{indent}/// {line}").trim_end());
                expanded.push('\n');
            }
            if doc.deprecated {
                expanded.extend([indent, "#[deprecated]\n"]);
            }
        }
        expanded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_replaced_where_they_stand() {
        let mut docs = Docs::default();
        let key = docs.key(" A\n B\n".to_owned());
        assert_eq!(docs.expand(&format!("    /// {key}\n    pub a: u8,")), "    /// A\n    /// B\n    pub a: u8,\n");
        assert_eq!(docs.expand("/// tower_connect_doc_9\n"), "/// tower_connect_doc_9\n");
    }
}
