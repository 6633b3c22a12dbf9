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
            Codec::Proto => T::decode(message)
                .map_err(|error| Error::invalid_argument(format!("malformed message: {error}")).with_source(error)),
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
