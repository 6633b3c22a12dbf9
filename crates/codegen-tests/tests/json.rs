//! The JSON of every shape of field is that of another implementation, which reads the schema that the package holds.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use codegen_tests::all::{Bare, options, shapes, split, r#type, x};
use codegen_tests::dressed;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How many members of each oneof are tried.
const MEMBERS: usize = 20;

/// Fills a message by the schema, and compares what becomes of it here and there.
fn check<T>(descriptor_set: &[u8])
where
    T: prost::Message + prost::Name + Default + PartialEq + Serialize + DeserializeOwned + std::fmt::Debug,
{
    let pool = DescriptorPool::decode(descriptor_set).unwrap();
    let descriptor = pool.get_message_by_name(&T::full_name()).unwrap();
    for member in 0..MEMBERS {
        let bytes = prost::Message::encode_to_vec(&filled(&descriptor, 3, member));
        // A field that was set to what it is without it was not set.
        let theirs = DynamicMessage::decode(descriptor.clone(), &*bytes).unwrap();
        let ours = T::decode(&*bytes).unwrap();
        let json = serde_json::to_value(&ours).unwrap();
        assert_eq!(json, serde_json::to_value(&theirs).unwrap(), "{}", T::full_name());
        let text = serde_json::to_string(&ours).unwrap();
        assert_eq!(serde_json::from_str::<T>(&text).unwrap(), ours, "{text}");
        let read = DynamicMessage::deserialize(descriptor.clone(), &mut serde_json::Deserializer::from_str(&text));
        assert_eq!(read.unwrap(), theirs, "{text}");
        assert!(!format!("{ours:?}").is_empty());
    }
}

fn filled(descriptor: &MessageDescriptor, depth: usize, member: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        let is_needed = field.cardinality() == prost_reflect::Cardinality::Required;
        let is_other = field.containing_oneof().filter(|_| !field.supports_presence() || !is_synthetic(&field));
        if let Some(oneof) = is_other {
            let count = oneof.fields().count();
            if oneof.fields().nth(member % count) != Some(field.clone()) {
                continue;
            }
        }
        let recurses = matches!(kind(&field), Kind::Message(_));
        if depth == 0 && recurses && !is_needed {
            continue;
        }
        message.set_field(&field, value(&field, depth.saturating_sub(1), member));
    }
    message
}

/// A oneof that proto3 makes of `optional`.
fn is_synthetic(field: &FieldDescriptor) -> bool {
    field.field_descriptor_proto().proto3_optional()
}

/// Of a map, that of its values.
fn kind(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

fn value(field: &FieldDescriptor, depth: usize, member: usize) -> Value {
    if field.is_map() {
        let Kind::Message(entry) = field.kind() else { unreachable!("a map has entries") };
        let key = match entry.map_entry_key_field().kind() {
            Kind::Bool => MapKey::Bool(true),
            Kind::String => MapKey::String("a \"key\"".to_owned()),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => MapKey::I32(i32::MIN),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => MapKey::I64(i64::MIN),
            Kind::Uint32 | Kind::Fixed32 => MapKey::U32(u32::MAX),
            Kind::Uint64 | Kind::Fixed64 => MapKey::U64(u64::MAX),
            other => unreachable!("{other:?} is no key"),
        };
        return Value::Map([(key, single(&kind(field), depth, member))].into());
    }
    let single = single(&field.kind(), depth, member);
    if field.is_list() { Value::List(vec![single.clone(), single]) } else { single }
}

fn single(kind: &Kind, depth: usize, member: usize) -> Value {
    match kind {
        Kind::Bool => Value::Bool(true),
        Kind::String => Value::String("ü \"quoted\" \\ \n".to_owned()),
        Kind::Bytes => Value::Bytes(bytes::Bytes::from_static(&[0, 255, 62, 63])),
        Kind::Double => Value::F64(-0.1),
        Kind::Float => Value::F32(1.5),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(-7),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(-9_007_199_254_740_993),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(u32::MAX),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(u64::MAX),
        Kind::Enum(descriptor) => Value::EnumNumber(descriptor.values().last().unwrap().number()),
        Kind::Message(descriptor) => Value::Message(filled(descriptor, depth, member)),
    }
}

#[test]
fn every_shape_of_proto3_has_the_json_of_others() {
    let set = shapes::v1::FILE_DESCRIPTOR_SET;
    check::<shapes::v1::Keys>(set);
    check::<shapes::v1::Values>(set);
    check::<shapes::v1::Singular>(set);
    check::<shapes::v1::Optional>(set);
    check::<shapes::v1::Repeated>(set);
    check::<shapes::v1::Choice>(set);
    check::<shapes::v1::Copied>(set);
    check::<shapes::v1::Tree>(set);
    check::<shapes::v1::Forest>(set);
    check::<shapes::v1::Event>(set);
    check::<shapes::v1::Empty>(set);
    check::<shapes::v1::Named>(set);
}

#[test]
fn every_shape_of_proto2_has_the_json_of_others() {
    let set = shapes::two::FILE_DESCRIPTOR_SET;
    check::<shapes::two::Required>(set);
    check::<shapes::two::Defaults>(set);
    check::<shapes::two::Groups>(set);
    check::<shapes::two::Ring>(set);
    check::<shapes::two::Packed>(set);
    check::<split::Two>(split::FILE_DESCRIPTOR_SET);
    check::<options::v1::Limits>(options::v1::FILE_DESCRIPTOR_SET);
}

#[test]
fn keywords_in_json_are_as_in_the_schema() {
    let set = r#type::r#async::v1::FILE_DESCRIPTOR_SET;
    check::<r#type::r#async::v1::Fields>(set);
    check::<r#type::r#async::v1::Optionals>(set);
    check::<r#type::r#async::v1::Oneof>(set);
    check::<r#type::r#async::v1::Oneofs>(set);
    check::<r#type::r#async::v1::Uses>(set);
    check::<r#type::r#async::v1::Type>(set);
}

#[test]
fn types_of_other_packages_and_of_none_have_the_json_of_others() {
    check::<Bare>(codegen_tests::all::FILE_DESCRIPTOR_SET);
    check::<x::A>(x::FILE_DESCRIPTOR_SET);
}

#[test]
fn what_changes_the_look_of_messages_does_not_change_their_json() {
    let set = dressed::shapes::v1::FILE_DESCRIPTOR_SET;
    check::<dressed::shapes::v1::Keys>(set);
    check::<dressed::shapes::v1::Values>(set);
    check::<dressed::shapes::v1::Singular>(set);
    check::<dressed::shapes::v1::Optional>(set);
    check::<dressed::shapes::v1::Repeated>(set);
    check::<dressed::shapes::v1::Choice>(set);
    check::<dressed::shapes::v1::Copied>(set);
    check::<dressed::shapes::v1::Event>(set);
    check::<dressed::shapes::two::Groups>(dressed::shapes::two::FILE_DESCRIPTOR_SET);
}
