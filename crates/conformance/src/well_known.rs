//! The well-known types of `google.protobuf` that the suite's schemas have fields of, with the JSON that each has of its own.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};
use tower_connect::BoxError;

/// A message of any type, encoded, with the name of the type.
///
/// Its JSON, which has the fields of the message inside, is known for the messages of the suite and of `google/protobuf/*.proto`, and an
/// error for all others.
#[derive(Clone, Eq, Hash, PartialEq, Message)]
pub struct Any {
    /// The type's full name after a slash, as in `type.googleapis.com/google.protobuf.Duration`.
    #[prost(string, tag = "1")]
    pub type_url: String,
    /// The encoded message.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

impl Any {
    /// Packs a message of the suite, by the name that its type has in there.
    pub fn pack(name: &str, message: &impl Message) -> Self {
        let type_url = format!("type.googleapis.com/connectrpc.conformance.v1.{name}");
        Self { type_url, value: message.encode_to_vec() }
    }

    /// The message inside.
    ///
    /// # Errors
    ///
    /// It is of another type, or does not decode.
    pub fn unpack<M: Name + Default>(&self) -> Result<M, BoxError> {
        let name = M::full_name();
        match self.type_url.rsplit_once('/') {
            Some((_, found)) if found == name => Ok(M::decode(&self.value[..])?),
            _ => Err(format!("{:?} is no {name}", self.type_url).into()),
        }
    }
}

/// Nothing.
#[derive(Clone, Copy, Eq, Hash, PartialEq, Message)]
pub struct Empty {}

/// A JSON object.
#[derive(Clone, Eq, Hash, PartialEq, Message)]
pub struct Struct {
    /// In any order.
    #[prost(message, repeated, tag = "1")]
    pub fields: Vec<Field>,
}

/// A field of a [`Struct`].
#[derive(Clone, Eq, Hash, PartialEq, Message)]
pub struct Field {
    /// The field's name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// An encoded `google.protobuf.Value`.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// The JSON that the type of that name has.
macro_rules! json {
    ($($type:ident: $name:literal),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut message = DynamicMessage::new(descriptor($name));
                message.transcode_from(self).map_err(S::Error::custom)?;
                message.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                descriptor($name).deserialize(deserializer)?.transcode_to().map_err(D::Error::custom)
            }
        }
    )*};
}

json!(Any: "google.protobuf.Any", Empty: "google.protobuf.Empty", Struct: "google.protobuf.Struct");

/// A well-known type's own descriptor, in a pool with all types whose JSON is known.
fn descriptor(name: &str) -> MessageDescriptor {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        let mut pool = DescriptorPool::global();
        pool.decode_file_descriptor_set(crate::proto::FILE_DESCRIPTOR_SET).expect("the compiler has linked these");
        pool
    });
    POOL.get_message_by_name(name).expect("the global pool has the well-known types")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Header, ServerStreamRequest, WireDetails};

    #[test]
    fn the_json_has_the_fields_inside() {
        let message = ServerStreamRequest { request_data: b"data".to_vec(), ..Default::default() };
        let any = Any::pack("ServerStreamRequest", &message);
        let json =
            r#"{"@type":"type.googleapis.com/connectrpc.conformance.v1.ServerStreamRequest","requestData":"ZGF0YQ=="}"#;
        assert_eq!(serde_json::to_string(&any).unwrap(), json);
        assert_eq!(serde_json::from_str::<Any>(json).unwrap(), any);
    }

    #[test]
    fn it_is_read_inside_another_message_whatever_the_order_of_its_fields() {
        let json = r#"{"code":"CODE_ABORTED","details":[{"value":["a","b"],"@type":"type.googleapis.com/connectrpc.conformance.v1.Header","name":"x"}]}"#;
        let error: crate::proto::Error = serde_json::from_str(json).unwrap();
        let header = Header { name: "x".to_owned(), value: vec!["a".to_owned(), "b".to_owned()] };
        assert_eq!(error.details, [Any::pack("Header", &header)]);
    }

    #[test]
    fn the_type_of_the_suites_error_details_is_known() {
        let json = r#"{"@type":"type.googleapis.com/google.protobuf.FileDescriptorProto","name":"a.proto"}"#;
        let any: Any = serde_json::from_str(json).unwrap();
        assert_eq!(any.value, b"\x0a\x07a.proto");
        assert_eq!(serde_json::to_string(&any).unwrap(), json);
    }

    #[test]
    fn other_types_and_broken_messages_are_errors() {
        let unknown = Any { type_url: "type.googleapis.com/a.b.C".to_owned(), value: Vec::new() };
        assert!(serde_json::to_string(&unknown).is_err());
        assert!(serde_json::from_str::<Any>(r#"{"@type":"type.googleapis.com/a.b.C"}"#).is_err());
        let mut broken = Any::pack("Header", &Header::default());
        broken.value = b"\x0a\x07".to_vec();
        assert!(serde_json::to_string(&broken).is_err());
        broken.type_url = "Header".to_owned();
        assert!(serde_json::to_string(&broken).is_err());
    }

    #[test]
    fn only_a_message_of_the_type_comes_out() {
        let header = Header { name: "x".to_owned(), value: Vec::new() };
        let mut any = Any::pack("Header", &header);
        assert_eq!(any.unpack::<Header>().unwrap(), header);
        assert!(any.unpack::<ServerStreamRequest>().is_err());
        any.value.pop();
        assert!(any.unpack::<Header>().is_err());
        any.type_url = "Header".to_owned();
        assert!(any.unpack::<Header>().is_err());
    }

    #[test]
    fn a_struct_is_an_object_and_nothing_is_an_empty_one() {
        let json = r#"{"connectErrorRaw":{"a":[1.0,null,{"b":"c"}]}}"#;
        let details: WireDetails = serde_json::from_str(json).unwrap();
        assert_eq!(details.connect_error_raw.as_ref().unwrap().fields[0].key, "a");
        assert_eq!(serde_json::to_string(&details).unwrap(), json);
        assert_eq!(serde_json::to_string(&Empty {}).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Empty>("{}").unwrap(), Empty {});
    }
}
