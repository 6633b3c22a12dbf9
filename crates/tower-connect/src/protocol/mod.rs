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
mod speak;
mod timeout;

pub(crate) use self::claim::{Accept, Claim, Claimed};
pub use self::connect::Connect;
pub use self::grpc::Grpc;
pub(crate) use self::speak::{Reply, Speak};
use crate::envelope::SingleError;
use crate::{Code, Error};

/// A protocol that a layer can speak: [`Connect`], [`Grpc`], or a tuple of two or three.
///
/// Sealed: what a protocol has to do is not yet an interface for others.
pub trait Dialect: Speak {}

impl<P: Speak> Dialect for P {}

/// The error of a handler, or of what stands in front of it, that did not answer with exactly one message.
fn not_one_message(error: SingleError) -> Error {
    let message = match error {
        SingleError::Failed(error) => return error,
        SingleError::None => "a unary call was answered without a message",
        SingleError::Several => "a unary call was answered with more than one message",
    };
    Error::new(Code::Internal, message)
}
