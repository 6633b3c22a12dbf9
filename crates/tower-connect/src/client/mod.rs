//! The client's side: [`Channel`], what generated clients are made of, and a layer for each protocol.

#[macro_use]
mod setters;

mod address;
pub(crate) mod call;
mod channel;
mod egress;
mod future;
mod in_process;
mod layer;
mod options;
mod ready;
mod shared;
mod upload;

pub use self::call::{StreamFuture, UnaryFuture};
pub use self::channel::{Channel, ChannelFuture};
pub use self::egress::Egress;
pub use self::future::ResponseFuture;
pub use self::layer::{ProtocolLayer, Spoken};
pub use self::options::CallOptions;
pub use self::shared::{Shared, SharedFuture};
use crate::protocol::{Connect, Grpc, GrpcWeb};

/// The layer for calls in Connect.
pub type ConnectLayer = ProtocolLayer<Connect>;

/// The layer for calls in gRPC.
pub type GrpcLayer = ProtocolLayer<Grpc>;

/// The layer for calls in gRPC-Web.
pub type GrpcWebLayer = ProtocolLayer<GrpcWeb>;
