//! The well-known types of Protocol Buffers as messages of `prost`, with the JSON that [ProtoJSON] gives each of them.
//!
//! ```
//! use std::time::Duration;
//! use tower_connect_types::protobuf;
//!
//! let timeout = protobuf::Duration::try_from(Duration::from_millis(1500))?;
//! assert_eq!(serde_json::to_string(&timeout)?, r#""1.500s""#);
//! assert_eq!(serde_json::from_str::<protobuf::Duration>(r#""1.5s""#)?, timeout);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What has no JSON, as a [`Timestamp`](protobuf::Timestamp) of the year 10000, is an error when it is written, and what is no JSON of the type
//! is an error when it is read. Fields that a message does not have are ignored.
//!
//! - [`protobuf`]: the messages, named and built as `prost-build` does it.
//! - [`JsonType`] and [`register`]: which messages an [`Any`](protobuf::Any) can have inside when it is written as JSON.
//!
//! [ProtoJSON]: https://protobuf.dev/programming-guides/json/

mod error;
mod json;
pub mod protobuf;
mod registry;

pub use self::error::{ConversionError, UnpackError};
pub use self::registry::{JsonType, register};
