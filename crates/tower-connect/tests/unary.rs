//! Unary calls in both protocols through the public API.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Version};
use support::{Answer, Demo, Text, call, frame, grpc, pieces, post, with};
use tower::{Layer, ServiceExt};
use tower_connect::server::ProtocolLayer;
use tower_connect::{Body, Code, Protocol, RpcLayer};

const SAY: &str = "/demo.v1.Demo/Say";
const FAIL: &str = "/demo.v1.Demo/Fail";

fn service() -> tower_connect::server::Rpc<Demo> {
    RpcLayer::new().for_service::<Demo>().receive_limit(1024).layer(Demo)
}

fn proto(text: &str) -> Vec<u8> {
    prost::Message::encode_to_vec(&Text { text: text.to_owned() })
}

async fn connect(path: &str, json: &str) -> Answer {
    call(service(), post(path, "application/json", json.to_owned())).await
}

#[tokio::test]
async fn a_message_comes_back_in_every_content_type() {
    let answer = connect(SAY, r#"{"text":"hi","unknown":[1]}"#).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"text":"hi"}"#));
    let answer = call(service(), post(SAY, "application/proto", proto("hi"))).await;
    assert_eq!((answer.header("content-type"), &answer.body[..]), (vec!["application/proto"], &proto("hi")[..]));
    assert_eq!(answer.trailers, None);
    let answer = call(service(), grpc(SAY, &proto("hi"))).await;
    assert_eq!((&answer.body[..], answer.frames), (&frame(&proto("hi"))[..], 1));
    assert_eq!(answer.grpc_status(), ("0", ""));
    let answer = call(service(), post(SAY, "application/grpc+json", frame(br#"{"text":"hi"}"#))).await;
    assert_eq!(&answer.body[..], frame(br#"{"text":"hi"}"#));
}

#[tokio::test]
async fn metadata_arrives_on_both_ends_and_never_touches_the_protocols_headers() {
    let with_echo = |mut request: http::Request<Body>| {
        request.headers_mut().insert("x-echo", HeaderValue::from_static("first"));
        request
    };
    let answer = call(service(), with_echo(post(SAY, "application/json", "{}"))).await;
    assert_eq!(answer.header("x-head"), ["first", "second"]);
    assert_eq!(answer.header("trailer-x-tail"), ["first", "second"]);
    assert_eq!(answer.header("trailer-grpc-status").len(), 0);
    assert_eq!((answer.header("content-length"), answer.header("grpc-status")), (vec![], vec![]));
    let answer = call(service(), with_echo(grpc(SAY, b""))).await;
    assert_eq!(answer.header("x-head"), ["first", "second"]);
    assert_eq!(answer.trailer("x-tail"), ["first", "second"]);
    assert_eq!((answer.grpc_status(), answer.header("content-length")), (("0", ""), vec![]));
}

#[tokio::test]
async fn an_error_has_its_code_details_and_metadata_in_both_protocols() {
    let answer = connect(FAIL, r#"{"text":"rich"}"#).await;
    assert_eq!(answer.status, 400);
    let detail = r#"{"type":"demo.v1.Text","value":"CgRyaWNo"}"#;
    assert_eq!(answer.text(), format!(r#"{{"code":"failed_precondition","message":"rich","details":[{detail}]}}"#));
    assert_eq!((answer.header("x-head"), answer.header("trailer-x-tail")), (vec!["1", "2"], vec!["3"]));
    assert_eq!(answer.header("content-type"), ["application/json"]);

    let answer = call(service(), grpc(FAIL, &proto("rich"))).await;
    assert_eq!((answer.status.as_u16(), answer.grpc_status()), (200, ("9", "rich")));
    assert_eq!((answer.header("x-head"), answer.trailer("x-tail")), (vec!["1", "2"], vec!["3"]));
    assert!(answer.trailer("grpc-status-details-bin")[0].starts_with("CAkSBHJpY2ga"), "{answer:?}");
}

#[tokio::test]
async fn requests_that_are_no_calls_are_refused_as_http() {
    for (method, content_type, status, header, value) in [
        ("GET", "application/json", 405, "allow", "POST"),
        ("PUT", "application/grpc", 405, "allow", "POST"),
        ("POST", "text/plain", 415, "accept-post", ACCEPT_POST),
        ("POST", "application/connect+json", 415, "accept-post", ACCEPT_POST),
        ("POST", "application/grpc+xml", 415, "accept-post", ACCEPT_POST),
    ] {
        let mut request = post(SAY, content_type, "");
        *request.method_mut() = method.parse().unwrap();
        let answer = call(service(), request).await;
        assert_eq!((answer.status.as_u16(), answer.header(header)), (status, vec![value]), "{method} {content_type}");
        assert!(answer.body.is_empty());
    }
    let streaming = call(service(), post("/demo.v1.Demo/Count", "application/json", "{}")).await;
    assert_eq!(streaming.status, 415);
    assert!(streaming.header("accept-post")[0].starts_with("application/connect+json, application/connect+proto,"));
}

const ACCEPT_POST: &str = "application/json, application/proto, application/grpc, application/grpc+proto, application/grpc+json, \
     application/grpc-web, application/grpc-web+proto, application/grpc-web+json, \
     application/grpc-web-text, application/grpc-web-text+proto, application/grpc-web-text+json";

#[tokio::test]
async fn an_unknown_procedure_is_unimplemented_and_an_unknown_path_is_not_ours() {
    let answer = connect("/demo.v1.Demo/Nope", "{}").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().starts_with(r#"{"code":"unimplemented","#), "{answer:?}");
    let answer = call(service(), grpc("/demo.v1.Demo/Nope", b"")).await;
    assert_eq!((answer.status.as_u16(), answer.grpc_status().0), (200, "12"));
    for request in [grpc("/other.v1.Demo/Say", b""), post("/demo.v1.Demo", "application/json", "{}")] {
        let answer = call(service(), request).await;
        assert_eq!((answer.status.as_u16(), answer.body.len(), answer.headers.len()), (404, 0, 0));
    }
}

#[tokio::test]
async fn a_stream_is_unimplemented_in_the_form_of_a_stream() {
    let answer = call(service(), post("/demo.v1.Demo/Count", "application/connect+json", frame(b"{}"))).await;
    assert_eq!((answer.status.as_u16(), answer.body[0]), (200, 2));
    assert!(answer.text()[5..].starts_with(r#"{"error":{"code":"unimplemented","#), "{answer:?}");
    let answer = call(service(), grpc("/demo.v1.Demo/Count", b"")).await;
    assert_eq!(answer.grpc_status(), ("12", "demo.v1.Demo/Count is not implemented"));
}

/// One bad body, and the codes that both protocols answer it with.
async fn bad(body: impl Fn() -> Body, content_type: &str) -> (u16, String) {
    let mut request = post(SAY, content_type, "");
    *request.body_mut() = body();
    let answer = call(service(), request).await;
    let code = if content_type.starts_with("application/grpc") {
        let number = answer.grpc_status().0.parse().unwrap();
        Code::from_grpc_status(number).unwrap().to_string()
    } else {
        let json: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        json["code"].as_str().unwrap().to_owned()
    };
    (answer.status.as_u16(), code)
}

fn whole(bytes: impl Into<Bytes>) -> impl Fn() -> Body {
    let bytes = bytes.into();
    move || Body::from(bytes.clone())
}

#[tokio::test]
async fn bad_bodies_get_the_specified_errors() {
    let connect = |status, code: &str| (status, code.to_owned());
    let grpc = |code: &str| (200, code.to_owned());

    assert_eq!(bad(whole("{"), "application/json").await, connect(400, "invalid_argument"));
    assert_eq!(bad(whole(""), "application/json").await, connect(400, "invalid_argument"));
    assert_eq!(bad(whole("\x0a\x05hi"), "application/proto").await, connect(400, "invalid_argument"));
    assert_eq!(bad(whole(vec![b' '; 1025]), "application/json").await, connect(429, "resource_exhausted"));

    assert_eq!(bad(whole(frame(b"\x0a\x05hi")), "application/grpc").await, grpc("invalid_argument"));
    assert_eq!(bad(whole(frame(&[b' '; 1025])), "application/grpc").await, grpc("resource_exhausted"));
    assert_eq!(bad(whole("\0\0\0"), "application/grpc").await, grpc("internal"));
    assert_eq!(bad(whole("\0\0\0\0\x09short"), "application/grpc").await, grpc("internal"));
    assert_eq!(bad(whole("\x01\0\0\0\0"), "application/grpc").await, grpc("internal"));
    assert_eq!(bad(whole(""), "application/grpc").await, grpc("unimplemented"));
    assert_eq!(bad(whole([frame(b""), frame(b"")].concat()), "application/grpc").await, grpc("unimplemented"));
}

#[tokio::test]
async fn a_limit_holds_for_bodies_that_come_in_pieces_and_allows_itself() {
    let endless = || pieces((0..2000).map(|_| Ok(Bytes::from_static(b" "))).collect());
    assert_eq!(bad(endless, "application/json").await, (429, "resource_exhausted".to_owned()));
    let text = "x".repeat(1024 - 11);
    assert_eq!(connect(SAY, &format!(r#"{{"text":"{text}"}}"#)).await.status, 200);
    assert_eq!(connect(SAY, &format!(r#"{{"text":"{text}x"}}"#)).await.status, 429);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_message() {
    let broken = || pieces(vec![Ok(Bytes::from_static(br#"{"text":"a"}"#)), Err("reset".into())]);
    assert_eq!(bad(broken, "application/json").await, (500, "internal".to_owned()));
    let broken = || pieces(vec![Ok(frame(&proto("a")).into()), Err("reset".into())]);
    assert_eq!(bad(broken, "application/grpc").await, (200, "internal".to_owned()));
}

#[tokio::test]
async fn a_body_shorter_than_it_said_is_no_message() {
    struct Short(Option<Bytes>);
    impl http_body::Body for Short {
        type Data = Bytes;
        type Error = std::convert::Infallible;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Ready(self.0.take().map(|data| Ok(http_body::Frame::data(data))))
        }
        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(100)
        }
    }
    let short = || Body::new(Short(Some(proto("cut").into())));
    assert_eq!(bad(short, "application/proto").await, (499, "canceled".to_owned()));
}

#[tokio::test]
async fn a_message_may_come_byte_by_byte() {
    let bytes = |wire: Vec<u8>| pieces(wire.into_iter().map(|byte| Ok(Bytes::from(vec![byte]))).collect());
    let mut request = grpc(SAY, b"");
    *request.body_mut() = bytes(frame(&proto("slow")));
    assert_eq!(&call(service(), request).await.body[..], frame(&proto("slow")));
    let mut request = post(SAY, "application/proto", "");
    *request.body_mut() = bytes(proto("slow"));
    assert_eq!(&call(service(), request).await.body[..], proto("slow"));
}

async fn get(path_and_query: &str, headers: &[(&'static str, &'static str)]) -> Answer {
    let request = http::Request::get(path_and_query).version(Version::HTTP_2).body(Body::empty()).unwrap();
    call(service(), with(request, headers)).await
}

#[tokio::test]
async fn a_procedure_without_side_effects_is_called_by_get() {
    let answer = get("/demo.v1.Demo/Copy?connect=v1&encoding=json&message=%7B%22text%22:%22hi%22%7D", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"text":"hi"}"#));
    assert_eq!(
        (answer.header("content-type"), answer.header("vary")),
        (vec!["application/json"], vec!["accept-encoding"])
    );
    let message = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, proto("hi"));
    let query = format!("/demo.v1.Demo/Copy?message={message}&base64=1&encoding=proto");
    let answer = get(&query, &[("connect-timeout-ms", "1000"), ("x-echo", "1")]).await;
    assert_eq!((&answer.body[..], answer.header("trailer-x-tail")[0]), (&proto("hi")[..], "1"));
}

#[tokio::test]
async fn a_get_that_is_wrong_is_told_so() {
    for (path_and_query, status) in [
        ("/demo.v1.Demo/Copy", 415),
        ("/demo.v1.Demo/Copy?encoding=xml&message=", 415),
        ("/demo.v1.Demo/Copy?encoding=json", 400),
        ("/demo.v1.Demo/Copy?encoding=json&message=%7B%7D&connect=v2", 400),
        ("/demo.v1.Demo/Copy?encoding=json&message=%7B%7D&compression=lzw", 501),
        ("/demo.v1.Demo/Copy?encoding=json&message=", 400),
        ("/demo.v1.Demo/Copy?encoding=proto&message=", 200),
        ("/demo.v1.Demo/Say?connect=v1&encoding=json&message=%7B%7D", 405),
        ("/demo.v1.Demo/Nope?connect=v1&encoding=json&message=%7B%7D", 404),
    ] {
        assert_eq!(get(path_and_query, &[]).await.status, status, "{path_and_query}");
    }
    let body = get("/demo.v1.Demo/Copy?encoding=json&message=%7B%7D", &[("content-length", "2")]).await;
    assert_eq!(body.status, 415);
    let mut put = post("/demo.v1.Demo/Copy", "application/json", "{}");
    *put.method_mut() = http::Method::PUT;
    assert_eq!(call(service(), put).await.header("allow"), ["GET, POST"]);
}

#[tokio::test]
async fn a_head_is_a_get_without_the_body() {
    let query = "/demo.v1.Demo/Copy?connect=v1&encoding=json&message=%7B%7D";
    let request = http::Request::head(query).version(Version::HTTP_2).body(Body::empty()).unwrap();
    let answer = call(service(), request).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, vec!["application/json"]));
    assert_eq!((answer.header("content-length"), answer.body.len()), (vec!["11"], 0));
}

#[tokio::test]
async fn limits_hold_for_what_is_sent_and_may_differ_by_procedure() {
    let layer = RpcLayer::new().for_service::<Demo>().send_limit(10).receive_limit_of(support::COPY, 20);
    let service = layer.send_limit_of(support::COPY, 12).layer(Demo);
    for (path, length, code) in [
        ("/demo.v1.Demo/Say", 8, "0"),
        ("/demo.v1.Demo/Say", 9, "8"),
        ("/demo.v1.Demo/Copy", 10, "0"),
        ("/demo.v1.Demo/Copy", 11, "8"),
        ("/demo.v1.Demo/Copy", 19, "8"),
    ] {
        let answer = call(service.clone(), grpc(path, &proto(&"x".repeat(length)))).await;
        assert_eq!(answer.grpc_status().0, code, "{path} {length}: {answer:?}");
    }
    let answer = call(service, post(FAIL, "application/json", r#"{"text":"rich"}"#)).await;
    assert_eq!(answer.text(), r#"{"code":"failed_precondition","message":"rich"}"#);
}

#[tokio::test]
async fn the_protocols_version_can_be_demanded() {
    let strict = tower_connect::protocol::Connect::new().require_protocol_version();
    let service = ProtocolLayer::with_protocols(strict).for_service::<Demo>().layer(Demo);
    let answer = call(service.clone(), post(SAY, "application/json", "{}")).await;
    assert_eq!((answer.status.as_u16(), answer.text().contains("connect-protocol-version is missing")), (400, true));
    let versioned = with(post(SAY, "application/json", "{}"), &[("connect-protocol-version", "1")]);
    assert_eq!(call(service.clone(), versioned).await.status, 200);
    for (query, status) in [("encoding=json&message=%7B%7D", 400), ("connect=v1&encoding=json&message=%7B%7D", 200)] {
        let request = http::Request::get(format!("/demo.v1.Demo/Copy?{query}")).body(Body::empty()).unwrap();
        assert_eq!(call(service.clone(), request).await.status, status, "{query}");
    }
}

#[tokio::test]
async fn what_is_cached_is_not_sent_again_to_a_get() {
    let query = "/demo.v1.Demo/Copy?connect=v1&encoding=json&message=%7B%7D";
    let answer = get(query, &[("if-none-match", "\"1\"")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("etag"), answer.body.len()), (304, vec!["\"1\""], 0));
    let posted = with(post("/demo.v1.Demo/Copy", "application/json", "{}"), &[("if-none-match", "\"1\"")]);
    let answer = call(service(), posted).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"text":""}"#), "only a GET is answered from a cache");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_call_in_both_protocols() {
    let started = tokio::time::Instant::now();
    let mut request = post("/demo.v1.Demo/Sleep", "application/json", "{}");
    request.headers_mut().insert("connect-timeout-ms", "200".parse().unwrap());
    let answer = call(service(), request).await;
    assert_eq!((answer.status.as_u16(), &answer.text()[..27]), (504, r#"{"code":"deadline_exceeded""#));
    assert_eq!(started.elapsed().as_millis(), 200);
    let mut request = grpc("/demo.v1.Demo/Sleep", b"");
    request.headers_mut().insert("grpc-timeout", "300m".parse().unwrap());
    assert_eq!(call(service(), request).await.grpc_status().0, "4");
    assert_eq!(started.elapsed().as_millis(), 500);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_covers_a_body_that_never_ends() {
    struct Never;
    impl http_body::Body for Never {
        type Data = Bytes;
        type Error = std::convert::Infallible;
        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
    let mut request = post(SAY, "application/json", "");
    request.headers_mut().insert("connect-timeout-ms", "0".parse().unwrap());
    *request.body_mut() = Body::new(Never);
    assert_eq!(call(service(), request).await.status, 504);
    let mut at_once = grpc(SAY, &proto("hi"));
    at_once.headers_mut().insert("grpc-timeout", "0n".parse().unwrap());
    assert_eq!(call(service(), at_once).await.grpc_status().0, "4");
}

#[tokio::test]
async fn a_malformed_timeout_is_told_before_the_handler_runs() {
    let mut request = grpc("/demo.v1.Demo/Sleep", b"");
    request.headers_mut().insert("grpc-timeout", "1h".parse().unwrap());
    assert_eq!(call(service(), request).await.grpc_status(), ("3", "invalid grpc-timeout: \"1h\""));
}

#[tokio::test]
async fn every_call_ends_once_with_its_true_outcome() {
    type Ends = Arc<Mutex<Vec<(Protocol, Option<&'static str>, Option<Code>)>>>;
    let ends = Ends::default();
    let layer = RpcLayer::new().for_service::<Demo>().on_end({
        let ends = Arc::clone(&ends);
        move |call, outcome| {
            assert!(outcome.duration() < Duration::from_secs(60));
            let name = call.method().map(tower_connect::method::Spec::name);
            ends.lock().unwrap().push((call.protocol(), name, outcome.code()));
        }
    });
    let service = layer.layer(Demo);
    call(service.clone(), post(SAY, "application/json", "{}")).await;
    call(service.clone(), grpc(SAY, b"")).await;
    call(service.clone(), grpc(FAIL, b"")).await;
    call(service.clone(), post(SAY, "application/json", "{")).await;
    call(service.clone(), post("/demo.v1.Demo/Nope", "application/json", "{}")).await;
    call(service.clone(), post(SAY, "text/plain", "")).await;
    // The caller goes away: before the head, and before the body.
    drop(service.clone().oneshot(grpc("/demo.v1.Demo/Sleep", b"")));
    drop(service.clone().oneshot(grpc(SAY, b"")).await.unwrap());
    let expected = [
        (Protocol::Connect, Some("Say"), None),
        (Protocol::Grpc, Some("Say"), None),
        (Protocol::Grpc, Some("Fail"), Some(Code::FailedPrecondition)),
        (Protocol::Connect, Some("Say"), Some(Code::InvalidArgument)),
        (Protocol::Connect, None, Some(Code::Unimplemented)),
        (Protocol::Grpc, Some("Say"), Some(Code::Canceled)),
    ];
    assert_eq!(*ends.lock().unwrap(), expected);
    let mut waiting = Box::pin(service.oneshot(grpc("/demo.v1.Demo/Sleep", b"")));
    assert!(futures_poll(&mut waiting));
    drop(waiting);
    assert_eq!(ends.lock().unwrap().last().unwrap(), &(Protocol::Grpc, Some("Sleep"), Some(Code::Canceled)));
}

/// Polls once; whether the future still waits.
fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
    std::pin::Pin::new(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_pending()
}

#[tokio::test]
async fn grpc_over_http_1_is_served_to_callers_that_take_trailers() {
    let over_http_1 = |mut request: http::Request<Body>| {
        *request.version_mut() = Version::HTTP_11;
        request
    };
    let answer = call(service(), over_http_1(grpc(SAY, &proto("hi")))).await;
    assert_eq!((answer.grpc_status().0, answer.header("trailer").len()), ("0", 1));
    let mut with_trailers = over_http_1(grpc(SAY, b""));
    with_trailers.headers_mut().insert("x-echo", HeaderValue::from_static("1"));
    let answer = call(service(), with_trailers).await;
    assert_eq!(answer.header("trailer").join(", "), "grpc-status, grpc-message, grpc-status-details-bin, x-tail");
    let mut two_lines = over_http_1(post(SAY, "application/grpc", frame(b"")));
    two_lines.headers_mut().append("te", HeaderValue::from_static("gzip"));
    two_lines.headers_mut().append("te", HeaderValue::from_static("trailers"));
    assert_eq!(call(service(), two_lines).await.grpc_status().0, "0");
    let mut too_old = grpc(SAY, b"");
    *too_old.version_mut() = Version::HTTP_10;
    assert_eq!(call(service(), too_old).await.status, 505);
    let answer = call(service(), over_http_1(post(SAY, "application/grpc", ""))).await;
    assert_eq!((answer.status.as_u16(), answer.header("connection")), (505, vec!["close"]));
}
