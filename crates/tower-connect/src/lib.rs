//! Connect, gRPC and gRPC-Web as Tower layers: RPC services on axum routers, next to ordinary REST routes.
//!
//! Each protocol is a layer that takes its spelling off a request and leaves one shared [envelope]; a service is written once, under it. A client
//! is the mirror: one typed client over layers that put the spelling on.
//!
//! ```
//! # mod greet {
//! #     #[derive(Clone, PartialEq, ::prost::Message, ::serde::Serialize, ::serde::Deserialize)]
//! #     pub struct Text { #[prost(string, tag = "1")] pub text: String }
//! # }
//! # use greet::Text;
//! use tower_connect::{Error, Request, Response, Result};
//!
//! async fn say(request: Request<Text>) -> Result<Response<Text>> {
//!     if request.message().text.is_empty() {
//!         return Err(Error::invalid_argument("say something"));
//!     }
//!     Ok(Text { text: format!("you said: {}", request.message().text) }.into())
//! }
//! # let _ = say;
//! ```
//!
//! # A tour
//!
//! In the order in which they are best read:
//!
//! - [`envelope`]: [`Call`], [`Body`], [`Request`], [`Response`], the shared vocabulary.
//! - [`error`]: [`Code`], [`Error`], [`ErrorDetail`].
//! - [`metadata`]: binary values.
//! - [`method`]: what the schema says of a procedure.
//! - [`codec`]: how messages become bytes.
//! - [`compression`]: how they become fewer bytes.
//! - [`protocol`]: Connect, gRPC and gRPC-Web behind one sealed trait, without any Tower in it.
//! - [`server`]: [`RpcLayer`], its service, its future and its body, written once over that trait.
//! - [`client`]: [`Channel`], its mirror.
#![cfg_attr(feature = "client", doc = "- [`transport`]: what carries calls over sockets.")]
#![cfg_attr(feature = "axum", doc = "- [`mod@axum`]: services as routes.")]
#![cfg_attr(feature = "serve", doc = "- [`mod@serve`]: an accept loop.")]
#![cfg_attr(feature = "cors", doc = "- [`cors`]: pages of other origins.")]
#![cfg_attr(feature = "testing", doc = "- [`testing`]: mocks, faults, and time that stands still.")]
//! - [`types`]: the well-known types of Protocol Buffers, with their JSON.
//! - [`codegen`]: what generated code refers to.
//!
//! # Features
//!
//! - `axum` (default): [`axum::router`], and the `into_router` of generated servers. It turns on axum's `http2`.
//! - `client` (default): [`Channel::connect`], a pool of connections of HTTP/1.1 and HTTP/2.
//! - `serve` (default): [`serve()`], HTTP/1.1 and HTTP/2 on one port.
//! - `gzip` (default), `br`, `zstd`, `deflate`, `snappy`: [compression] by that algorithm. `zstd` needs a C compiler.
//! - `cors`: a preset for pages of other origins.
//! - `tls`: TLS for [`serve()`] and for the client, by rustls with ring.
//! - `webpki-roots`, `native-roots`: whom a client trusts that is not told: Mozilla's list of authorities, or the machine's own.
//! - `testing`: generated mocks, and faults that are injected; for `[dev-dependencies]`.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
pub mod axum;
pub mod client;
pub mod codec;
pub mod codegen;
pub mod compression;
#[cfg(feature = "cors")]
pub mod cors;
pub mod envelope;
pub mod error;
mod frame;
pub mod metadata;
pub mod method;
pub mod protocol;
#[cfg(feature = "serve")]
pub mod serve;
pub mod server;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "client")]
pub mod transport;

pub use http;
/// The well-known types of Protocol Buffers, as [`types::protobuf`], the types of `google.rpc` and `google.api`, and which messages an `Any` can have inside when it is written as JSON.
pub use tower_connect_types as types;

pub use self::client::Channel;
pub use self::codec::Codec;
pub use self::envelope::{Body, Call, Messages, Peer, Protocol, Request, Response, Sender, Streaming};
pub use self::error::{BoxError, Code, Error, ErrorDetail, Origin, Result, Retry};
#[cfg(feature = "serve")]
pub use self::serve::serve;
pub use self::server::{ConnectLayer, GrpcLayer, GrpcWebLayer, Outcome, RpcLayer};

/// Includes what `tower-connect-build` has generated: all packages of the schema, as modules that are nested as they are, or one package by its
/// name.
///
/// `mod proto { tower_connect::include_proto!(); }` makes `greet.v1.GreetService` be `proto::greet::v1::GreetService`. A single package stands in
/// a module of its own: `mod eliza { tower_connect::include_proto!("connectrpc.eliza.v1"); }`. One whose messages have fields of another
/// package's types finds that by a relative path, so the first form is for those.
#[macro_export]
macro_rules! include_proto {
    () => {
        include!(concat!(env!("OUT_DIR"), "/mod.rs"));
    };
    ($package:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $package, ".rs"));
    };
}
