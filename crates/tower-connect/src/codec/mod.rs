//! How messages become bytes: the [`Codec`] that a caller chose, and the [`Format`] that can read and write it.
//!
//! The envelope carries bytes, so a message runtime is a type parameter of the typed edge only. [`Prost`] is the default;
//! [`ProtoOnly`] is for messages without JSON, and any other runtime implements [`Format`] for its messages.
//!
//! ```
//! use bytes::BytesMut;
//! use tower_connect::{Codec, codec::{Format, Prost}};
//!
//! # #[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
//! # struct SayRequest { #[prost(string, tag = "1")] sentence: String }
//! let request: SayRequest = Prost::decode(Codec::Json, r#"{"sentence":"hi"}"#.into())?;
//! let mut buf = BytesMut::new();
//! Prost::encode(Codec::Proto, &request, &mut buf)?;
//! assert_eq!(&buf[..], b"\x0a\x02hi");
//! # Ok::<(), tower_connect::Error>(())
//! ```

mod json;
mod prost;

use bytes::{Bytes, BytesMut};

pub use self::prost::{Prost, ProtoOnly};
use crate::Result;

/// The encoding of the messages of a call, as its content type names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// The Protocol Buffers binary format: `application/proto`, `application/grpc`.
    Proto,
    /// The JSON mapping of Protocol Buffers: `application/json`, `application/grpc+json`.
    Json,
}

impl Codec {
    /// The name that content types and the `encoding` parameter use: `proto` or `json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proto => "proto",
            Self::Json => "json",
        }
    }
}

/// A message runtime's way to read and write messages of the type `T`.
pub trait Format<T>: Send + Sync + 'static {
    /// Reads one message. The bytes may be kept: they are not copied before they come here.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) if the bytes are not such a message.
    fn decode(codec: Codec, message: Bytes) -> Result<T>;

    /// Appends one message to `buf`.
    ///
    /// # Errors
    ///
    /// [`Code::Internal`](crate::Code::Internal) if the message has no form in this codec.
    fn encode(codec: Codec, message: &T, buf: &mut BytesMut) -> Result<()>;

    /// How many bytes `encode` will append. An exact answer saves an allocation, a wrong one costs only time.
    fn encoded_len(codec: Codec, message: &T) -> usize;
}
