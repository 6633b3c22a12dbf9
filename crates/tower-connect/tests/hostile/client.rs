//! A caller that knows HTTP, whatever it does with it, and how each protocol spells.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Version};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tower_connect::{BoxError, Code};

use crate::soon;
use crate::support::{Text, frame};
use crate::victim::SAY;

pub const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

/// A protocol in one of its forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Connect,
    ConnectStream,
    Grpc,
    GrpcWeb,
    GrpcWebText,
}

impl Form {
    /// For a procedure with one request and one response.
    pub const UNARY: [Self; 4] = [Self::Connect, Self::Grpc, Self::GrpcWeb, Self::GrpcWebText];
    /// For one with a stream.
    pub const STREAM: [Self; 4] = [Self::ConnectStream, Self::Grpc, Self::GrpcWeb, Self::GrpcWebText];

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Connect => "application/proto",
            Self::ConnectStream => "application/connect+proto",
            Self::Grpc => "application/grpc",
            Self::GrpcWeb => "application/grpc-web",
            Self::GrpcWebText => "application/grpc-web-text",
        }
    }

    pub fn encoding(self) -> &'static str {
        match self {
            Self::Connect => "content-encoding",
            Self::ConnectStream => "connect-content-encoding",
            Self::Grpc | Self::GrpcWeb | Self::GrpcWebText => "grpc-encoding",
        }
    }

    /// The header with a timeout.
    pub fn timeout(self, milliseconds: u64) -> (&'static str, String) {
        match self {
            Self::Connect | Self::ConnectStream => ("connect-timeout-ms", milliseconds.to_string()),
            Self::Grpc | Self::GrpcWeb | Self::GrpcWebText => ("grpc-timeout", format!("{milliseconds}m")),
        }
    }

    /// Bytes of the body as they go over the wire.
    pub fn wire(self, bytes: impl AsRef<[u8]>) -> Bytes {
        match self {
            Self::GrpcWebText => BASE64_STANDARD.encode(bytes).into(),
            _ => Bytes::copy_from_slice(bytes.as_ref()),
        }
    }

    /// A message as it goes over the wire, which may be compressed already.
    pub fn message(self, message: &[u8], compressed: bool) -> Bytes {
        if self == Self::Connect {
            return Bytes::copy_from_slice(message);
        }
        let mut framed = frame(message);
        framed[0] = compressed.into();
        self.wire(framed)
    }
}

pub fn proto(text: &str) -> Vec<u8> {
    prost::Message::encode_to_vec(&Text { text: text.to_owned() })
}

pub type AnyBody = UnsyncBoxBody<Bytes, BoxError>;

pub fn full(body: impl Into<Bytes>) -> AnyBody {
    Full::new(body.into()).map_err(Into::into).boxed_unsync()
}

/// The same piece for ever, and how many bytes of it were taken.
pub struct Endless {
    pub piece: Bytes,
    pub taken: Arc<AtomicU64>,
}

impl Endless {
    pub fn body(piece: impl Into<Bytes>) -> (AnyBody, Arc<AtomicU64>) {
        let (piece, taken) = (piece.into(), Arc::<AtomicU64>::default());
        (Self { piece, taken: Arc::clone(&taken) }.boxed_unsync(), taken)
    }
}

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.taken.fetch_add(self.piece.len() as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))))
    }
}

/// A body that comes as it is sent, ends when the sender is dropped, and breaks off at an error.
pub struct Fed(mpsc::UnboundedReceiver<Result<Bytes, BoxError>>);

impl Fed {
    pub fn body() -> (mpsc::UnboundedSender<Result<Bytes, BoxError>>, AnyBody) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self(receiver).boxed_unsync())
    }
}

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub head: HeaderMap,
    pub body: Bytes,
    pub trailers: HeaderMap,
}

impl Answer {
    pub async fn read(response: http::Response<Incoming>) -> Self {
        let (head, body) = response.into_parts();
        let collected = body.collect().await.unwrap();
        let trailers = collected.trailers().cloned().unwrap_or_default();
        Self { status: head.status, head: head.headers, body: collected.to_bytes(), trailers }
    }

    /// How the call went, in the protocol's own spelling. Panics if it does not say.
    pub fn code(&self, form: Form) -> Option<Code> {
        let body = match form {
            Form::GrpcWebText => Bytes::from(text(&self.body)),
            _ => self.body.clone(),
        };
        let name = match form {
            Form::Connect if self.status == StatusCode::OK => return None,
            Form::Connect => serde_json::from_slice::<serde_json::Value>(&body).unwrap()["code"].clone(),
            Form::ConnectStream => {
                let end = last_frame(&body, 2).expect("an end of the stream");
                serde_json::from_slice::<serde_json::Value>(end).unwrap()["error"]["code"].clone()
            }
            Form::Grpc | Form::GrpcWeb | Form::GrpcWebText => {
                let block = if form == Form::Grpc { None } else { last_frame(&body, 0x80) };
                let status = match block.map(|block| std::str::from_utf8(block).unwrap()) {
                    Some(block) => block.split("\r\n").find_map(|line| line.strip_prefix("grpc-status: ")).unwrap(),
                    None => {
                        self.trailers.get("grpc-status").unwrap_or_else(|| &self.head["grpc-status"]).to_str().unwrap()
                    }
                };
                let status = status.parse().unwrap();
                return (status > 0).then(|| Code::from_grpc_status(status).unwrap());
            }
        };
        let name = name.as_str().map(ToOwned::to_owned);
        name.map(|name| Code::all().find(|code| code.as_str() == name).expect("a code"))
    }
}

/// The pieces of base64, each with its own padding.
fn text(body: &[u8]) -> Vec<u8> {
    body.chunks(4).flat_map(|group| BASE64_STANDARD.decode(group).unwrap()).collect()
}

/// The payload of the last frame, if its flags are these.
fn last_frame(mut body: &[u8], flags: u8) -> Option<&[u8]> {
    while let [flag, a, b, c, d, rest @ ..] = body {
        let (payload, rest) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        if rest.is_empty() {
            return (*flag == flags).then_some(payload);
        }
        body = rest;
    }
    None
}

pub struct Client {
    address: SocketAddr,
    sender: Sender,
}

enum Sender {
    Http1(http1::SendRequest<AnyBody>),
    Http2(http2::SendRequest<AnyBody>),
}

impl Sender {
    async fn new(address: SocketAddr, version: Version) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let stream = TokioIo::new(stream);
        if version == Version::HTTP_2 {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
            tokio::spawn(connection);
            Self::Http2(sender)
        } else {
            let (sender, connection) = http1::handshake(stream).await.unwrap();
            tokio::spawn(connection);
            Self::Http1(sender)
        }
    }
}

impl Client {
    pub async fn connect(address: SocketAddr, version: Version) -> Self {
        Self { address, sender: Sender::new(address, version).await }
    }

    /// Sends on this connection, or on the next one after an answer that has closed one of HTTP/1.1.
    pub async fn send(&mut self, request: Request<AnyBody>) -> hyper::Result<http::Response<Incoming>> {
        if let Sender::Http1(sender) = &mut self.sender
            && sender.ready().await.is_err()
        {
            self.sender = Sender::new(self.address, Version::HTTP_11).await;
        }
        match &mut self.sender {
            Sender::Http1(sender) => sender.send_request(request).await,
            Sender::Http2(sender) => sender.send_request(request).await,
        }
    }

    /// A call, to its end.
    pub async fn call(&mut self, form: Form, path: &str, headers: &[(&str, &str)], body: AnyBody) -> Answer {
        let answer = async { Answer::read(self.send(request(form, path, headers, body)).await.unwrap()).await };
        soon(&format!("an answer to {form:?}"), answer).await
    }

    /// The same, of which only the code is of interest.
    pub async fn code(&mut self, form: Form, path: &str, headers: &[(&str, &str)], body: AnyBody) -> Option<Code> {
        self.call(form, path, headers, body).await.code(form)
    }

    /// Asserts that a good call succeeds.
    pub async fn goes_on(&mut self) {
        let answer = self.call(Form::Grpc, SAY, &[], full(Form::Grpc.message(&proto("hi"), false))).await;
        assert_eq!((&answer.body[..], answer.code(Form::Grpc)), (&frame(&proto("hi"))[..], None));
    }
}

pub fn request(form: Form, path: &str, headers: &[(&str, &str)], body: AnyBody) -> Request<AnyBody> {
    let mut request = Request::post(format!("http://localhost{path}"))
        .header("host", "localhost")
        .header("content-type", form.content_type())
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}
