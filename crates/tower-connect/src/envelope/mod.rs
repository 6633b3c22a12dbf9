//! The shared vocabulary: what every protocol's layer turns its requests into.
//!
//! The envelope is `http::Request<Body>` with a [`Call`] in its extensions, so that any Tower, tower-http or axum middleware which does
//! not read bodies works inside it. Its contract:
//!
//! - A request **without** a [`Call`] is none of ours: it is as it arrived.
//! - A request **with** a [`Call`] has lost its protocol's headers, and its [`Body`] yields one data frame for each whole message.
//! - A response has one data frame for each message, then perhaps a frame of trailers. An error that is known before the head is an
//!   [`Error`](crate::Error) in the response's extensions; one that comes later is the body's error.
//!
//! ```
//! use tower_connect::{Body, Call, Protocol};
//!
//! /// Middleware inside the envelope knows the call before a byte of its body is read.
//! fn is_grpc(request: &http::Request<Body>) -> bool {
//!     request.extensions().get::<Call>().is_some_and(|call| call.protocol() == Protocol::Grpc)
//! }
//! # assert!(!is_grpc(&http::Request::new(Body::empty())));
//! ```

mod base64;
mod body;
mod call;
mod deadline;
mod encode;
mod end;
mod ended;
mod erased;
mod inbound;
mod message;
mod messages;
mod metadata;
mod peer;
mod send_limit;
mod single;
mod source;
mod streaming;
mod whole;

pub(crate) use self::body::WireBody;
pub use self::body::{Body, IntoBody};
pub use self::call::{Call, Protocol};
pub(crate) use self::call::{Streams, now};
pub(crate) use self::deadline::Deadline;
pub(crate) use self::encode::{Encode, Encoded};
pub(crate) use self::end::End;
pub(crate) use self::ended::{Ended, Senders};
pub(crate) use self::inbound::{Framing, Receive, compressed_limit};
pub use self::message::{Request, Response};
pub use self::messages::{Messages, Sender};
pub(crate) use self::metadata::{append_all, copy_metadata, remove_reserved, take_reserved};
pub use self::peer::Peer;
pub(crate) use self::send_limit::SendLimit;
pub(crate) use self::single::{Message, Single, SingleError};
pub(crate) use self::source::Source;
pub use self::streaming::Streaming;
pub(crate) use self::whole::Whole;
