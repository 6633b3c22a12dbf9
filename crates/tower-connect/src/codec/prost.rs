use bytes::{Bytes, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Codec, Format, json};
use crate::{Error, Result};

/// Messages of `prost` with JSON by `pbjson`: what `tower-connect-build` generates.
#[derive(Clone, Copy, Debug)]
pub enum Prost {}

impl<T> Format<T> for Prost
where
    T: prost::Message + Default + Serialize + DeserializeOwned,
{
    fn decode(codec: Codec, message: Bytes) -> Result<T> {
        match codec {
            Codec::Proto => decode(message),
            Codec::Json => json::decode(&message),
        }
    }

    fn encode(codec: Codec, message: &T, buf: &mut BytesMut) -> Result<()> {
        match codec {
            Codec::Proto => message.encode(buf).map_err(Error::internal),
            Codec::Json => json::encode(message, buf),
        }
    }

    fn encoded_len(codec: Codec, message: &T) -> usize {
        match codec {
            Codec::Proto => message.encoded_len(),
            Codec::Json => json::guess_len(message.encoded_len()),
        }
    }
}

/// Messages of `prost` without JSON: calls in JSON are refused as [`Code::Unimplemented`](crate::Code::Unimplemented).
#[derive(Clone, Copy, Debug)]
pub enum ProtoOnly {}

impl<T> Format<T> for ProtoOnly
where
    T: prost::Message + Default,
{
    fn decode(codec: Codec, message: Bytes) -> Result<T> {
        match codec {
            Codec::Proto => decode(message),
            Codec::Json => Err(without_json()),
        }
    }

    fn encode(codec: Codec, message: &T, buf: &mut BytesMut) -> Result<()> {
        match codec {
            Codec::Proto => message.encode(buf).map_err(Error::internal),
            Codec::Json => Err(without_json()),
        }
    }

    fn encoded_len(_: Codec, message: &T) -> usize {
        message.encoded_len()
    }
}

fn decode<T: prost::Message + Default>(message: Bytes) -> Result<T> {
    T::decode(message)
        .map_err(|error| Error::invalid_argument(format!("malformed message: {error}")).with_source(error))
}

fn without_json() -> Error {
    Error::unimplemented("the messages of this procedure have no JSON: it is called in proto")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn messages_without_json_go_as_proto_only() {
        #[derive(Clone, PartialEq, prost::Message)]
        struct Text {
            #[prost(string, tag = "1")]
            text: String,
        }
        let text = Text { text: "hi".to_owned() };
        let mut buf = BytesMut::new();
        ProtoOnly::encode(Codec::Proto, &text, &mut buf).unwrap();
        assert_eq!(&buf[..], b"\x0a\x02hi");
        let decoded: Text = ProtoOnly::decode(Codec::Proto, buf.split().freeze()).unwrap();
        assert_eq!(decoded, text);
        assert_eq!(ProtoOnly::encode(Codec::Json, &text, &mut buf).unwrap_err().code(), Code::Unimplemented);
        assert!(buf.is_empty());
        let decoded: Result<Text> = ProtoOnly::decode(Codec::Json, "{}".into());
        assert_eq!(decoded.unwrap_err().code(), Code::Unimplemented);
    }
}
