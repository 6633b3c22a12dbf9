//! The protocols: pure logic behind one sealed trait, with no Tower in it.
//!
//! A protocol takes its spelling off a request, and puts it back on the reply. [`Connect`], [`Grpc`] and [`GrpcWeb`] are such protocols,
//! and so is a tuple of them: the first that recognises a request claims it.
//!
//! ```
//! use tower_connect::protocol::{Connect, Grpc, GrpcWeb};
//! use tower_connect::server::{GrpcLayer, ProtocolLayer, RpcLayer};
//!
//! // All protocols, one of them, and two; and all of them, with something changed.
//! let all = RpcLayer::new();
//! let grpc = GrpcLayer::new();
//! let both = ProtocolLayer::with_protocols((Connect::new(), Grpc::new()));
//! let strict = RpcLayer::with_protocols((Connect::new().require_protocol_version(), Grpc::new(), GrpcWeb::new()));
//! # let _ = (all, grpc, both, strict);
//! ```

mod ask;
mod claim;
mod connect;
mod download;
mod either;
mod grpc;
mod grpc_web;
mod media;
mod outbound;
mod speak;
mod timeout;

pub(crate) use self::ask::{AGENT, Ask, Terms};
pub(crate) use self::claim::{Accept, Claim, Claimed};
pub use self::connect::Connect;
pub use self::grpc::Grpc;
pub use self::grpc_web::GrpcWeb;
pub(crate) use self::speak::{Reply, Speak};
use crate::envelope::SingleError;
use crate::{Code, Error};

/// A protocol that a layer can speak: [`Connect`], [`Grpc`], [`GrpcWeb`], or a tuple of two or three.
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
