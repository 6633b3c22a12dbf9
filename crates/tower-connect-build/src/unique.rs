//! Refuses names that are one in Rust, or none at all, rather than leave it to the compiler of what is generated.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, MessageOptions};

use crate::Error;
use crate::naming::{camel, ident, modules};

pub(crate) fn check(files: &[FileDescriptorProto], json: bool) -> Result<(), Error> {
    let mut packages: BTreeMap<Vec<String>, Names> = BTreeMap::new();
    for file in files {
        let check = Check { file: file.name(), json };
        // The module of a package is an item of the package around it.
        let path = modules(file.package());
        for (depth, part) in file.package().split('.').filter(|part| !part.is_empty()).enumerate() {
            check.has_letter(&format!("the package {}", file.package()), part)?;
            let around = packages.entry(path[..depth].to_vec()).or_default();
            around.packages.entry(path[depth].clone()).or_insert_with(|| file.package().to_owned());
        }
        let scope = packages.entry(path).or_default();
        check.types(scope, file.package(), &file.message_type, &file.enum_type)?;
        for service in &file.service {
            let full = format!("{}.{}", file.package(), service.name());
            check.has_letter(full.trim_start_matches('.'), service.name())?;
            for method in &service.method {
                check.has_letter(&format!("{}.{}", full.trim_start_matches('.'), method.name()), method.name())?;
            }
        }
    }
    for scope in packages.values() {
        for (module, (file, full)) in &scope.modules {
            if let Some(package) = scope.packages.get(module) {
                let reason =
                    format!("what is within {full} and the package {package} are both the module `{module}` in Rust");
                return Err(Check { file, json }.refuse(&reason));
            }
        }
    }
    Ok(())
}

struct Check<'a> {
    file: &'a str,
    json: bool,
}

/// The names of a scope: what they are in Rust, and what they are in the schema.
type Unique = BTreeMap<String, String>;

/// What there is in a package, or in a message.
#[derive(Default)]
struct Names {
    types: Unique,
    /// Of messages that have something within: their files, and what they are in the schema.
    modules: BTreeMap<String, (String, String)>,
    packages: Unique,
}

impl Check<'_> {
    fn types(
        &self,
        scope: &mut Names,
        around: &str,
        messages: &[DescriptorProto],
        enums: &[EnumDescriptorProto],
    ) -> Result<(), Error> {
        let is_map = |message: &&DescriptorProto| message.options.as_ref().is_some_and(MessageOptions::map_entry);
        for message in messages.iter().filter(|message| !is_map(message)) {
            let full = format!("{around}.{}", message.name());
            self.unique(&mut scope.types, &full, message.name(), camel(message.name()))?;
            let mut within = Names::default();
            self.types(&mut within, &full, &message.nested_type, &message.enum_type)?;
            self.fields(&mut within, &full, message)?;
            if !within.types.is_empty() {
                let what = (self.file.to_owned(), full.trim_start_matches('.').to_owned());
                scope.modules.insert(ident(message.name()), what);
            }
        }
        for r#enum in enums {
            self.r#enum(scope, &format!("{around}.{}", r#enum.name()), r#enum)?;
        }
        Ok(())
    }

    fn fields(&self, within: &mut Names, full: &str, message: &DescriptorProto) -> Result<(), Error> {
        let (mut fields, mut keys, mut json) = (Unique::new(), Unique::new(), Unique::new());
        let mut variants: BTreeMap<i32, Unique> = BTreeMap::new();
        for field in &message.field {
            let name = format!("{full}.{}", field.name());
            self.unique(&mut fields, &name, field.name(), ident(field.name()))?;
            // What proto3 makes of `optional` is no oneof of the author's.
            if let Some(oneof) = field.oneof_index.filter(|_| !field.proto3_optional()) {
                self.unique(variants.entry(oneof).or_default(), &name, field.name(), camel(field.name()))?;
            }
            if self.json {
                self.unique(&mut keys, &name, field.name(), camel(field.name()))?;
                for key in BTreeSet::from([field.name(), field.json_name()]) {
                    if let Some(other) = json.insert(key.to_owned(), name.clone()) {
                        let (other, name) = (other.trim_start_matches('.'), name.trim_start_matches('.'));
                        return Err(self.refuse(&format!("{other} and {name} may both be {key:?} in JSON")));
                    }
                }
            }
        }
        for (oneof, _) in message.oneof_decl.iter().zip(0..).filter(|(_, index)| variants.contains_key(index)) {
            let name = format!("{full}.{}", oneof.name());
            self.unique(&mut fields, &name, oneof.name(), ident(oneof.name()))?;
            let rust = camel(oneof.name());
            // Of a oneof and a type it is the oneof that is called otherwise.
            let rust = if within.types.contains_key(&rust) { format!("{rust}OneOf") } else { rust };
            self.unique(&mut within.types, &name, oneof.name(), rust)?;
        }
        Ok(())
    }

    fn r#enum(&self, scope: &mut Names, full: &str, r#enum: &EnumDescriptorProto) -> Result<(), Error> {
        let name = camel(r#enum.name());
        self.unique(&mut scope.types, full, r#enum.name(), name.clone())?;
        let (mut variants, mut numbers) = (Unique::new(), BTreeSet::new());
        // Of several names for a number, the first is the variant.
        for value in r#enum.value.iter().filter(|value| numbers.insert(value.number())) {
            let variant = camel(value.name());
            let short = variant.strip_prefix(&name).filter(|short| short.starts_with(char::is_uppercase));
            let short = short.map(ToOwned::to_owned).unwrap_or(variant);
            self.unique(&mut variants, &format!("{full}.{}", value.name()), value.name(), short)?;
        }
        Ok(())
    }

    fn unique(&self, scope: &mut Unique, full: &str, name: &str, rust: String) -> Result<(), Error> {
        let full = full.trim_start_matches('.');
        self.has_letter(full, name)?;
        if self.json && rust.starts_with('_') {
            return Err(self.refuse(&format!("{full} begins with a digit, which its JSON in Rust cannot")));
        }
        if let Some(other) = scope.get(&rust) {
            return Err(self.refuse(&format!("{other} and {full} are both `{rust}` in Rust")));
        }
        scope.insert(rust, full.to_owned());
        Ok(())
    }

    fn has_letter(&self, full: &str, name: &str) -> Result<(), Error> {
        if name.chars().any(char::is_alphanumeric) {
            return Ok(());
        }
        Err(self.refuse(&format!("{full}: `{name}` is no name in Rust")))
    }

    fn refuse(&self, reason: &str) -> Error {
        Error::refused(format!("{}: {reason}: rename one, or bring a type of your own by `extern_path`", self.file))
    }
}
