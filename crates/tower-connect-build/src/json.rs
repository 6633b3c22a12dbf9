//! The JSON of messages, by pbjson.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, MessageOptions};

use crate::known::Externs;
use crate::naming::{camel, ident, path_between, stem};
use crate::options::{Entry, Options};
use crate::reach::covers;
use crate::schema::closure;
use crate::walk::{messages, root};
use crate::{Error, null};

/// The code, by the names of the packages' files.
pub(crate) fn by_package(
    files: &[FileDescriptorProto],
    wanted: &BTreeSet<String>,
    externs: &Externs,
    options: &Options,
) -> Result<BTreeMap<String, String>, Error> {
    let mut packages = BTreeMap::<String, (String, Vec<String>)>::new();
    for package in wanted {
        let (code, types) = packages.entry(stem(package)).or_default();
        code.push_str(&of_package(files, package, externs, &options.extern_paths)?);
        for file in files.iter().filter(|file| file.package() == package) {
            for (full, message) in messages(file).into_iter().filter(|(full, _)| !externs.cover(full)) {
                if !message.options.as_ref().is_some_and(MessageOptions::map_entry) {
                    types.push(path(full.strip_prefix(&*root(file)).unwrap_or(&full)));
                }
            }
        }
    }
    Ok(packages.into_iter().map(|(stem, (code, types))| (stem, block(&code, &types, options))).collect())
}

/// The path of a message in the module of its package: `.Outer.Inner` is `outer::Inner`.
fn path(within: &str) -> String {
    let mut names: Vec<_> = within.split('.').skip(1).collect();
    let last = names.pop().map(camel).unwrap_or_default();
    names.into_iter().map(ident).chain([last]).collect::<Vec<_>>().join("::")
}

fn of_package(
    files: &[FileDescriptorProto],
    package: &str,
    externs: &Externs,
    brought: &[Entry],
) -> Result<String, Error> {
    let own = files.iter().filter(|file| file.package() == package).map(FileDescriptorProto::name);
    // For each type it looks at all that it knows.
    let files: Vec<_> = closure(files, own).into_iter().map(|index| files[index].clone()).collect();
    let mut builder = pbjson_build::Builder::new();
    builder.ignore_unknown_fields().btree_map(["."]);
    let bare = Bare::of(&files);
    builder.exclude(externs.entries.iter().map(|(proto, _)| bare.path(proto)));
    for (proto, rust) in &externs.entries {
        builder.extern_path(bare.path(proto), rust);
    }
    // Types of the schema are named by their modules, so that none is taken for one of the prelude.
    let others: BTreeSet<&str> = files.iter().map(FileDescriptorProto::package).collect();
    for other in others {
        if !covers(&externs.entries, &format!(".{other}")) {
            builder.extern_path(format!(".{}", named(other)), path_between(package, other));
        }
    }
    for file in &files {
        let root = format!(".{}", named(file.package()));
        for (oneof, rust) in renamed_oneofs(&root, &path_between(package, file.package()), &file.message_type) {
            builder.extern_path(oneof, rust);
        }
        builder.register_file_descriptor(plain(file, &bare));
    }
    let generated =
        builder.generate(&[format!(".{}", named(package))], |_| Ok(Vec::new())).map_err(Error::generator)?;
    // The prefix is that of the packages within, too; their names have more parts.
    let parts = package.matches('.').count();
    let code = generated.into_iter().filter(|(found, _)| found.to_string().matches('.').count() == parts);
    let code: Vec<u8> = code.flat_map(|(_, code)| code).collect();
    let mut code = String::from_utf8(code).map_err(|error| Error::generator(std::io::Error::other(error)))?;
    for file in files.iter().filter(|file| file.package() == package) {
        for (full, message) in messages(file) {
            let rust = format!("self::{}", path(full.strip_prefix(&*root(file)).unwrap_or(&full)));
            for field in message.field.iter().filter(|field| null::is_value(field)) {
                // Types of the user's may know no `null`.
                if !covers(brought, field.type_name()) {
                    null::keep(&mut code, &rust, field);
                }
            }
        }
    }
    Ok(code)
}

/// The types that are in no package, to which pbjson does not find: here they are in one.
struct Bare(BTreeSet<String>);

/// No package of a schema is called so.
const BARE: &str = "tower_connect_no_package";

fn named(package: &str) -> &str {
    if package.is_empty() { BARE } else { package }
}

impl Bare {
    fn of(files: &[FileDescriptorProto]) -> Self {
        let files = files.iter().filter(|file| file.package().is_empty());
        let names = files.flat_map(|file| {
            let messages = file.message_type.iter().map(DescriptorProto::name);
            messages.chain(file.enum_type.iter().map(EnumDescriptorProto::name)).map(ToOwned::to_owned)
        });
        Self(names.collect())
    }

    fn path(&self, path: &str) -> String {
        let first = path.trim_start_matches('.').split('.').next().unwrap_or_default();
        if self.0.contains(first) { format!(".{BARE}{path}") } else { path.to_owned() }
    }
}

/// What pbjson takes: a group is a message, every file has a package, and a name is what stands between quotes.
fn plain(file: &FileDescriptorProto, bare: &Bare) -> FileDescriptorProto {
    fn message(message_type: &mut DescriptorProto, bare: &Bare) {
        for field in &mut message_type.field {
            if field.r#type() == Type::Group {
                field.set_type(Type::Message);
            }
            field.type_name = field.type_name.as_deref().map(|name| bare.path(name));
            field.json_name = field.json_name.as_deref().map(|name| name.escape_default().to_string());
        }
        message_type.nested_type.iter_mut().for_each(|nested| message(nested, bare));
    }
    let mut file = FileDescriptorProto { source_code_info: None, ..file.clone() };
    file.package = Some(named(file.package()).to_owned());
    file.message_type.iter_mut().for_each(|message_type| message(message_type, bare));
    file
}

/// The oneofs whose name prost has given another end, because a nested type has the name; and what they are in Rust.
fn renamed_oneofs(around: &str, module: &str, messages: &[DescriptorProto]) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    for message in messages {
        let full = format!("{around}.{}", message.name());
        let module = format!("{module}::{}", ident(message.name()));
        let nested = message.nested_type.iter().map(DescriptorProto::name);
        let nested: BTreeSet<_> =
            nested.chain(message.enum_type.iter().map(EnumDescriptorProto::name)).map(camel).collect();
        for oneof in message.oneof_decl.iter().filter(|oneof| nested.contains(&camel(oneof.name()))) {
            renamed.push((format!("{full}.{}", oneof.name()), format!("{module}::{}OneOf", camel(oneof.name()))));
        }
        renamed.extend(renamed_oneofs(&full, &module, &message.nested_type));
    }
    renamed
}

/// pbjson's code relies on names that a message may have taken; within the block they are what it means by them.
fn block(code: &str, types: &[String], options: &Options) -> String {
    // It collects maps of 64-bit numbers in a hash map before it writes them, and their order would change from call to call.
    let code = code.replace("std::collections::HashMap<_, _>", "std::collections::BTreeMap<_, _>");
    // What the field is, the map is.
    let code = code.replace("map_.next_value::<std::collections::BTreeMap<_, _>>()?", "map_.next_value()?");
    // In what serde is told, types are named as in the schema.
    let code = code.replace(&format!("\"{BARE}."), "\"");
    // Only there does it name its crate as if the user's crate depended on it; a message may have a module of that name.
    let code = code.replace("<::pbjson::", "<pbjson::").replace(" ::pbjson::", " pbjson::");
    let codegen = &options.codegen;
    let types: Vec<_> = types.iter().map(|path| format!("{codegen}::JsonType::of::<{path}>()")).collect();
    let types = types.join(", ");
    let types = format!(
        "/// How messages of this package are written as JSON inside an `Any`. Its servers and clients make them known; others do so by
        /// `tower_connect::types::register`.
        #[allow(dead_code, deprecated, unreachable_pub)]
        pub const JSON_TYPES: &[{codegen}::JsonType] = &[{types}];
        "
    );
    if code.is_empty() {
        return types;
    }
    format!(
        "{types}
#[allow(clippy::all, clippy::pedantic, deprecated, unused, unused_qualifications)]
const _: () = {{
    use ::std;
    use ::std::{{option::Option::{{None, Some}}, result::Result::{{Err, Ok}}, string::ToString, vec::Vec}};
    use {codegen}::{{pbjson, serde}};
    {code}
}};
"
    )
}
