//! Defaults that are aliases: of several names for a number, prost knows the first.

use std::collections::BTreeMap;

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};

use crate::walk::{messages, root};

/// By an enum's full name, with a dot before it, and a value's name: the first value with that number.
type Firsts = BTreeMap<(String, String), String>;

/// Gives each default the name that prost knows.
pub(crate) fn resolve(files: &mut [FileDescriptorProto]) {
    let mut firsts = Firsts::new();
    for file in &*files {
        enums(&mut firsts, &root(file), &file.enum_type);
        for (full, message) in messages(file) {
            enums(&mut firsts, &full, &message.enum_type);
        }
    }
    files.iter_mut().flat_map(|file| &mut file.message_type).for_each(|message| defaults(message, &firsts));
}

fn enums(firsts: &mut Firsts, around: &str, enums: &[EnumDescriptorProto]) {
    for r#enum in enums {
        for value in &r#enum.value {
            let first = r#enum.value.iter().find(|first| first.number() == value.number()).unwrap_or(value);
            let full = format!("{around}.{}", r#enum.name());
            firsts.insert((full, value.name().to_owned()), first.name().to_owned());
        }
    }
}

fn defaults(message: &mut DescriptorProto, firsts: &Firsts) {
    for field in &mut message.field {
        if let (Some(r#enum), Some(value)) = (&field.type_name, &mut field.default_value)
            && let Some(first) = firsts.get(&(r#enum.clone(), value.clone()))
        {
            first.clone_into(value);
        }
    }
    message.nested_type.iter_mut().for_each(|nested| defaults(nested, firsts));
}
