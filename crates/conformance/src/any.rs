//! `google.protobuf.Any` with its canonical JSON, which has the fields of the message inside.

use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde::de::{DeserializeSeed, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

/// A message of any type, encoded, with the name of the type.
///
/// Its JSON is known for the messages of the suite and of `google/protobuf/*.proto`, and an error for all others.
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
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut message = DynamicMessage::new(DESCRIPTOR.clone());
        message.transcode_from(self).map_err(serde::ser::Error::custom)?;
        message.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DESCRIPTOR.clone().deserialize(deserializer)?.transcode_to().map_err(D::Error::custom)
    }
}

/// The type's own descriptor, in a pool with all types whose JSON is known.
static DESCRIPTOR: LazyLock<MessageDescriptor> = LazyLock::new(|| {
    let mut pool = DescriptorPool::global();
    pool.decode_file_descriptor_set(crate::proto::FILE_DESCRIPTOR_SET).expect("the compiler has linked these");
    pool.get_message_by_name("google.protobuf.Any").expect("the global pool has the well-known types")
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Header, ServerStreamRequest};

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
}
