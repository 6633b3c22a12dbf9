//! The server's side: [`RpcLayer`], written once for all protocols, and what generated servers are made of.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http::Request;
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_connect::{Body, RpcLayer};
//!
//! // Inside the layer a frame is a message: this echoes a call of any of the protocols.
//! let echo = service_fn(|request: Request<Body>| async { Ok::<_, Infallible>(http::Response::new(request.into_body())) });
//! let service = RpcLayer::new().layer(echo);
//!
//! let request = Request::post("/any.Service/Procedure")
//!     .header("content-type", "application/grpc")
//!     .header("te", "trailers")
//!     .version(http::Version::HTTP_2)
//!     .body(Body::from(Bytes::from_static(b"\0\0\0\0\x02hi")))
//!     .unwrap();
//! let response = service.oneshot(request).await.unwrap();
//! assert_eq!(response.headers()["content-type"], "application/grpc");
//! # }
//! ```

mod config;
pub(crate) mod dispatch;
mod drain;
mod future;
pub(crate) mod handle;
mod layer;
mod outcome;
mod service;
mod status;
mod wait;

pub use self::dispatch::{DispatchFuture, NamedService};
#[cfg(feature = "serve")]
pub(crate) use self::drain::{Drain, Rest};
pub use self::future::ResponseFuture;
pub use self::layer::ProtocolLayer;
pub use self::outcome::Outcome;
pub use self::service::Rpc;
use crate::protocol::{Connect, Grpc, GrpcWeb};

/// The protocols that a server speaks unless it says otherwise.
pub type DefaultProtocols = (Connect, Grpc, GrpcWeb);

/// The layer for all protocols.
pub type RpcLayer = ProtocolLayer<DefaultProtocols>;

/// The layer for Connect alone.
pub type ConnectLayer = ProtocolLayer<Connect>;

/// The layer for gRPC alone.
pub type GrpcLayer = ProtocolLayer<Grpc>;

/// The layer for gRPC-Web alone.
pub type GrpcWebLayer = ProtocolLayer<GrpcWeb>;
