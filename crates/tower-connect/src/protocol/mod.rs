//! The protocols: pure logic behind one sealed trait, with no Tower in it.
//!
//! A protocol takes its spelling off a request, and puts it back on the reply. [`Connect`] and [`Grpc`] are such protocols, and so
//! is a tuple of them: the first that recognises a request claims it.
//!
//! ```
//! use tower_connect::RpcLayer;
//! use tower_connect::protocol::{Connect, Grpc};
//!
//! /// The layer for all protocols, and one that leaves gRPC requests to others.
//! let all = RpcLayer::new();
//! let connect = RpcLayer::with_protocols(Connect::new());
//! let both = RpcLayer::with_protocols((Connect::new(), Grpc::new()));
//! # let _ = (all, connect, both);
//! ```

mod claim;
mod connect;
mod either;
mod grpc;
mod media;
mod outbound;
mod timeout;

use std::task::{Context, Poll};

use http::{HeaderValue, request, response};

pub use self::claim::{Accept, Claim, Claimed};
pub use self::connect::Connect;
pub use self::grpc::Grpc;
use crate::envelope::SingleError;
use crate::method::StreamType;
use crate::{Body, Code, Error, Result};

/// A protocol as seen by the layer: how a caller's spelling is recognised, and who will answer in it.
///
/// Sealed: [`Connect`], [`Grpc`] and tuples of them implement it.
pub trait Dialect: sealed::Sealed + Clone + Send + Sync + 'static {
    /// Remembers how to answer one caller.
    type Reply: Reply;

    /// Looks at a request's head, and claims it if it is of this protocol. The protocol's headers are then gone from it.
    fn accept(&self, parts: &mut request::Parts, claim: Claim) -> Accept<Self::Reply>;

    /// Appends the content types under which this protocol serves such procedures, in the form of `Accept-Post`.
    fn content_types(&self, stream_type: StreamType, types: &mut String);
}

/// The answer to one caller, in its protocol.
pub trait Reply: Unpin + Send {
    /// Turns a response of the envelope into one for the wire. It is called again, with the same arguments, while it is pending.
    ///
    /// # Errors
    ///
    /// What is to be answered by [`Reply::fail`] instead: the head has not been sent.
    fn poll_reply(&mut self, cx: &mut Context<'_>, head: &mut response::Parts, body: &mut Body) -> Poll<Result<Body>>;

    /// The answer to a call that failed before anything was sent. The head is the one that middleware wrote to.
    fn fail(&mut self, error: Error, head: response::Parts) -> http::Response<Body>;
}

/// Refuses what cannot be undone, of the header that names the compression of the messages.
fn check_compression(value: &HeaderValue) -> Result<()> {
    if value.is_empty() || value == "identity" {
        return Ok(());
    }
    let value = value.as_bytes().escape_ascii();
    Err(Error::unimplemented(format!(
        "unknown compression \"{value}\": supported is identity"
    )))
}

/// The error of a handler, or of what stands in front of it, that did not answer with exactly one message.
fn not_one_message(error: SingleError) -> Error {
    let message = match error {
        SingleError::Failed(error) => return error,
        SingleError::None => "a unary call was answered without a message",
        SingleError::Several => "a unary call was answered with more than one message",
    };
    Error::new(Code::Internal, message)
}

mod sealed {
    pub trait Sealed {}
}
