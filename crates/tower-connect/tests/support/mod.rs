//! A service that is written by hand, and a caller without sockets.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "every test uses its own part of this")]

use std::convert::Infallible;
use std::task::{Context, Poll};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Request as HttpRequest, Response as HttpResponse, StatusCode, Version};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};
use tower_connect::codegen::{self, DispatchFuture, IntoBody, NamedService};
use tower_connect::method::{Idempotency, Method, ServerStream, ServiceSpec, Spec, StreamType, Unary};
use tower_connect::{Body, BoxError, Code, Error, ErrorDetail, Request, Response, Result};

#[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Text {
    #[prost(string, tag = "1")]
    pub text: String,
}

pub const SAY: Method<Text, Text, Unary> = Method::new(&Spec::new("/demo.v1.Demo/Say", StreamType::Unary));
pub const FAIL: Method<Text, Text, Unary> = Method::new(&Spec::new("/demo.v1.Demo/Fail", StreamType::Unary));
pub const SLEEP: Method<Text, Text, Unary> = Method::new(&Spec::new("/demo.v1.Demo/Sleep", StreamType::Unary));
pub const COPY: Method<Text, Text, Unary> =
    Method::new(&Spec::new("/demo.v1.Demo/Copy", StreamType::Unary).with_idempotency(Idempotency::NoSideEffects));
pub const COUNT: Method<Text, Text, ServerStream> =
    Method::new(&Spec::new("/demo.v1.Demo/Count", StreamType::ServerStream));

/// `Say` and `Copy` answer with the text that came, with metadata if the caller sent `x-echo`. `Fail` always fails. `Sleep` never answers.
#[derive(Clone, Debug)]
pub struct Demo;

async fn say(request: Request<Text>) -> Result<Response<Text>> {
    let echo = request.metadata().get("x-echo").cloned();
    let mut response = Response::new(request.into_message());
    if let Some(echo) = echo {
        response.metadata_mut().append("x-head", echo.clone());
        response.metadata_mut().append("x-head", "second".parse().unwrap());
        response.metadata_mut().insert("content-length", "999".parse().unwrap());
        response.trailers_mut().append("x-tail", echo);
        response.trailers_mut().append("x-tail", "second".parse().unwrap());
        response.trailers_mut().insert("grpc-status", "13".parse().unwrap());
    }
    Ok(response)
}

/// As `Say`, for callers that have not cached it.
async fn copy(request: Request<Text>) -> Result<Response<Text>> {
    if request.has_cached("\"1\"") {
        return Err(Error::not_modified().with_metadata(headers(&[("etag", "\"1\"")])));
    }
    say(request).await
}

async fn fail(request: Request<Text>) -> Result<Response<Text>> {
    let text = request.into_message().text;
    let mut error = Error::new(Code::FailedPrecondition, text.clone());
    if text == "rich" {
        error = error
            .with_detail(ErrorDetail::new("demo.v1.Text", prost::Message::encode_to_vec(&Text { text })))
            .with_metadata(headers(&[("x-head", "1"), ("x-head", "2"), ("grpc-status", "0")]))
            .with_trailers(headers(&[("x-tail", "3"), ("content-type", "text/plain")]));
    }
    Err(error)
}

impl NamedService for Demo {
    const SERVICE: ServiceSpec =
        ServiceSpec::new("demo.v1.Demo", &[SAY.spec(), COPY.spec(), FAIL.spec(), SLEEP.spec(), COUNT.spec()]);
}

impl<B: IntoBody> Service<HttpRequest<B>> for Demo {
    type Response = HttpResponse<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest<B>) -> DispatchFuture {
        match codegen::procedure(&request) {
            "/demo.v1.Demo/Say" => codegen::unary(SAY, request, say),
            "/demo.v1.Demo/Copy" => codegen::unary(COPY, request, copy),
            "/demo.v1.Demo/Fail" => codegen::unary(FAIL, request, fail),
            "/demo.v1.Demo/Sleep" => codegen::unary(SLEEP, request, |_| std::future::pending()),
            _ => codegen::unknown::<Self, _>(&request),
        }
    }
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub trailers: Option<HeaderMap>,
    /// How many frames of data the body had.
    pub frames: usize,
    pub ended_at_once: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Vec<&str> {
        values(&self.headers, name)
    }

    pub fn trailer(&self, name: &str) -> Vec<&str> {
        self.trailers.as_ref().map(|trailers| values(trailers, name)).unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The answer in gRPC-Web as it would be in gRPC: without base64, and with the last frame as trailers.
    pub fn without_web(mut self) -> Self {
        assert!(self.header("content-type")[0].starts_with("application/grpc-web"), "{self:?}");
        assert_eq!(self.trailers, None, "gRPC-Web has no trailers of HTTP");
        if self.header("content-type")[0].contains("-text") {
            let groups = self.body.chunks(4).map(|group| BASE64_STANDARD.decode(group).unwrap());
            self.body = groups.flatten().collect();
        }
        let mut rest = self.body.clone();
        while !rest.is_empty() {
            let len = u32::from_be_bytes(rest[1..5].try_into().unwrap()) as usize;
            let whole = rest.split_to(5 + len);
            if whole[0] & 0x80 != 0 {
                assert!(rest.is_empty(), "nothing follows the end");
                self.body.truncate(self.body.len() - whole.len());
                let lines = std::str::from_utf8(&whole[5..]).unwrap().split_terminator("\r\n");
                let pairs = lines.map(|line| line.split_once(": ").unwrap());
                let mut trailers = HeaderMap::new();
                for (name, value) in pairs {
                    trailers.append(HeaderName::from_lowercase(name.as_bytes()).unwrap(), value.parse().unwrap());
                }
                self.trailers = Some(trailers);
            }
        }
        self
    }

    /// `grpc-status` and `grpc-message`, wherever they are, and only if they are in one place.
    pub fn grpc_status(&self) -> (&str, &str) {
        let (head, tail) = (self.header("grpc-status"), self.trailer("grpc-status"));
        let in_head = tail.is_empty() || (self.ended_at_once && head == tail);
        let place = if in_head { &self.headers } else { self.trailers.as_ref().unwrap() };
        assert_eq!(if in_head { head.len() } else { head.len() + tail.len() }, 1, "{self:?}");
        let message = values(place, "grpc-message");
        (values(place, "grpc-status")[0], message.first().copied().unwrap_or(""))
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}

pub fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

/// A POST on HTTP/2, whose body has come already.
pub fn post(path: &str, content_type: &str, body: impl Into<Bytes>) -> HttpRequest<Body> {
    HttpRequest::post(path)
        .version(Version::HTTP_2)
        .header("content-type", content_type)
        .body(Body::from(body.into()))
        .unwrap()
}

/// The same request with further headers.
pub fn with(mut request: HttpRequest<Body>, headers: &[(&'static str, &str)]) -> HttpRequest<Body> {
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    request
}

/// A unary gRPC call.
pub fn grpc(path: &str, message: &[u8]) -> HttpRequest<Body> {
    let mut request = post(path, "application/grpc", frame(message));
    request.headers_mut().insert("te", "trailers".parse().unwrap());
    request
}

/// A call of gRPC-Web, from the frames of one of gRPC.
pub fn grpc_web(path: &str, frames: &[u8], text: bool) -> HttpRequest<Body> {
    if text {
        post(path, "application/grpc-web-text", BASE64_STANDARD.encode(frames))
    } else {
        post(path, "application/grpc-web+proto", frames.to_vec())
    }
}

pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut frame = vec![0];
    frame.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

/// Calls a service and reads the whole answer.
pub async fn call<S, B>(service: S, request: HttpRequest<Body>) -> Answer
where
    S: Service<HttpRequest<Body>, Response = HttpResponse<B>, Error = Infallible>,
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError> + std::fmt::Debug,
{
    let (head, body) = service.oneshot(request).await.unwrap().into_parts();
    let mut body = std::pin::pin!(body);
    let mut answer = Answer {
        status: head.status,
        headers: head.headers,
        body: Bytes::new(),
        trailers: None,
        frames: 0,
        ended_at_once: body.is_end_stream(),
    };
    let mut data = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame.unwrap().into_data() {
            Ok(piece) => {
                answer.frames += 1;
                data.extend_from_slice(&piece);
            }
            Err(frame) => assert!(answer.trailers.replace(frame.into_trailers().unwrap()).is_none()),
        }
    }
    answer.body = data.into();
    answer
}

/// A body that comes in pieces, the last of which may be an error.
pub fn pieces(pieces: Vec<Result<Bytes, BoxError>>) -> Body {
    struct Pieces(std::vec::IntoIter<Result<Bytes, BoxError>>);
    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = BoxError;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
            Poll::Ready(self.0.next().map(|piece| piece.map(http_body::Frame::data)))
        }
    }
    Body::new(Pieces(pieces.into_iter()))
}
