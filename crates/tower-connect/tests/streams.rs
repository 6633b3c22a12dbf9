//! Streams in both protocols through the public API.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Version;
use support::{Answer, Text, call, frame, grpc_web, headers, pieces, post};
use tower::{Layer, Service, ServiceExt};
use tower_connect::codegen::{self, DispatchFuture, IntoBody, NamedService};
use tower_connect::method::{Bidi, ClientStream, Method, ServerStream, ServiceSpec, Spec, StreamType};
use tower_connect::{Body, Code, Error, Messages, Request, Response, Result, RpcLayer, Streaming};

const COUNT: Method<Text, Text, ServerStream> =
    Method::new(&Spec::new("/demo.v1.Streams/Count", StreamType::ServerStream));
const JOIN: Method<Text, Text, ClientStream> =
    Method::new(&Spec::new("/demo.v1.Streams/Join", StreamType::ClientStream));
const ECHO: Method<Text, Text, Bidi> = Method::new(&Spec::new("/demo.v1.Streams/Echo", StreamType::Bidi));

#[derive(Clone)]
struct Streams;

fn text(text: impl Into<String>) -> Text {
    Text { text: text.into() }
}

/// Counts to the number that comes, and then does what the rest of the text says.
async fn count(request: Request<Text>) -> Result<Response<Messages<Text>>> {
    let text = request.into_message().text;
    let (number, then) = text.split_once(' ').unwrap_or((&text, ""));
    let (end, then) = (number.parse().map_err(|_| Error::invalid_argument("no number"))?, then.to_owned());
    let (sender, messages) = Messages::channel(2);
    tokio::spawn(async move {
        for number in 1..=end {
            sender.send(self::text(u32::to_string(&number))).await?;
        }
        match &*then {
            "fail" => sender.fail(Error::not_found("no more").with_trailers(headers(&[("x-tail", "e")]))).await,
            "details" => {
                let detail = tower_connect::ErrorDetail::new("a.B", vec![0; 1000]);
                sender.fail(Error::not_found("long").with_detail(detail)).await
            }
            "finish" => sender.finish(headers(&[("x-tail", "1"), ("x-tail", "2")])).await,
            "wait" => std::future::pending().await,
            "drop" => panic!("on purpose"),
            _ => Ok(()),
        }
    });
    let messages = if then_panics(&text) { Messages::new(Panics) } else { messages };
    let mut response = Response::new(messages);
    response.metadata_mut().insert("x-head", "0".parse().unwrap());
    response.trailers_mut().insert("x-first", "0".parse().unwrap());
    Ok(response)
}

fn then_panics(text: &str) -> bool {
    text.ends_with("panic")
}

struct Panics;

impl futures_core::Stream for Panics {
    type Item = Result<Text>;

    fn poll_next(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        panic!("on purpose")
    }
}

async fn join(request: Request<Streaming<Text>>) -> Result<Response<Text>> {
    let mut messages = request.into_message();
    let mut joined = Vec::new();
    while let Some(message) = messages.message().await? {
        joined.push(message.text);
    }
    assert!(messages.message().await?.is_none(), "the end is the end");
    Ok(text(joined.join("+")).into())
}

async fn echo(request: Request<Streaming<Text>>) -> Result<Response<Messages<Text>>> {
    Ok(Messages::new(request.into_message()).into())
}

impl NamedService for Streams {
    const SERVICE: ServiceSpec = ServiceSpec::new("demo.v1.Streams", &[COUNT.spec(), JOIN.spec(), ECHO.spec()]);
}

impl<B: IntoBody> Service<http::Request<B>> for Streams {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> DispatchFuture {
        match codegen::procedure(&request) {
            "/demo.v1.Streams/Count" => codegen::server_stream(COUNT, request, count),
            "/demo.v1.Streams/Join" => codegen::client_stream(JOIN, request, join),
            "/demo.v1.Streams/Echo" => codegen::bidi(ECHO, request, echo),
            _ => codegen::unknown::<Self, _>(&request),
        }
    }
}

fn proto(message: &str) -> Vec<u8> {
    prost::Message::encode_to_vec(&text(message))
}

fn frames(messages: &[&str]) -> Vec<u8> {
    messages.iter().flat_map(|message| frame(&proto(message))).collect()
}

async fn send(path: &str, content_type: &str, body: impl Into<Bytes>) -> Answer {
    let service = RpcLayer::new().for_service::<Streams>().receive_limit(1024).layer(Streams);
    call(service, post(path, content_type, body)).await
}

/// The same call in every protocol: messages, code and one trailer, which must be the same.
async fn every(path: &str, body: &[u8]) -> (Vec<String>, Option<Code>, Vec<String>) {
    let connect = send(path, "application/connect+proto", body.to_vec()).await;
    let service = RpcLayer::new().for_service::<Streams>().receive_limit(1024).layer(Streams);
    let grpc = [
        send(path, "application/grpc", body.to_vec()).await,
        call(service.clone(), grpc_web(path, body, false)).await.without_web(),
        call(service, grpc_web(path, body, true)).await.without_web(),
    ];
    assert_eq!((connect.status.as_u16(), connect.trailers.clone()), (200, None));
    let (mut messages, mut end) = (Vec::new(), None);
    let mut rest = connect.body.clone();
    while !rest.is_empty() {
        assert!(end.is_none(), "nothing follows the end");
        let len = u32::from_be_bytes(rest[1..5].try_into().unwrap()) as usize;
        let whole = rest.split_to(5 + len);
        match whole[0] {
            0 => messages.push(<Text as prost::Message>::decode(whole.slice(5..)).unwrap().text),
            _ => end = Some(serde_json::from_slice::<serde_json::Value>(&whole[5..]).unwrap()),
        }
    }
    let end = end.expect("a stream has an end");
    let code = end["error"]["code"].as_str().map(|code| code.parse().unwrap());
    let trailers = end["metadata"]["x-tail"].as_array().into_iter().flatten();
    let trailers: Vec<_> = trailers.map(|value| value.as_str().unwrap().to_owned()).collect();
    for grpc in grpc {
        assert_eq!(grpc.status, 200);
        assert_eq!(&grpc.body[..], frames(&messages.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(Code::from_grpc_status(grpc.grpc_status().0.parse().unwrap()), code);
        assert_eq!(grpc.trailer("x-tail"), trailers);
    }
    (messages, code, trailers)
}

#[tokio::test]
async fn a_stream_of_answers_ends_well_or_with_an_error_after_them() {
    let (messages, code, _) = every("/demo.v1.Streams/Count", &frames(&["3"])).await;
    assert_eq!((messages, code), (vec!["1".to_owned(), "2".to_owned(), "3".to_owned()], None));
    let (messages, code, trailers) = every("/demo.v1.Streams/Count", &frames(&["2 finish"])).await;
    assert_eq!((messages.len(), code, trailers), (2, None, vec!["1".to_owned(), "2".to_owned()]));
    let (messages, code, trailers) = every("/demo.v1.Streams/Count", &frames(&["2 fail"])).await;
    assert_eq!((messages.len(), code, trailers), (2, Some(Code::NotFound), vec!["e".to_owned()]));
    let failed = send("/demo.v1.Streams/Count", "application/grpc", frames(&["1 fail"])).await;
    assert_eq!((failed.trailer("x-first"), failed.trailer("x-tail")), (vec!["0"], vec!["e"]));
    let (messages, code, _) = every("/demo.v1.Streams/Count", &frames(&["2 drop"])).await;
    assert_eq!((messages.len(), code), (2, Some(Code::Internal)), "a task that panics has not ended well");
    let (messages, code, _) = every("/demo.v1.Streams/Count", &frames(&["x"])).await;
    assert_eq!((messages.len(), code), (0, Some(Code::InvalidArgument)));
    let (_, code, _) = every("/demo.v1.Streams/Count", &frames(&["0 panic"])).await;
    assert_eq!(code, Some(Code::Internal));
}

#[tokio::test]
async fn a_call_with_one_request_has_exactly_one() {
    for body in [frames(&[]), frames(&["1", "2"])] {
        let (_, code, _) = every("/demo.v1.Streams/Count", &body).await;
        assert_eq!(code, Some(Code::Unimplemented));
    }
}

#[tokio::test]
async fn a_stream_of_requests_is_read_to_its_end_or_to_what_is_wrong_with_it() {
    let (messages, code, _) = every("/demo.v1.Streams/Join", &frames(&["a", "", "b"])).await;
    assert_eq!((messages, code), (vec!["a++b".to_owned()], None));
    let (messages, code, _) = every("/demo.v1.Streams/Join", &frames(&[])).await;
    assert_eq!((messages, code), (vec![String::new()], None));
    for (wrong, expected) in [
        ([frames(&["a"]), vec![0, 0]].concat(), Code::Internal),
        ([frames(&["a"]), vec![0, 0, 0, 0, 9, 1]].concat(), Code::Internal),
        ([frames(&["a"]), vec![1, 0, 0, 0, 0]].concat(), Code::Internal),
        ([frames(&["a"]), vec![2, 0, 0, 0, 2, b'{', b'}']].concat(), Code::Internal),
        ([frames(&["a"]), frame(b"\x0a\x09")].concat(), Code::InvalidArgument),
        (frames(&["a", &"x".repeat(1025)]), Code::ResourceExhausted),
    ] {
        let (_, code, _) = every("/demo.v1.Streams/Join", &wrong).await;
        assert_eq!(code, Some(expected), "{}", wrong.escape_ascii());
    }
}

#[tokio::test]
async fn messages_before_an_error_are_delivered() {
    let wrong = [frames(&["a", "b"]), vec![0, 0]].concat();
    let (messages, code, _) = every("/demo.v1.Streams/Echo", &wrong).await;
    assert_eq!((messages, code), (vec!["a".to_owned(), "b".to_owned()], Some(Code::Internal)));
}

#[tokio::test]
async fn compression_around_a_stream_holds_nothing_back() {
    let (sender, upload) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    let compression = tower_http::compression::CompressionLayer::new();
    let service = compression.layer(RpcLayer::new().for_service::<Streams>().layer(Streams));
    let mut request = post("/demo.v1.Streams/Echo", "application/connect+proto", "");
    request.headers_mut().insert("accept-encoding", "gzip".parse().unwrap());
    *request.body_mut() = Body::new(Upload(upload));
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "identity");
    let mut body = Body::new(response.into_body());
    for message in ["a", "b"] {
        sender.send(frames(&[message]).into()).unwrap();
        let frame = http_body_util::BodyExt::frame(&mut body).await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), frames(&[message]));
    }
}

#[tokio::test]
async fn streams_both_ways_may_be_kept_off_http_1() {
    let strict = RpcLayer::new().for_service::<Streams>().reject_bidi_over_http1().layer(Streams);
    for (path, version, status) in [
        ("/demo.v1.Streams/Echo", Version::HTTP_11, 505),
        ("/demo.v1.Streams/Echo", Version::HTTP_2, 200),
        ("/demo.v1.Streams/Count", Version::HTTP_11, 200),
    ] {
        let mut request = post(path, "application/connect+proto", frames(&["1"]));
        *request.version_mut() = version;
        let answer = call(strict.clone(), request).await;
        assert_eq!(answer.status, status, "{path} {version:?}");
        assert_eq!(answer.header("connection").len(), usize::from(status == 505));
    }
    let mut half_duplex = post("/demo.v1.Streams/Echo", "application/connect+proto", frames(&["1"]));
    *half_duplex.version_mut() = Version::HTTP_11;
    let answer = call(RpcLayer::new().for_service::<Streams>().layer(Streams), half_duplex).await;
    assert!(answer.body.starts_with(&frames(&["1"])));
}

#[tokio::test]
async fn a_sender_waits_for_a_slow_reader() {
    let (sender, messages) = Messages::channel(2);
    for _ in 0..2 {
        sender.send(text("x")).await.unwrap();
    }
    let third = tokio::time::timeout(Duration::from_millis(50), sender.send(text("x"))).await;
    assert!(third.is_err(), "nobody reads");
    drop(messages);
}

#[tokio::test]
async fn an_error_at_the_end_of_a_stream_keeps_to_the_send_limit() {
    let service = RpcLayer::new().for_service::<Streams>().send_limit(10).layer(Streams);
    let answer = call(service, post("/demo.v1.Streams/Count", "application/grpc", frames(&["1 details"]))).await;
    assert_eq!((answer.grpc_status(), answer.trailer("grpc-status-details-bin").len()), (("5", "long"), 0));
}

#[tokio::test]
async fn messages_that_are_ready_go_out_as_one_piece() {
    let many: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    let many = frames(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let answer = send("/demo.v1.Streams/Echo", "application/grpc", many.clone()).await;
    assert_eq!(&answer.body[..], many);
    assert!(answer.frames < 5, "{} pieces", answer.frames);
}

#[tokio::test]
async fn head_and_first_trailers_are_there_without_a_message() {
    let answer = send("/demo.v1.Streams/Count", "application/grpc", frames(&["0"])).await;
    assert_eq!((answer.header("x-head"), answer.trailer("x-first")), (vec!["0"], vec!["0"]));
    assert_eq!((answer.grpc_status().0, answer.header("grpc-status").len()), ("0", 0));
}

/// A body that comes through a channel.
struct Upload(tokio::sync::mpsc::UnboundedReceiver<Bytes>);

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|data| data.map(|data| Ok(http_body::Frame::data(data))))
    }
}

#[tokio::test]
async fn an_answer_may_come_before_the_request_is_over() {
    let service = RpcLayer::new().for_service::<Streams>().layer(Streams);
    let (sender, upload) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    sender.send(frames(&["a"]).into()).unwrap();
    let mut request = post("/demo.v1.Streams/Echo", "application/grpc", "");
    *request.body_mut() = Body::new(Upload(upload));
    let mut body = service.oneshot(request).await.unwrap().into_body();
    let next = async |body: &mut Body| http_body_util::BodyExt::frame(body).await.unwrap().unwrap();
    assert_eq!(next(&mut body).await.into_data().unwrap(), frames(&["a"]));
    sender.send(frames(&["b"]).into()).unwrap();
    assert_eq!(next(&mut body).await.into_data().unwrap(), frames(&["b"]));
    drop(sender);
    assert_eq!(next(&mut body).await.into_trailers().unwrap()["grpc-status"], "0");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_stream_after_what_was_sent() {
    for (content_type, header, value) in
        [("application/connect+proto", "connect-timeout-ms", "200"), ("application/grpc", "grpc-timeout", "200m")]
    {
        let service = RpcLayer::new().for_service::<Streams>().layer(Streams);
        let mut request = post("/demo.v1.Streams/Count", content_type, frames(&["2 wait"]));
        request.headers_mut().insert(header, value.parse().unwrap());
        let started = tokio::time::Instant::now();
        let answer = call(service, request).await;
        assert_eq!(started.elapsed(), Duration::from_millis(200));
        assert!(answer.body.starts_with(&frames(&["1", "2"])));
        if content_type == "application/grpc" {
            assert_eq!(answer.grpc_status().0, "4");
        } else {
            assert!(answer.body.windows(17).any(|window| window == b"deadline_exceeded"));
        }
    }
}

#[tokio::test]
async fn dropping_the_answer_ends_the_sender_and_is_reported_as_canceled() {
    let codes = Arc::new(Mutex::new(Vec::new()));
    let layer = RpcLayer::new().for_service::<Streams>().on_end({
        let codes = Arc::clone(&codes);
        move |_, outcome| codes.lock().unwrap().push(outcome.code())
    });
    let (sender, messages) = Messages::<Text>::channel(1);
    drop(messages);
    sender.closed().await;
    assert_eq!(sender.send(text("x")).await.unwrap_err().code(), Code::Canceled);
    let request = post("/demo.v1.Streams/Count", "application/grpc", frames(&["2 wait"]));
    drop(layer.layer(Streams).oneshot(request).await.unwrap());
    let fails = post("/demo.v1.Streams/Count", "application/grpc", frames(&["1 fail"]));
    call(layer.layer(Streams), fails).await;
    let broken = pieces(vec![Ok(frames(&["a"]).into()), Err("reset".into())]);
    let mut request = post("/demo.v1.Streams/Echo", "application/grpc", "");
    *request.body_mut() = broken;
    call(layer.layer(Streams), request).await;
    let expected = [Some(Code::Canceled), Some(Code::NotFound), Some(Code::Internal)];
    assert_eq!(*codes.lock().unwrap(), expected);
}
