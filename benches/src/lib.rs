//! The calls that are measured: a message of 64 bytes is echoed by a service in this process, without HTTP's own work.

mod clients;
mod ours;
mod peers;

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body::Body;
use tower_connect::Protocol;

/// The message.
#[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
pub struct Text {
    /// 64 letters, in these measurements.
    #[prost(string, tag = "1")]
    pub text: String,
}

/// A way to make the call: its name, and what takes a request and reads the response to its end, which is its length.
pub struct Contestant {
    /// For the table.
    pub name: &'static str,
    /// Makes a request; its cost is not measured where that can be helped.
    pub request: fn() -> http::Request<tower_connect::Body>,
    /// Makes one call.
    pub call: Box<dyn FnMut(http::Request<tower_connect::Body>) -> usize>,
}

/// All of them; the first is ours over gRPC, to which the others are compared.
#[must_use]
pub fn contestants() -> Vec<Contestant> {
    vec![
        Contestant { name: "tower-connect, gRPC", request: grpc, call: Box::new(ours::service()) },
        Contestant { name: "tower-connect, gRPC-Web", request: grpc_web, call: Box::new(ours::service()) },
        Contestant { name: "tower-connect, gRPC-Web text", request: grpc_web_text, call: Box::new(ours::service()) },
        Contestant { name: "tower-connect, Connect proto", request: connect_proto, call: Box::new(ours::service()) },
        Contestant { name: "tower-connect, Connect JSON", request: connect_json, call: Box::new(ours::service()) },
        Contestant { name: "tonic, gRPC", request: grpc, call: Box::new(peers::tonic()) },
        Contestant { name: "decode and encode only", request: connect_proto, call: Box::new(peers::closure()) },
    ]
}

/// The same calls from the client's side, over a transport that has the answer ready; the first is ours over gRPC.
#[must_use]
pub fn callers() -> Vec<Contestant> {
    let caller = |name, call| Contestant { name, request: || http::Request::new(tower_connect::Body::empty()), call };
    vec![
        caller("tower-connect's client, gRPC", Box::new(clients::ours(Protocol::Grpc))),
        caller("tower-connect's client, gRPC-Web", Box::new(clients::ours(Protocol::GrpcWeb))),
        caller("tower-connect's client, Connect proto", Box::new(clients::ours(Protocol::Connect))),
        caller("tonic's client, gRPC", Box::new(clients::tonic())),
    ]
}

fn message() -> Text {
    Text { text: "x".repeat(64) }
}

fn request(content_type: &'static str, body: Vec<u8>) -> http::Request<tower_connect::Body> {
    let mut request = http::Request::new(tower_connect::Body::from(Bytes::from(body)));
    *request.method_mut() = http::Method::POST;
    *request.version_mut() = http::Version::HTTP_2;
    *request.uri_mut() = http::Uri::from_static("/bench.v1.Echo/Echo");
    request.headers_mut().insert("content-type", http::HeaderValue::from_static(content_type));
    request.headers_mut().insert("te", http::HeaderValue::from_static("trailers"));
    request
}

fn frame() -> Vec<u8> {
    let message = prost::Message::encode_to_vec(&message());
    let mut frame = vec![0, 0, 0, 0, u8::try_from(message.len()).expect("the message is short")];
    frame.extend(message);
    frame
}

fn grpc() -> http::Request<tower_connect::Body> {
    request("application/grpc", frame())
}

fn grpc_web() -> http::Request<tower_connect::Body> {
    request("application/grpc-web", frame())
}

fn grpc_web_text() -> http::Request<tower_connect::Body> {
    request("application/grpc-web-text", BASE64_STANDARD.encode(frame()).into_bytes())
}

fn connect_proto() -> http::Request<tower_connect::Body> {
    request("application/proto", prost::Message::encode_to_vec(&message()))
}

fn connect_json() -> http::Request<tower_connect::Body> {
    request("application/json", format!(r#"{{"text":"{}"}}"#, message().text).into_bytes())
}

/// A call whose message of so many bytes, words of which some come often, is compressed on the way back, or is not.
#[must_use]
pub fn compressed(length: usize, encoding: &'static str) -> http::Request<tower_connect::Body> {
    let words = ["message", "stream", "of", "the", "caller", "frame", "header", "trailer"];
    let mut random = 1_u32;
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(words[(random >> 29) as usize]);
        text.push_str(&(random >> 20).to_string());
        text.push(' ');
    }
    text.truncate(length - 4);
    let mut request = request("application/proto", prost::Message::encode_to_vec(&Text { text }));
    request.headers_mut().insert("accept-encoding", http::HeaderValue::from_static(encoding));
    request
}

/// The output of a future that has nothing to wait for.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// Reads a body to its end, and counts its data.
fn drain<B: Body<Data = Bytes> + Unpin>(mut body: B) -> usize {
    let mut length = 0;
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx) {
        length += frame.into_data().map_or(0, |data| data.len());
    }
    length
}

impl std::fmt::Debug for Contestant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contestant").field("name", &self.name).finish_non_exhaustive()
    }
}
