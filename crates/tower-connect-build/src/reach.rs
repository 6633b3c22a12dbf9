//! Which packages get code: those that it was asked for, those whose types they use, and those whose options their services have.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::{FieldDescriptorProto, FileDescriptorProto};

use crate::known::Externs;
use crate::options::Entry;
use crate::schema::Schema;
use crate::walk::{messages, root};

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
        for (_, message) in messages(file) {
            types.extend(message.field.iter().chain(&message.extension).map(FieldDescriptorProto::type_name));
        }
        todo.extend(types.into_iter().filter(|name| !externs.cover(name)).filter_map(|name| homes.get(name).copied()));
        let options = option_files(schema, file).into_iter().filter_map(|name| files.get_key_value(&*name));
        todo.extend(options.filter(|(_, file)| !externs.has_package(file.package())).map(|(name, _)| *name));
    }
    packages
}

/// The files that declare the options which a file's services and procedures have.
fn option_files(schema: &Schema, file: &FileDescriptorProto) -> BTreeSet<String> {
    let services =
        schema.pool.get_file_by_name(file.name()).into_iter().flat_map(|file| file.services().collect::<Vec<_>>());
    let options = services.flat_map(|service| {
        let methods = service.methods().map(|method| method.options()).collect::<Vec<_>>();
        [service.options()].into_iter().chain(methods)
    });
    let files = options.flat_map(|options| {
        options.extensions().map(|(option, _)| option.parent_file().name().to_owned()).collect::<Vec<_>>()
    });
    files.collect()
}

/// The file of each type, by the type's full name with a dot before it.
fn homes(schema: &Schema) -> BTreeMap<String, &str> {
    let mut homes = BTreeMap::new();
    for file in &schema.files {
        let enums = file.enum_type.iter().map(|r#enum| format!("{}.{}", root(file), r#enum.name()));
        homes.extend(enums.map(|full| (full, file.name())));
        for (full, message) in messages(file) {
            let enums = message.enum_type.iter().map(|r#enum| format!("{full}.{}", r#enum.name()));
            homes.extend(enums.chain([full.clone()]).map(|full| (full, file.name())));
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
