//! The client's side: [`Channel`], what generated clients are made of, and a layer for each protocol.
//!
//! A generated client turns a typed call into the shared [envelope](crate::envelope), the channel's [`Egress`] spells it in a protocol, and a
//! transport carries it. There is one client for all protocols; which of them is spoken, and all else, is set on the channel, or with a request
//! by [`CallOptions`].
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), tower_connect::Error> {
//! # use std::convert::Infallible;
//! # use tower::{Layer, service_fn};
//! # use tower_connect::client::UnaryFuture;
//! # use tower_connect::method::{Method, Spec, StreamType, Unary};
//! # use tower_connect::{Body, RpcLayer, codegen};
//! # #[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
//! # struct Text { #[prost(string, tag = "1")] text: String }
//! # const SAY: Method<Text, Text, Unary> = Method::new(&Spec::new("/greet.v1.GreetService/Say", StreamType::Unary));
//! # struct GreetServiceClient(Channel);
//! # impl GreetServiceClient {
//! #     fn new(channel: Channel) -> Self { Self(channel) }
//! #     fn say(&self, request: impl Into<Request<Text>>) -> UnaryFuture<Text> { codegen::call_unary(&self.0, SAY, request) }
//! # }
//! # let echo = service_fn(|request: http::Request<Body>| async { Ok::<_, Infallible>(http::Response::new(request.into_body())) });
//! # let app = RpcLayer::new().layer(echo);
//! use std::time::Duration;
//!
//! use tower_connect::client::CallOptions;
//! use tower_connect::{Channel, Request};
//!
//! // A server in this process; `Channel::connect("https://…")` has the same calls.
//! let channel = Channel::service(app).timeout(Duration::from_secs(5));
//! let greet = GreetServiceClient::new(channel.grpc());
//!
//! let reply = greet.say(Text { text: "hi".to_owned() }).await?;
//! assert_eq!(reply.message().text, "hi");
//!
//! // One call in another way, with metadata.
//! let mut request = Request::new(Text { text: "hi".to_owned() }).with_options(CallOptions::new().grpc_web().json());
//! request.metadata_mut().insert("x-user", "ada".parse().expect("a value of a header"));
//! assert_eq!(greet.say(request).await?.into_message().text, "hi");
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! An [`Error`](crate::Error) tells [where](crate::Error::origin) a call has failed, and whether it [may be made again](crate::Error::retry).
//! What has come before an error is delivered before it. No call is ever made a second time by itself.
//!
//! A handler that passes such an error on to its own caller passes on code, message and details, but not the other server's metadata.
//!
//! # Passing requests on
//!
//! A handler that makes a call with the [`Request`](crate::Request) that it has got passes on its deadline and all of its metadata, `authorization` and
//! `cookie` included, but what is for one hop only. With `request.into_message()` it passes on the message, and nothing else.
//!
//! # Deadlines and cancelling
//!
//! A [timeout](CallOptions::timeout) holds from the start of a call to its last message: for connecting, for the response's head, and between
//! messages. Dropping a future, or the [`Streaming`](crate::Streaming) that it has given, ends the call, and the server is told at once.

#[macro_use]
mod setters;

mod address;
pub(crate) mod call;
mod channel;
mod egress;
mod future;
mod hop;
mod in_process;
mod layer;
mod options;
mod ready;
pub(crate) mod running;
mod shared;
mod upload;

pub use self::call::{StreamFuture, UnaryFuture};
pub use self::channel::{Channel, ChannelFuture};
pub use self::egress::Egress;
pub use self::future::ResponseFuture;
pub use self::layer::{ProtocolLayer, Spoken};
pub use self::options::CallOptions;
pub use self::shared::{HttpService, Shared, SharedFuture};
use crate::protocol::{Connect, Grpc, GrpcWeb};

/// The layer for calls in Connect.
pub type ConnectLayer = ProtocolLayer<Connect>;

/// The layer for calls in gRPC.
pub type GrpcLayer = ProtocolLayer<Grpc>;

/// The layer for calls in gRPC-Web.
pub type GrpcWebLayer = ProtocolLayer<GrpcWeb>;
