//! Which names of a package are taken: services need names that the schema has not.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::FileDescriptorProto;

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
            let base = camel(name).trim_end_matches('_').to_owned();
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
