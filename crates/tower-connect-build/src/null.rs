//! Where `null` is a value: in fields of `google.protobuf.Value`, and of `NullValue` within a oneof. pbjson takes it for an unset field everywhere.

use prost_types::FieldDescriptorProto;
use prost_types::field_descriptor_proto::Label;

use crate::naming::camel;

const VALUE: &str = ".google.protobuf.Value";
const NULL_VALUE: &str = ".google.protobuf.NullValue";

/// Whether `null` is a value of the field. In lists and maps pbjson knows it.
pub(crate) fn is_value(field: &FieldDescriptorProto) -> bool {
    let in_oneof = field.oneof_index.is_some() && !field.proto3_optional();
    field.label() != Label::Repeated && (field.type_name() == VALUE || (field.type_name() == NULL_VALUE && in_oneof))
}

/// Reads the field of a message, by its path in Rust, without an `Option` around it.
pub(crate) fn keep(code: &mut String, message: &str, field: &FieldDescriptorProto) {
    let reads = format!("impl<'de> serde::Deserialize<'de> for {message} {{");
    let arm = format!("GeneratedField::{} => {{", camel(field.name()));
    let Some(start) = code.find(&reads).and_then(|at| Some(at + code[at..].find(&arm)? + arm.len())) else { return };
    let end = code[start..].find("GeneratedField::").map_or(code.len(), |length| start + length);
    let kept = without_option(&code[start..end]);
    code.replace_range(start..end, &kept);
}

/// `map_.next_value::<Option<T>>()?.map(F)` becomes `Some(F(map_.next_value::<T>()?))`.
fn without_option(arm: &str) -> String {
    let parts = arm.split_once("map_.next_value::<::std::option::Option<").and_then(|(before, rest)| {
        let (of, rest) = rest.split_once(">>()?.map(")?;
        let (closure, after) = rest.split_once(';')?;
        Some((before, of, closure.trim_end().strip_suffix(')')?, after))
    });
    match parts {
        Some((before, of, closure, after)) => {
            format!("{before}Some(({closure})(map_.next_value::<{of}>()?));{after}")
        }
        None => arm.replacen("= map_.next_value()?;", "= Some(map_.next_value()?);", 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_optional_is_read_as_it_is() {
        for (arm, expected) in [
            ("v__ = map_.next_value()?;\n}", "v__ = Some(map_.next_value()?);\n}"),
            (
                "v__ = map_.next_value::<::std::option::Option<_>>()?.map(self::m::K::V)\n;\n}",
                "v__ = Some((self::m::K::V)(map_.next_value::<_>()?));\n}",
            ),
            (
                "v__ = map_.next_value::<::std::option::Option<a::N>>()?.map(|x| self::m::K::V(x as i32));\n}",
                "v__ = Some((|x| self::m::K::V(x as i32))(map_.next_value::<a::N>()?));\n}",
            ),
        ] {
            assert_eq!(without_option(arm), expected);
        }
    }
}
