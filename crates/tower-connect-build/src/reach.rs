//! Which packages get code: those that it was asked for, and those whose types they use. An import for its options alone is none of them.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

use crate::known::Externs;
use crate::options::Entry;
use crate::schema::Schema;

pub(crate) fn packages(schema: &Schema, externs: &Externs) -> BTreeSet<String> {
    let homes = homes(schema);
    let files: BTreeMap<_, _> = schema.files.iter().map(|file| (file.name(), file)).collect();
    let mut reached = BTreeSet::new();
    let mut todo: Vec<&str> = schema.targets.iter().map(String::as_str).collect();
    let mut packages = BTreeSet::new();
    while let Some(name) = todo.pop() {
        let Some(file) = files.get(name).filter(|_| reached.insert(name)) else { continue };
        if packages.insert(file.package().to_owned()) {
            // The code of a package is that of all its files, also of those that are there for their options.
            todo.extend(
                schema.files.iter().filter(|other| other.package() == file.package()).map(FileDescriptorProto::name),
            );
        }
        let mut types: Vec<&str> = file.extension.iter().map(FieldDescriptorProto::type_name).collect();
        for method in file.service.iter().flat_map(|service| &service.method) {
            types.extend([method.input_type(), method.output_type()]);
        }
        let mut messages: Vec<&DescriptorProto> = file.message_type.iter().collect();
        while let Some(message) = messages.pop() {
            messages.extend(&message.nested_type);
            types.extend(message.field.iter().chain(&message.extension).map(FieldDescriptorProto::type_name));
        }
        todo.extend(types.into_iter().filter(|name| !externs.cover(name)).filter_map(|name| homes.get(name).copied()));
    }
    packages
}

/// The file of each type, by the type's full name with a dot before it.
fn homes(schema: &Schema) -> BTreeMap<String, &str> {
    let mut homes = BTreeMap::new();
    for file in &schema.files {
        let root = if file.package().is_empty() { String::new() } else { format!(".{}", file.package()) };
        let mut todo: Vec<_> = file.message_type.iter().map(|message| (root.clone(), message)).collect();
        homes.extend(file.enum_type.iter().map(|r#enum| (format!("{root}.{}", r#enum.name()), file.name())));
        while let Some((around, message)) = todo.pop() {
            let full = format!("{around}.{}", message.name());
            todo.extend(message.nested_type.iter().map(|nested| (full.clone(), nested)));
            homes.extend(message.enum_type.iter().map(|r#enum| (format!("{full}.{}", r#enum.name()), file.name())));
            homes.insert(full, file.name());
        }
    }
    homes
}

/// Whether a path of the schema is, or is within, another.
pub(crate) fn is_within(path: &str, outer: &str) -> bool {
    outer == "." || path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

pub(crate) fn covers(entries: &[Entry], path: &str) -> bool {
    entries.iter().any(|(outer, _)| is_within(path, outer))
}

/// Whether a path matches a pattern as `prost-build` has it: a path from the root with all that is within, or the end of a path.
pub(crate) fn is_match(path: &str, pattern: &str) -> bool {
    if pattern.starts_with('.') {
        is_within(path, pattern)
    } else {
        path.strip_suffix(pattern).is_some_and(|rest| rest.ends_with('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_whole_names() {
        for (path, pattern, expected) in [
            (".a.M.f", ".", true),
            (".a.M.f", ".a", true),
            (".a.M.f", ".a.M.f", true),
            (".a.M.f", "M.f", true),
            (".a.M.f", "f", true),
            (".ab.M.f", ".a", false),
            (".a.M.of", "f", false),
        ] {
            assert_eq!(is_match(path, pattern), expected, "{path} {pattern}");
        }
    }
}
