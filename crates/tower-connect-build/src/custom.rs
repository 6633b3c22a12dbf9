//! Custom options of procedures and services: `extend google.protobuf.MethodOptions { .. }`.
//!
//! The options that a package declares become the fields of a message, which the encoded options are read as: a procedure's as `MethodOptions`, a
//! service's as `ServiceOptions`.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::field_descriptor_proto::Label;
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, SourceCodeInfo};

use crate::docs::Docs;
use crate::naming::{camel, ident};
use crate::walk::messages;

/// What is extended, the name of the message, and what it is for.
const EXTENDED: [(&str, &str, &str); 2] = [
    (
        ".google.protobuf.MethodOptions",
        "MethodOptions",
        "The custom options of procedures that this package declares; see `Spec::options`.",
    ),
    (
        ".google.protobuf.ServiceOptions",
        "ServiceOptions",
        "The custom options of services that this package declares; see `Spec::service_options`.",
    ),
];

/// By package, a message for each of [`EXTENDED`] that is.
pub(crate) struct CustomOptions(BTreeMap<String, Vec<(DescriptorProto, &'static str)>>);

impl CustomOptions {
    pub(crate) fn of(files: &[FileDescriptorProto]) -> Self {
        let mut packages = BTreeMap::<String, Vec<&FileDescriptorProto>>::new();
        for file in files {
            packages.entry(file.package().to_owned()).or_default().push(file);
        }
        let messages = packages.into_iter().map(|(package, files)| {
            let messages = EXTENDED.iter().filter_map(|(extended, name, purpose)| {
                let fields: Vec<_> = files
                    .iter()
                    .flat_map(|file| extensions(file))
                    .filter(|field| field.extendee() == *extended)
                    .collect();
                (!fields.is_empty()).then(|| (message(free(name, &files), fields), *purpose))
            });
            (package, messages.collect())
        });
        Self(messages.collect())
    }

    /// Files with those messages, which prost takes for some more of the packages.
    pub(crate) fn files(self, docs: &mut Docs) -> Vec<FileDescriptorProto> {
        let packages = self.0.into_iter().filter(|(_, messages)| !messages.is_empty());
        let files = packages.map(|(package, messages)| {
            let mut info = SourceCodeInfo::default();
            for (index, (_, purpose)) in (0..).zip(&messages) {
                let leading_comments = Some(docs.key((*purpose).to_owned()));
                info.location.push(Location { path: vec![4, index], leading_comments, ..Location::default() });
            }
            let mut file = FileDescriptorProto {
                name: Some(format!("{package}.options")),
                // prost looks for types of an empty package where they are not.
                package: Some(package).filter(|package| !package.is_empty()),
                message_type: messages.into_iter().map(|(message, _)| message).collect(),
                source_code_info: Some(info),
                ..FileDescriptorProto::default()
            };
            crate::places::complete(&mut file);
            file
        });
        files.collect()
    }
}

/// All extensions of a file, also those that are declared within messages.
fn extensions(file: &FileDescriptorProto) -> Vec<&FieldDescriptorProto> {
    let within = messages(file).into_iter().flat_map(|(_, message)| &message.extension);
    file.extension.iter().chain(within).collect()
}

fn message(name: String, extensions: Vec<&FieldDescriptorProto>) -> DescriptorProto {
    let mut taken = BTreeSet::new();
    let field = |extension: &FieldDescriptorProto| {
        let mut field =
            FieldDescriptorProto { extendee: None, oneof_index: None, proto3_optional: None, ..extension.clone() };
        // Without a label it is optional, of which this file's syntax, proto2, makes an `Option`.
        field.label.get_or_insert(Label::Optional as i32);
        while !taken.insert(ident(field.name())) {
            field.name = Some(format!("{}_{}", field.name(), field.number()));
        }
        field
    };
    DescriptorProto {
        name: Some(name),
        field: extensions.into_iter().map(field).collect(),
        ..DescriptorProto::default()
    }
}

/// The name, or one that the package's own messages leave.
fn free(name: &str, files: &[&FileDescriptorProto]) -> String {
    let mut name = name.to_owned();
    let is_taken = |name: &str| {
        files.iter().any(|file| {
            file.message_type.iter().any(|message| camel(message.name()) == name)
                || file.enum_type.iter().any(|r#enum| camel(r#enum.name()) == name)
                || file.service.iter().any(|service| camel(service.name()) == name)
        })
    };
    while is_taken(&name) {
        name = format!("Custom{name}");
    }
    name
}
