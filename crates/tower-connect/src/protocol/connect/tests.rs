use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};

use super::*;
use crate::compression::OFFER;
use crate::method::{Spec, StreamType};
use crate::protocol::Reply;
use crate::{Body, Code, ErrorDetail};

static UNARY: Spec = Spec::new("/a.B/Unary", StreamType::Unary);
static STREAM: Spec = Spec::new("/a.B/Stream", StreamType::ServerStream);

fn accept(claim: Claim, method: &str, headers: &[(&str, &str)]) -> (Accept<ConnectReply>, HeaderMap) {
    let mut request = Request::builder().method(method).uri("/a.B/Unary");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let accept = Connect::new().accept(&mut parts, claim, OFFER);
    (accept, parts.headers)
}

fn claimed(headers: &[(&str, &str)]) -> Claimed<ConnectReply> {
    match accept(Claim::Any, "POST", headers).0 {
        Accept::Claim(claimed) => claimed,
        Accept::Pass => panic!("passed: {headers:?}"),
    }
}

fn code(claimed: &Claimed<ConnectReply>) -> Option<Code> {
    claimed.receive.as_ref().err().map(Error::code)
}

fn head() -> http::response::Parts {
    Response::new(()).into_parts().0
}

fn bytes(body: &mut Body) -> Bytes {
    let mut cx = Context::from_waker(Waker::noop());
    let mut all = Vec::new();
    while let Poll::Ready(Some(frame)) = body.poll(&mut cx) {
        all.extend_from_slice(&frame.unwrap().into_data().expect("Connect sends no HTTP trailers"));
    }
    all.into()
}

#[test]
fn the_content_type_names_shape_and_codec() {
    for (content_type, codec, framing) in [
        ("application/json", Codec::Json, Framing::Whole),
        ("application/proto", Codec::Proto, Framing::Whole),
        ("Application/JSON; charset=UTF-8", Codec::Json, Framing::Whole),
        ("application/connect+json", Codec::Json, Framing::Prefixed),
        ("application/connect+proto", Codec::Proto, Framing::Prefixed),
    ] {
        let claimed = claimed(&[("content-type", content_type)]);
        assert_eq!(claimed.call.codec(), codec, "{content_type}");
        assert_eq!(claimed.receive.unwrap().framing, framing, "{content_type}");
    }
}

#[test]
fn what_is_not_connect_passes_untouched() {
    for headers in [
        &[][..],
        &[("content-type", "application/grpc")],
        &[("content-type", "application/json; charset=latin1")],
        &[("content-type", "application/connect+xml"), ("connect-protocol-version", "1")],
        &[("content-type", "text/plain"), ("connect-timeout-ms", "oops")],
    ] {
        let (accept, left) = accept(Claim::Any, "POST", headers);
        assert!(matches!(accept, Accept::Pass), "{headers:?}");
        assert_eq!(left.len(), headers.len());
    }
    assert!(matches!(accept(Claim::Any, "PUT", &[("content-type", "application/json")]).0, Accept::Pass));
}

#[test]
fn plain_json_is_claimed_only_where_it_cannot_be_anybody_elses() {
    let plain = &[("content-type", "application/json")];
    let versioned = &[("content-type", "application/json"), ("connect-protocol-version", "1")];
    let stream = &[("content-type", "application/connect+json")];
    assert!(matches!(accept(Claim::Unambiguous, "POST", plain).0, Accept::Pass));
    assert!(matches!(accept(Claim::Unambiguous, "POST", versioned).0, Accept::Claim(_)));
    assert!(matches!(accept(Claim::Unambiguous, "POST", stream).0, Accept::Claim(_)));
    assert!(matches!(accept(Claim::Method(&UNARY), "POST", plain).0, Accept::Claim(_)));
    assert!(matches!(accept(Claim::Method(&STREAM), "POST", plain).0, Accept::Pass));
    assert!(matches!(accept(Claim::Method(&STREAM), "POST", stream).0, Accept::Claim(_)));
    assert!(matches!(accept(Claim::Method(&UNARY), "POST", stream).0, Accept::Pass));
}

#[test]
fn the_protocols_headers_go_and_the_metadata_stays() {
    let (_, left) = accept(
        Claim::Any,
        "POST",
        &[
            ("content-type", "application/json"),
            ("content-length", "2"),
            ("accept-encoding", "gzip"),
            ("connect-protocol-version", "1"),
            ("connect-timeout-ms", "1500"),
            ("connect-accept-encoding", "gzip"),
            ("grpc-timeout", "1S"),
            ("user-agent", "me"),
            ("x-a", "1"),
            ("x-a", "2"),
        ],
    );
    let mut left: Vec<_> = left.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    left.sort_by_key(|(name, _)| *name);
    assert_eq!(left, [("user-agent", "me"), ("x-a", "1"), ("x-a", "2")]);
}

#[test]
fn version_timeout_and_compression_are_checked() {
    let json = ("content-type", "application/json");
    assert_eq!(code(&claimed(&[json, ("connect-protocol-version", "2")])), Some(Code::InvalidArgument));
    assert_eq!(code(&claimed(&[json, ("connect-timeout-ms", "1s")])), Some(Code::InvalidArgument));
    assert_eq!(code(&claimed(&[json, ("content-encoding", "lzw")])), Some(Code::Unimplemented));
    assert_eq!(code(&claimed(&[json, ("content-encoding", "identity")])), None);
    let stream = ("content-type", "application/connect+json");
    assert_eq!(code(&claimed(&[stream, ("connect-content-encoding", "lzw")])), Some(Code::Unimplemented));
    let timed = claimed(&[json, ("connect-timeout-ms", "1500")]);
    assert_eq!(timed.call.timeout(), Some(Duration::from_millis(1500)));
}

#[test]
fn a_unary_reply_is_the_bare_message_with_trailers_in_the_head() {
    let mut reply = ConnectReply::unary(Codec::Json, None);
    let mut head = head();
    head.headers.insert("content-encoding", "gzip".parse().unwrap());
    head.headers.insert("x-head", "1".parse().unwrap());
    let mut trailers = HeaderMap::new();
    trailers.append("x-tail", "2".parse().unwrap());
    trailers.append("x-tail", "3".parse().unwrap());
    let message = serde_json::json!("hi");
    let mut body = Body::encode::<JsonValue, _>(Codec::Json, &message, trailers).unwrap();
    let Poll::Ready(Ok(mut body)) = reply.poll_reply(&mut Context::from_waker(Waker::noop()), &mut head, &mut body)
    else {
        panic!("a whole message needs no waiting");
    };
    assert_eq!(head.status, 200);
    assert_eq!(&bytes(&mut body)[..], br#""hi""#);
    let mut headers: Vec<_> =
        head.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    assert_eq!(headers, ["content-type: application/json", "trailer-x-tail: 2", "trailer-x-tail: 3", "x-head: 1"]);
}

#[test]
fn a_unary_error_has_the_status_of_its_code_and_is_json_for_proto_too() {
    let mut reply = ConnectReply::unary(Codec::Proto, None);
    let mut metadata = HeaderMap::new();
    metadata.insert("x-head", "1".parse().unwrap());
    metadata.insert("content-type", "text/html".parse().unwrap());
    let error = Error::new(Code::DeadlineExceeded, "late")
        .with_metadata(metadata.clone())
        .with_trailers(metadata)
        .with_detail(ErrorDetail::new("a.B", &b"\x01\x02"[..]));
    let (head, mut body) = reply.fail(error, head()).into_parts();
    assert_eq!(head.status, 504);
    assert_eq!(head.headers["content-type"], "application/json");
    assert_eq!(head.headers["x-head"], "1");
    assert_eq!(head.headers["trailer-x-head"], "1");
    let json = br#"{"code":"deadline_exceeded","message":"late","details":[{"type":"a.B","value":"AQI"}]}"#;
    assert_eq!(&bytes(&mut body)[..], json);
}

#[test]
fn a_status_that_middleware_set_is_kept() {
    let mut head = head();
    head.status = StatusCode::UNAUTHORIZED;
    head.headers.insert("www-authenticate", "Bearer".parse().unwrap());
    let response = ConnectReply::unary(Codec::Json, None).fail(Error::unauthenticated("who?"), head);
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
}

#[test]
fn a_streams_error_is_its_last_frame_and_the_status_stays_200() {
    let response = ConnectReply::stream(Codec::Proto, None, None).fail(Error::not_found("x"), head());
    let (head, mut body) = response.into_parts();
    assert_eq!(head.status, 200);
    assert_eq!(head.headers["content-type"], "application/connect+proto");
    let json = br#"{"error":{"code":"not_found","message":"x"}}"#;
    assert_eq!(&bytes(&mut body)[..], [&b"\x02\0\0\0\x2c"[..], json].concat());
}

#[test]
fn a_streams_messages_are_framed_and_its_trailers_are_in_the_last_frame() {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-tail", "1".parse().unwrap());
    trailers.insert("grpc-status", "0".parse().unwrap());
    let mut body = Body::encode::<JsonValue, _>(Codec::Json, &serde_json::json!(7), trailers).unwrap();
    let mut reply = ConnectReply::stream(Codec::Json, None, None);
    let Poll::Ready(Ok(mut body)) = reply.poll_reply(&mut Context::from_waker(Waker::noop()), &mut head(), &mut body)
    else {
        panic!("a stream needs no waiting for its head");
    };
    let end = br#"{"metadata":{"x-tail":["1"]}}"#;
    assert_eq!(&bytes(&mut body)[..], [&b"\0\0\0\0\x017\x02\0\0\0\x1d"[..], end].concat());
}

/// Any JSON as a message.
enum JsonValue {}

impl crate::codec::Format<serde_json::Value> for JsonValue {
    fn decode(_: Codec, message: Bytes) -> Result<serde_json::Value> {
        serde_json::from_slice(&message).map_err(Error::internal)
    }

    fn encode(_: Codec, message: &serde_json::Value, buf: &mut bytes::BytesMut) -> Result<()> {
        buf.extend_from_slice(message.to_string().as_bytes());
        Ok(())
    }

    fn encoded_len(_: Codec, message: &serde_json::Value) -> usize {
        message.to_string().len()
    }
}
