//! Where things are within a file, as paths of field numbers: see `google.protobuf.SourceCodeInfo.Location`.

use std::collections::BTreeSet;

use prost_types::field_descriptor_proto::Label;
use prost_types::source_code_info::Location;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumOptions, EnumValueOptions, FieldDescriptorProto, FieldOptions,
    FileDescriptorProto, MessageOptions, MethodOptions, ServiceOptions,
};

/// A path of field numbers and indices.
type Place = Vec<i32>;

/// Gives each thing that code is generated for a place, because prost relies on it: other programs may have left some out, and files that we make have
/// none.
pub(crate) fn complete(file: &mut FileDescriptorProto) {
    let mut places = Places::default();
    places.file(file);
    let info = file.source_code_info.get_or_insert_default();
    let mut known = BTreeSet::new();
    // prost finds a place by bisection, which one that is there twice would confuse.
    info.location.retain(|location| known.insert(location.path.clone()));
    let missing = places.all.into_iter().filter(|place| !known.contains(place));
    info.location.extend(missing.map(|path| Location { path, ..Location::default() }));
}

/// Whether anything in a file is marked as deprecated.
pub(crate) fn has_deprecated(file: &FileDescriptorProto) -> bool {
    let mut places = Places::default();
    places.file(file);
    places.any_deprecated
        || file.service.iter().any(|service| {
            service.options.as_ref().is_some_and(ServiceOptions::deprecated)
                || service.method.iter().any(|method| method.options.as_ref().is_some_and(MethodOptions::deprecated))
        })
}

/// The messages, enums and map fields that are marked as deprecated, of which prost marks none.
pub(crate) fn deprecated(file: &FileDescriptorProto) -> BTreeSet<Place> {
    let mut places = Places::default();
    places.file(file);
    places.deprecated
}

#[derive(Default)]
struct Places {
    all: Vec<Place>,
    deprecated: BTreeSet<Place>,
    any_deprecated: bool,
}

impl Places {
    fn file(&mut self, file: &FileDescriptorProto) {
        for (index, message) in (0..).zip(&file.message_type) {
            self.message(vec![4, index], message);
        }
        for (index, r#enum) in (0..).zip(&file.enum_type) {
            self.r#enum(vec![5, index], r#enum);
        }
        for (index, service) in (0..).zip(&file.service) {
            self.all.push(vec![6, index]);
            self.inside(&[6, index], 2, service.method.len());
        }
    }

    fn message(&mut self, place: Place, message: &DescriptorProto) {
        self.inside(&place, 2, message.field.len());
        self.inside(&place, 8, message.oneof_decl.len());
        for (index, nested) in (0..).zip(&message.nested_type) {
            self.message([&*place, &[3, index]].concat(), nested);
        }
        for (index, r#enum) in (0..).zip(&message.enum_type) {
            self.r#enum([&*place, &[4, index]].concat(), r#enum);
        }
        for (index, field) in (0..).zip(&message.field) {
            if field.options.as_ref().is_some_and(FieldOptions::deprecated) {
                self.any_deprecated = true;
                if is_map(message, field) {
                    self.deprecated.insert([&*place, &[2, index]].concat());
                }
            }
        }
        if message.options.as_ref().is_some_and(MessageOptions::deprecated) {
            self.any_deprecated = true;
            self.deprecated.insert(place.clone());
        }
        self.all.push(place);
    }

    fn r#enum(&mut self, place: Place, r#enum: &EnumDescriptorProto) {
        self.inside(&place, 2, r#enum.value.len());
        let mut values = r#enum.value.iter().filter_map(|value| value.options.as_ref());
        self.any_deprecated |= values.any(EnumValueOptions::deprecated);
        if r#enum.options.as_ref().is_some_and(EnumOptions::deprecated) {
            self.any_deprecated = true;
            self.deprecated.insert(place.clone());
        }
        self.all.push(place);
    }

    fn inside(&mut self, place: &[i32], field: i32, count: usize) {
        self.all.extend((0..).take(count).map(|index| [place, &[field, index]].concat()));
    }
}

fn is_map(message: &DescriptorProto, field: &FieldDescriptorProto) -> bool {
    let name = field.type_name().rsplit('.').next().unwrap_or_default();
    let nested = message.nested_type.iter().find(|nested| nested.name() == name);
    field.label() == Label::Repeated
        && nested.and_then(|nested| nested.options.as_ref()).is_some_and(MessageOptions::map_entry)
}
