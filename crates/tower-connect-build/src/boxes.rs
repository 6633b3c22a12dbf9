//! What has to be in a `Box` beyond what prost finds.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, OneofDescriptorProto};

use crate::reach::is_match;
use crate::walk::messages;

/// The paths that prost is told, as it is told by users: theirs, and those without which its code would not compile.
pub(crate) fn paths(files: &[FileDescriptorProto], asked: &[String]) -> Vec<String> {
    let messages = files.iter().flat_map(messages).collect();
    let inside = inside(&messages);
    let mut paths = asked.to_vec();
    for (full, message) in &messages {
        for field in &message.field {
            let plain = format!("{full}.{}", field.name());
            let path = match oneof(message, field) {
                Some(oneof) => format!("{full}.{oneof}.{}", field.name()),
                None => plain.clone(),
            };
            // prost sees no cycle that goes through a group.
            if is_group(field) && reaches(&inside, field.type_name(), full) {
                paths.push(path.clone());
            }
            // It asks for a box by one path, and whether there is one, before it derives `Copy`, by the other.
            if path != plain && asked.iter().any(|asked| is_match(&path, asked)) {
                paths.push(plain);
            }
        }
    }
    paths
}

type Messages<'a> = BTreeMap<String, &'a DescriptorProto>;

/// What each message has inside of itself, rather than in a list.
fn inside<'a>(messages: &'a Messages<'a>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let is_inside = |field: &&FieldDescriptorProto| {
        matches!(field.r#type(), Type::Message | Type::Group) && field.label() != Label::Repeated
    };
    let of = |message: &'a DescriptorProto| {
        message.field.iter().filter(is_inside).map(FieldDescriptorProto::type_name).collect()
    };
    messages.iter().map(|(full, message)| (full.as_str(), of(message))).collect()
}

fn reaches(inside: &BTreeMap<&str, Vec<&str>>, from: &str, to: &str) -> bool {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
    while let Some(name) = todo.pop() {
        if name == to {
            return true;
        }
        if let Some((name, next)) = inside.get_key_value(name).filter(|(name, _)| seen.insert(**name)) {
            todo.extend(next.iter().filter(|next| *next != name));
        }
    }
    false
}

fn is_group(field: &FieldDescriptorProto) -> bool {
    field.r#type() == Type::Group && field.label() != Label::Repeated
}

/// The oneof that a field is in, unless it is one that proto3 makes of `optional`.
fn oneof<'a>(message: &'a DescriptorProto, field: &FieldDescriptorProto) -> Option<&'a str> {
    let index = field.oneof_index.filter(|_| !field.proto3_optional())?;
    message.oneof_decl.get(usize::try_from(index).ok()?).map(OneofDescriptorProto::name)
}
