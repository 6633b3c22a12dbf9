//! Which names of a package are taken: two of the schema's may be one in Rust, and services need names that the schema has not.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, MessageOptions};

use crate::Error;
use crate::naming::{camel, ident, module, modules};

/// The names of what is generated for a service.
#[derive(Clone)]
pub(crate) struct Names {
    /// The trait: `GreetService`.
    pub(crate) service: String,
    /// `GreetServiceServer`.
    pub(crate) server: String,
    /// `GreetServiceClient`.
    pub(crate) client: String,
    /// `GreetServiceMock`.
    pub(crate) mock: String,
    /// The constants: `greet_service`.
    pub(crate) module: String,
    /// `greet.v1.GreetService`.
    pub(crate) full: String,
}

/// Finds names for all services, by their full names. What is taken gets an underscore, which no message's name ends in.
pub(crate) fn of_services(files: &[FileDescriptorProto]) -> BTreeMap<String, Names> {
    let mut taken = Taken::default();
    for file in files {
        for message in &file.message_type {
            taken.insert(file.package(), camel(message.name()));
            taken.insert(file.package(), ident(message.name()));
        }
        for r#enum in &file.enum_type {
            taken.insert(file.package(), camel(r#enum.name()));
        }
        // The module of a package is an item of the package around it.
        let mut around = file.package();
        while let Some((parent, _)) = around.rsplit_once('.') {
            taken.insert(parent, modules(around).pop().unwrap_or_default());
            around = parent;
        }
        taken.insert("", modules(around).pop().unwrap_or_default());
    }
    let services =
        || files.iter().flat_map(|file| file.service.iter().map(move |service| (file.package(), service.name())));
    // The schema's own names come before those that are made of them.
    let traits: Vec<_> = services().map(|(package, name)| taken.free(package, camel(name))).collect();
    services()
        .zip(traits)
        .map(|((package, name), service)| {
            let full = if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") };
            let base = camel(name);
            let names = Names {
                server: taken.free(package, format!("{base}Server")),
                client: taken.free(package, format!("{base}Client")),
                mock: taken.free(package, format!("{base}Mock")),
                module: taken.free(package, module(name)),
                service,
                full: full.clone(),
            };
            (full, names)
        })
        .collect()
}

#[derive(Default)]
struct Taken(BTreeSet<(Vec<String>, String)>);

impl Taken {
    fn insert(&mut self, package: &str, name: String) -> bool {
        self.0.insert((modules(package), name))
    }

    fn free(&mut self, package: &str, mut name: String) -> String {
        while !self.insert(package, name.clone()) {
            name.push('_');
        }
        name
    }
}

/// Refuses names that are one in Rust, rather than leave it to the compiler of what is generated.
pub(crate) fn check(files: &[FileDescriptorProto], json: bool) -> Result<(), Error> {
    let mut packages: BTreeMap<Vec<String>, Unique> = BTreeMap::new();
    for file in files {
        let scope = packages.entry(modules(file.package())).or_default();
        let check = Check { file: file.name(), json };
        check.types(scope, file.package(), &file.message_type, &file.enum_type)?;
    }
    Ok(())
}

struct Check<'a> {
    file: &'a str,
    json: bool,
}

/// The names of a scope: what they are in Rust, and what they are in the schema.
type Unique = BTreeMap<String, String>;

impl Check<'_> {
    fn types(
        &self,
        scope: &mut Unique,
        around: &str,
        messages: &[DescriptorProto],
        enums: &[EnumDescriptorProto],
    ) -> Result<(), Error> {
        for message in
            messages.iter().filter(|message| !message.options.as_ref().is_some_and(MessageOptions::map_entry))
        {
            let full = format!("{around}.{}", message.name());
            self.unique(scope, &full, camel(message.name()))?;
            self.types(&mut Unique::new(), &full, &message.nested_type, &message.enum_type)?;
            let mut fields = Unique::new();
            for field in &message.field {
                self.unique(&mut fields, &format!("{full}.{}", field.name()), ident(field.name()))?;
            }
            // What proto3 makes of `optional` is no name of the author's.
            let oneofs = message.oneof_decl.iter().zip(0..);
            for (oneof, _) in oneofs.filter(|(_, index)| {
                message.field.iter().any(|field| field.oneof_index == Some(*index) && !field.proto3_optional())
            }) {
                self.unique(&mut fields, &format!("{full}.{}", oneof.name()), ident(oneof.name()))?;
            }
        }
        for r#enum in enums {
            let full = format!("{around}.{}", r#enum.name());
            let name = camel(r#enum.name());
            self.unique(scope, &full, name.clone())?;
            let (mut variants, mut numbers) = (Unique::new(), BTreeSet::new());
            // Of several names for a number, the first is the variant.
            for value in r#enum.value.iter().filter(|value| numbers.insert(value.number())) {
                let variant = camel(value.name());
                let short = variant.strip_prefix(&name).filter(|short| short.starts_with(char::is_uppercase));
                let short = short.map(ToOwned::to_owned).unwrap_or(variant);
                self.unique(&mut variants, &format!("{full}.{}", value.name()), short)?;
            }
        }
        Ok(())
    }

    fn unique(&self, scope: &mut Unique, full: &str, rust: String) -> Result<(), Error> {
        let full = full.trim_start_matches('.');
        if self.json && rust.starts_with('_') {
            return Err(self.refuse(&format!(
                "{full} has no name in Rust that its JSON could have too: it begins with a digit, or has no letter"
            )));
        }
        if let Some(other) = scope.get(&rust) {
            return Err(self.refuse(&format!("{other} and {full} are both `{rust}` in Rust")));
        }
        scope.insert(rust, full.to_owned());
        Ok(())
    }

    fn refuse(&self, reason: &str) -> Error {
        Error::refused(format!("{}: {reason}: rename one, or bring a type of your own by `extern_path`", self.file))
    }
}
