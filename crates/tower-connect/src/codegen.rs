//! What generated code refers to. It goes with the version of `tower-connect-build` that has the same number, and may change with it.
//!
//! A server that is written by hand looks like a generated one:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use std::convert::Infallible;
//! use std::task::{Context, Poll};
//!
//! use tower::{Layer, Service, ServiceExt};
//! use tower_connect::codegen::{self, DispatchFuture, IntoBody};
//! use tower_connect::method::{Method, ServiceSpec, Spec, StreamType, Unary};
//! use tower_connect::server::NamedService;
//! use tower_connect::{Body, Request, Response, RpcLayer};
//!
//! # #[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
//! # pub struct Text { #[prost(string, tag = "1")] pub text: String }
//! const ECHO: Method<Text, Text, Unary> = Method::new(&Spec::new("/demo.v1.Echo/Echo", StreamType::Unary));
//!
//! #[derive(Clone)]
//! struct EchoServer;
//!
//! impl NamedService for EchoServer {
//!     const SERVICE: ServiceSpec = ServiceSpec::new("demo.v1.Echo", &[ECHO.spec()]);
//! }
//!
//! impl<B: IntoBody> Service<http::Request<B>> for EchoServer {
//!     type Response = http::Response<Body>;
//!     type Error = Infallible;
//!     type Future = DispatchFuture;
//!
//!     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
//!         Poll::Ready(Ok(()))
//!     }
//!
//!     fn call(&mut self, request: http::Request<B>) -> DispatchFuture {
//!         match codegen::procedure(&request) {
//!             "/demo.v1.Echo/Echo" => codegen::unary(ECHO, request, |request: Request<Text>| async move {
//!                 Ok(Response::new(request.into_message()))
//!             }),
//!             _ => codegen::unknown::<Self, _>(&request),
//!         }
//!     }
//! }
//!
//! let service = RpcLayer::new().for_service::<EchoServer>().layer(EchoServer);
//! let request = http::Request::post("/demo.v1.Echo/Echo")
//!     .header("content-type", "application/json")
//!     .body(Body::from(bytes::Bytes::from_static(br#"{"text":"hi"}"#)))
//!     .unwrap();
//! assert_eq!(service.oneshot(request).await.unwrap().status(), 200);
//! # }
//! ```

/// Keeps code that needs the feature `axum`, of which generated code cannot know whether it is on.
#[cfg(feature = "axum")]
#[doc(hidden)]
#[macro_export]
macro_rules! if_axum {
    ($($code:tt)*) => { $($code)* };
}

/// Drops code that needs the feature `axum`.
#[cfg(not(feature = "axum"))]
#[doc(hidden)]
#[macro_export]
macro_rules! if_axum {
    ($($code:tt)*) => {};
}

/// Keeps code that needs the feature `testing`: generated mocks.
#[cfg(feature = "testing")]
#[doc(hidden)]
#[macro_export]
macro_rules! if_testing {
    ($($code:tt)*) => { $($code)* };
}

/// Drops code that needs the feature `testing`.
#[cfg(not(feature = "testing"))]
#[doc(hidden)]
#[macro_export]
macro_rules! if_testing {
    ($($code:tt)*) => {};
}

use std::convert::Infallible;
use std::task::Poll;

pub use pbjson;
pub use prost;
pub use serde;
pub use tower_connect_types::{JsonType, register};
pub use tower_layer::Layer;
pub use tower_service::Service;

#[cfg(feature = "axum")]
pub use ::axum::Router;

pub use crate::client::call::{
    bidi as call_bidi, client_stream as call_client_stream, server_stream as call_server_stream, unary as call_unary,
};
pub use crate::envelope::IntoBody;
pub use crate::server::dispatch::{procedure, unimplemented, unknown};
pub use crate::server::handle::{bidi, client_stream, server_stream, unary};
/// What a generated server always is.
pub type Ready = Poll<Result<(), Infallible>>;

/// Ready for the next call.
pub const READY: Ready = Poll::Ready(Ok(()));

pub use crate::server::{DispatchFuture, NamedService, Rpc};
