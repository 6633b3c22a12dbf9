//! What becomes of answers that are not as they should be: what has come is delivered, then there is the error that the specification has for it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use tower_connect::{BoxError, Channel, Code, Error, Messages, Origin, Protocol};

use super::support::headers;
use super::talk::{TalkClient, text};

/// An answer: the status, the head, and frames of data; then trailers, an error, or an end.
#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    head: HeaderMap,
    data: Vec<Vec<u8>>,
    end: End,
}

#[derive(Clone, Debug)]
enum End {
    Clean,
    Trailers(HeaderMap),
    Reset,
}

/// The body of an [`Answer`].
struct Frames(VecDeque<Vec<u8>>, Option<End>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(data) = self.0.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(data.into()))));
        }
        Poll::Ready(match self.1.take() {
            None | Some(End::Clean) => None,
            Some(End::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
            Some(End::Reset) => Some(Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into())),
        })
    }
}

impl Answer {
    fn new(status: u16, head: &[(&'static str, &'static str)], data: &[&[u8]]) -> Self {
        let data = data.iter().map(|data| data.to_vec()).collect();
        Self { status, head: headers(head), data, end: End::Clean }
    }

    fn trailers(self, trailers: &[(&'static str, &'static str)]) -> Self {
        Self { end: End::Trailers(headers(trailers)), ..self }
    }

    fn reset(self) -> Self {
        Self { end: End::Reset, ..self }
    }

    fn client(&self, protocol: Protocol) -> TalkClient {
        let answer = self.clone();
        let service = tower::service_fn(move |_: http::Request<tower_connect::Body>| {
            let answer = answer.clone();
            let mut response = http::Response::new(Frames(answer.data.into(), Some(answer.end)));
            *response.status_mut() = answer.status.try_into().unwrap();
            *response.headers_mut() = answer.head;
            async { Ok::<_, Error>(response) }
        });
        TalkClient(Channel::service(service).protocol(protocol))
    }

    async fn unary(&self, protocol: Protocol) -> Result<String, Error> {
        self.client(protocol).say(text("a")).await.map(|response| response.into_message().text)
    }

    async fn client_stream(&self, protocol: Protocol) -> Result<String, Error> {
        self.client(protocol).join(Messages::from_iter([])).await.map(|response| response.into_message().text)
    }

    /// The messages that are delivered, and how they end.
    async fn server_stream(&self, protocol: Protocol) -> (String, Result<HeaderMap, Error>) {
        let mut texts = String::new();
        let mut stream = match self.client(protocol).split(text("a")).await {
            Ok(response) => response.into_message(),
            Err(error) => return (texts, Err(error)),
        };
        loop {
            match stream.message().await {
                Ok(Some(message)) => texts.push_str(&message.text),
                Ok(None) => return (texts, Ok(stream.trailers().unwrap().clone())),
                Err(error) => return (texts, Err(error)),
            }
        }
    }
}

/// A message of one letter, in its frame.
const A: &[u8] = b"\0\0\0\0\x03\x0a\x01a";
const B: &[u8] = b"\0\0\0\0\x03\x0a\x01b";

const PROTO: (&str, &str) = ("content-type", "application/proto");
const JSON: (&str, &str) = ("content-type", "application/json");
const STREAM: (&str, &str) = ("content-type", "application/connect+proto");
const GRPC: (&str, &str) = ("content-type", "application/grpc");
const WEB: (&str, &str) = ("content-type", "application/grpc-web+proto");
const OK: (&str, &str) = ("grpc-status", "0");

#[tokio::test]
async fn connect_unary() {
    let answer = Answer::new;
    for (answer, code, message) in [
        (answer(503, &[], &[b"oops"]), Code::Unavailable, None),
        (answer(409, &[JSON], &[b"null"]), Code::Unknown, None),
        (answer(401, &[JSON], &[br#"{"message":"who?"}"#]), Code::Unauthenticated, Some("who?")),
        (answer(403, &[PROTO], &[br#"{"code":"not_found"}"#]), Code::PermissionDenied, None),
        (answer(500, &[JSON], &[br#"{"code":"#, br#""aborted","message":"m"}"#]), Code::Aborted, Some("m")),
        (answer(429, &[JSON, ("content-encoding", "odd")], &[br#"{"code":"aborted"}"#]), Code::Aborted, None),
        (answer(204, &[PROTO], &[]), Code::Unknown, None),
        (answer(304, &[], &[]), Code::Unknown, None),
        (answer(200, &[("content-type", "image/jpeg")], &[b"\x0a\x01a"]), Code::Unknown, None),
        (answer(200, &[], &[b"\x0a\x01a"]), Code::Unknown, None),
        (answer(200, &[JSON], &[b"{}"]), Code::Internal, None),
        (answer(200, &[STREAM], &[A]), Code::Internal, None),
        (answer(200, &[PROTO, ("content-encoding", "odd")], &[b"\x0a\x01a"]), Code::Internal, None),
        (answer(200, &[PROTO], &[b"\x0a\x09a"]), Code::InvalidArgument, None),
        (answer(200, &[PROTO], &[b"\x0a"]).reset(), Code::Unavailable, None),
    ] {
        let failed = answer.unary(Protocol::Connect).await.unwrap_err();
        assert_eq!(failed.code(), code, "{answer:?} {failed:?}");
        assert!(message.is_none_or(|message| failed.message() == message), "{answer:?} {failed:?}");
    }
    let metadata =
        [PROTO, ("x-a", "1"), ("trailer-x-b", "2"), ("trailer-grpc-x", "3"), ("content-encoding", "identity")];
    let well = answer(200, &metadata, &[b"\x0a\x01", b"a"]).client(Protocol::Connect).say(text("a")).await.unwrap();
    assert_eq!((well.metadata(), well.trailers()), (&headers(&[("x-a", "1")]), &headers(&[("x-b", "2")])));
    assert_eq!(
        answer(200, &[("content-type", "Application/Proto; charset=utf-8")], &[])
            .unary(Protocol::Connect)
            .await
            .unwrap(),
        ""
    );
}

#[tokio::test]
async fn connect_streams() {
    let answer = |data: &[&[u8]]| Answer::new(200, &[STREAM], data);
    let end: &[u8] = b"\x02\0\0\0\x02{}";
    for (answer, messages, code) in [
        (answer(&[A, B]), "ab", Code::Internal),
        (answer(&[A, b"\0\0\0"]), "a", Code::Internal),
        (answer(&[A, &B[..6]]), "a", Code::Internal),
        (answer(&[A]).reset(), "a", Code::Unavailable),
        (answer(&[A, b"\x02\0\0\0\x02[]"]), "a", Code::Internal),
        (answer(&[A, b"\x02\0\0\0\0"]), "a", Code::Internal),
        (answer(&[A, end, b"more"]), "a", Code::Internal),
        (answer(&[&[end, A].concat()]), "", Code::Internal),
        (answer(&[b"\x01\0\0\0\x03\x0a\x01a"]), "", Code::Internal),
        (answer(&[b"\x04\0\0\0\x03\x0a\x01a"]), "", Code::Internal),
        (answer(&[b"\x80\0\0\0\0"]), "", Code::Internal),
        (answer(&[b"\0\xff\xff\xff\xff"]), "", Code::ResourceExhausted),
        (answer(&[A, b"\x02\0\0\0\x1b{\"error\":{\"code\":\"aborted\"}}"]), "a", Code::Internal),
        (answer(&[A, b"\x02\0\0\0\x1c{\"error\":{\"code\":\"aborted\"}}"]), "a", Code::Aborted),
        (answer(&[A, b"\x02\0\0\0\x0c{\"error\":{}}"]), "a", Code::Unknown),
        (Answer::new(503, &[STREAM], &[A, end]), "", Code::Unavailable),
        (Answer::new(200, &[("content-type", "application/connect+json")], &[A, end]), "", Code::Internal),
        (Answer::new(200, &[PROTO], &[A, end]), "", Code::Unknown),
        (Answer::new(200, &[STREAM, ("connect-content-encoding", "odd")], &[A, end]), "", Code::Internal),
    ] {
        let (delivered, outcome) = answer.server_stream(Protocol::Connect).await;
        assert_eq!((&*delivered, outcome.unwrap_err().code()), (messages, code), "{answer:?}");
    }
    for bytes in 1..6 {
        // However it is cut into pieces.
        let whole = [A, B, b"\x02\0\0\0\x1a{\"metadata\":{\"X-A\":[\"1\"]}}"].concat();
        let pieces: Vec<_> = whole.chunks(bytes).collect();
        let (delivered, outcome) = answer(&pieces).server_stream(Protocol::Connect).await;
        assert_eq!((&*delivered, outcome.unwrap()), ("ab", headers(&[("x-a", "1")])));
    }
    let odd = b"\x02\0\0\0\x24{\"code\":\"aborted\",\"message\":\"what?\"}".as_slice();
    for data in [vec![end], vec![A, B, end], vec![odd]] {
        let failed = answer(&data).client_stream(Protocol::Connect).await.unwrap_err();
        assert_eq!(failed.code(), Code::Unimplemented, "{data:?}");
    }
    assert_eq!(answer(&[b"\0\0\0\0\0", end]).client_stream(Protocol::Connect).await.unwrap(), "");
}

#[tokio::test]
async fn grpc() {
    let answer = |data: &[&[u8]]| Answer::new(200, &[GRPC], data);
    for (answer, messages, code) in [
        (answer(&[A, B]), "ab", Code::Internal),
        (answer(&[]), "", Code::Unknown),
        (answer(&[A]).trailers(&[("grpc-message", "m")]), "a", Code::Unknown),
        (answer(&[A, b"\0\0"]).trailers(&[OK]), "a", Code::Internal),
        (answer(&[A, &B[..6]]).trailers(&[OK]), "a", Code::Internal),
        (answer(&[A, b"\0\0"]).trailers(&[("grpc-status", "9")]), "a", Code::FailedPrecondition),
        (answer(&[A]).reset(), "a", Code::Unavailable),
        (answer(&[A]).trailers(&[("grpc-status", "x")]), "a", Code::Unknown),
        (answer(&[b"\x01\0\0\0\x03\x0a\x01a"]).trailers(&[OK]), "", Code::Internal),
        (answer(&[b"\x80\0\0\0\0"]).trailers(&[OK]), "", Code::Internal),
        (Answer::new(503, &[GRPC, OK], &[A]).trailers(&[OK]), "", Code::Unavailable),
        (Answer::new(200, &[("content-type", "text/html")], &[A]).trailers(&[OK]), "", Code::Unknown),
        (Answer::new(200, &[WEB], &[A]).trailers(&[OK]), "", Code::Unknown),
        (Answer::new(200, &[("content-type", "application/grpc+json")], &[A]).trailers(&[OK]), "", Code::Internal),
        (Answer::new(200, &[GRPC, ("grpc-encoding", "odd")], &[A]).trailers(&[OK]), "", Code::Internal),
        (Answer::new(200, &[GRPC, ("grpc-status", "8")], &[A]), "a", Code::Internal),
        (
            Answer::new(200, &[GRPC, ("grpc-status", "8")], &[A]).trailers(&[("grpc-status", "9")]),
            "a",
            Code::FailedPrecondition,
        ),
        (
            Answer::new(200, &[GRPC, ("grpc-status", "8")], &[]).trailers(&[("grpc-status", "9")]),
            "",
            Code::FailedPrecondition,
        ),
        (Answer::new(200, &[GRPC, ("grpc-status", "8")], &[]), "", Code::ResourceExhausted),
    ] {
        let (delivered, outcome) = answer.server_stream(Protocol::Grpc).await;
        assert_eq!((&*delivered, outcome.unwrap_err().code()), (messages, code), "{answer:?}");
    }
    // A head that is all there is has trailing metadata.
    let alone = Answer::new(200, &[GRPC, ("grpc-status", "8"), ("x-a", "1"), ("x-a", "2")], &[]);
    let failed = alone.unary(Protocol::Grpc).await.unwrap_err();
    assert_eq!((failed.trailers(), failed.metadata().len()), (&headers(&[("x-a", "1"), ("x-a", "2")]), 0));
    assert_eq!((failed.code(), failed.origin()), (Code::ResourceExhausted, Origin::Remote));
    for data in [vec![], vec![A, B]] {
        let answer = answer(&data).trailers(&[OK]);
        assert_eq!(answer.unary(Protocol::Grpc).await.unwrap_err().code(), Code::Unimplemented);
        assert_eq!(answer.client_stream(Protocol::Grpc).await.unwrap_err().code(), Code::Unimplemented);
    }
    let proto = Answer::new(200, &[("content-type", "application/grpc+proto")], &[b"\0\0\0\0\0"]).trailers(&[OK]);
    assert_eq!(proto.unary(Protocol::Grpc).await.unwrap(), "");
}

#[tokio::test]
async fn grpc_web() {
    let answer = |data: &[&[u8]]| Answer::new(200, &[WEB], data);
    let ok: &[u8] = b"\x80\0\0\0\x10grpc-status: 0\r\n";
    let empty: &[u8] = b"\x80\0\0\0\0";
    for (answer, messages, code) in [
        (answer(&[A, B]), "ab", Code::Internal),
        (answer(&[]), "", Code::Internal),
        (answer(&[A, b"\x80\0\0\0\x07a: b\r\n\n"]), "a", Code::Unknown),
        (answer(&[A, empty]), "a", Code::Unknown),
        (answer(&[A, ok, b"x"]), "a", Code::Internal),
        (answer(&[A, &ok[..9]]), "a", Code::Internal),
        (answer(&[A]).trailers(&[OK]), "a", Code::Internal),
        (answer(&[A, b"\x80\0\0\0\x0fGRPC-STATUS:9\r\n"]), "a", Code::FailedPrecondition),
        (Answer::new(200, &[WEB, ("grpc-status", "8")], &[]), "", Code::ResourceExhausted),
        (Answer::new(200, &[WEB, ("grpc-status", "8")], &[A]), "a", Code::Internal),
        (Answer::new(200, &[WEB, ("grpc-status", "8")], &[A, empty]), "a", Code::ResourceExhausted),
        (
            Answer::new(200, &[WEB, ("grpc-status", "8")], &[A, b"\x80\0\0\0\x0fgrpc-status:9\r\n"]),
            "a",
            Code::FailedPrecondition,
        ),
        (Answer::new(200, &[GRPC], &[A, ok]), "", Code::Unknown),
        (Answer::new(200, &[("content-type", "application/grpc-web+json")], &[A, ok]), "", Code::Internal),
        (Answer::new(404, &[WEB], &[A, ok]), "", Code::Unimplemented),
    ] {
        let (delivered, outcome) = answer.server_stream(Protocol::GrpcWeb).await;
        let failed = outcome.unwrap_err();
        assert_eq!((&*delivered, failed.code()), (messages, code), "{answer:?} {failed:?}");
    }
    // The frame of trailers is the end, whether the body goes on or not.
    let (delivered, outcome) =
        answer(&[A, b"\x80\0\0\0\x17grpc-status: 0\r\nX-A: 1\n"]).reset().server_stream(Protocol::GrpcWeb).await;
    assert_eq!((&*delivered, outcome.unwrap()), ("a", headers(&[("x-a", "1")])));
    for data in [vec![ok], vec![A, B, ok]] {
        assert_eq!(answer(&data).unary(Protocol::GrpcWeb).await.unwrap_err().code(), Code::Unimplemented);
    }
}
