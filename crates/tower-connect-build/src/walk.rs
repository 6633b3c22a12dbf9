//! The messages of a file, wherever they are declared.

use prost_types::{DescriptorProto, FileDescriptorProto};

/// What the full names of a file's types begin with: a dot and the package, or nothing.
pub(crate) fn root(file: &FileDescriptorProto) -> String {
    if file.package().is_empty() { String::new() } else { format!(".{}", file.package()) }
}

/// All of them, by their full names with a dot before them; those that are within others come after them.
pub(crate) fn messages(file: &FileDescriptorProto) -> Vec<(String, &DescriptorProto)> {
    fn within<'a>(around: &str, messages: &'a [DescriptorProto], all: &mut Vec<(String, &'a DescriptorProto)>) {
        for message in messages {
            let full = format!("{around}.{}", message.name());
            all.push((full.clone(), message));
            within(&full, &message.nested_type, all);
        }
    }
    let mut all = Vec::new();
    within(&root(file), &file.message_type, &mut all);
    all
}
