use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::{HeaderMap, HeaderName, Request, Response};
use http_body::Body as _;

use super::*;
use crate::compression::OFFER;
use crate::protocol::Reply;
use crate::{Body, Code, Codec};

fn accept(method: &str, version: Version, headers: &[(&str, &str)]) -> (Accept<GrpcReply>, HeaderMap) {
    let mut request = Request::builder().method(method).uri("/a.B/C").version(version);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let accept = Grpc::new().accept(&mut parts, Claim::Unambiguous, OFFER);
    (accept, parts.headers)
}

fn claimed(version: Version, headers: &[(&str, &str)]) -> Claimed<GrpcReply> {
    match accept("POST", version, headers).0 {
        Accept::Claim(claimed) => claimed,
        Accept::Pass => panic!("passed: {headers:?}"),
    }
}

fn reply(content_type: &str) -> GrpcReply {
    claimed(Version::HTTP_2, &[("content-type", content_type)]).reply
}

fn head() -> http::response::Parts {
    Response::new(()).into_parts().0
}

/// Every frame of a body: data as it is, trailers as sorted lines.
fn frames(body: &mut Body) -> Vec<String> {
    let mut cx = Context::from_waker(Waker::noop());
    let mut frames = Vec::new();
    while let Poll::Ready(Some(frame)) = body.poll(&mut cx) {
        frames.push(match frame.unwrap().into_data() {
            Ok(data) => data.escape_ascii().to_string(),
            Err(frame) => lines(&frame.into_trailers().unwrap()),
        });
    }
    frames
}

fn lines(headers: &HeaderMap) -> String {
    let mut lines: Vec<_> =
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines.join("; ")
}

#[test]
fn three_content_types_are_grpc_and_the_reply_repeats_them() {
    for (content_type, codec) in [
        ("application/grpc", Codec::Proto),
        ("application/grpc+proto", Codec::Proto),
        ("application/grpc+json", Codec::Json),
    ] {
        let mut claimed = claimed(Version::HTTP_2, &[("content-type", content_type)]);
        assert_eq!(claimed.call.codec(), codec);
        assert_eq!(claimed.receive.unwrap().framing, Framing::Prefixed);
        let response = claimed.reply.fail(Error::not_found(""), head());
        assert_eq!(response.headers()["content-type"], content_type);
    }
    for content_type in
        ["application/grpc-web", "application/grpc-web+proto", "application/grpc+xml", "application/grp"]
    {
        let (accept, left) = accept("POST", Version::HTTP_2, &[("content-type", content_type)]);
        assert!(matches!(accept, Accept::Pass), "{content_type}");
        assert_eq!(left.len(), 1);
    }
    assert!(matches!(accept("GET", Version::HTTP_2, &[("content-type", "application/grpc")]).0, Accept::Pass));
}

#[test]
fn timeout_and_compression_are_checked() {
    let grpc = ("content-type", "application/grpc");
    let code = |headers: &[_]| claimed(Version::HTTP_2, headers).receive.err().map(|error| error.code());
    assert_eq!(code(&[grpc, ("grpc-timeout", "1")]), Some(Code::InvalidArgument));
    assert_eq!(code(&[grpc, ("grpc-encoding", "lzw")]), Some(Code::Unimplemented));
    assert_eq!(code(&[grpc, ("grpc-encoding", "identity")]), None);
    let timed = claimed(Version::HTTP_2, &[grpc, ("grpc-timeout", "250m")]);
    assert_eq!(timed.call.timeout(), Some(Duration::from_millis(250)));
}

#[test]
fn the_protocols_headers_go_and_the_metadata_stays() {
    let (_, left) = accept(
        "POST",
        Version::HTTP_2,
        &[
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("grpc-timeout", "1S"),
            ("grpc-encoding", "identity"),
            ("grpc-accept-encoding", "gzip"),
            ("grpc-previous-rpc-attempts", "1"),
            ("user-agent", "me"),
            ("x-bin", "AQ"),
        ],
    );
    assert_eq!(lines(&left), "user-agent: me; x-bin: AQ");
}

#[test]
fn http_1_needs_a_caller_that_takes_trailers() {
    let grpc = ("content-type", "application/grpc");
    let mut refused = claimed(Version::HTTP_11, &[grpc]);
    let error = refused.receive.unwrap_err();
    let response = refused.reply.fail(error, head());
    assert_eq!((response.status().as_u16(), response.headers()["connection"].to_str().unwrap()), (505, "close"));

    let mut served = claimed(Version::HTTP_11, &[grpc, ("te", "deflate, Trailers")]);
    let mut head = head();
    let mut body = Body::message(b"hi").unwrap();
    let reply = served.reply.poll_reply(&mut Context::from_waker(Waker::noop()), &mut head, &mut body);
    assert!(matches!(reply, Poll::Ready(Ok(_))));
    assert_eq!(head.headers["trailer"], "grpc-status, grpc-message, grpc-status-details-bin");
}

#[test]
fn a_reply_is_a_frame_and_trailers_without_a_length_in_the_head() {
    let mut head = head();
    head.headers.insert("content-length", "2".parse().unwrap());
    let mut body = Body::message(b"hi").unwrap();
    let Poll::Ready(Ok(mut body)) =
        reply("application/grpc").poll_reply(&mut Context::from_waker(Waker::noop()), &mut head, &mut body)
    else {
        panic!("gRPC's head waits for nothing");
    };
    assert_eq!(lines(&head.headers), "content-type: application/grpc");
    assert_eq!(body.size_hint().exact(), None);
    assert!(!body.is_end_stream());
    assert_eq!(frames(&mut body), [r"\x00\x00\x00\x00\x02hi", "grpc-status: 0"]);
}

#[test]
fn an_error_alone_is_one_block_of_headers_and_still_there_when_polled() {
    let response = reply("application/grpc").fail(Error::not_found("no caf\u{e9}"), head());
    let (head, mut body) = response.into_parts();
    assert_eq!(head.status, 200);
    assert!(body.is_end_stream());
    let status = "grpc-message: no caf%C3%A9; grpc-status: 5";
    assert_eq!(lines(&head.headers), format!("content-type: application/grpc; {status}"));
    assert_eq!(frames(&mut body), [status]);
}

#[test]
fn a_head_with_an_error_leaves_room_for_what_others_add() {
    let error = || Error::not_found("x".repeat(20_000));
    let (head, _) = reply("application/grpc").fail(error(), head()).into_parts();
    let size = size(&head.headers);
    assert!((7000..=8192 - 512).contains(&size), "{size}");
}

#[test]
fn an_error_with_metadata_keeps_head_and_trailers_apart() {
    let pair = |name: &'static str| HeaderMap::from_iter([(HeaderName::from_static(name), "1".parse().unwrap())]);
    let error = Error::not_found("").with_metadata(pair("x-head")).with_trailers(pair("x-tail"));
    let (head, mut body) = reply("application/grpc").fail(error, head()).into_parts();
    assert_eq!(lines(&head.headers), "content-type: application/grpc; x-head: 1");
    assert!(!body.is_end_stream());
    assert_eq!(frames(&mut body), ["grpc-status: 5; x-tail: 1"]);
}

#[test]
fn a_status_that_middleware_set_becomes_200() {
    let mut head = head();
    head.status = http::StatusCode::UNAUTHORIZED;
    let response = reply("application/grpc").fail(Error::unauthenticated(""), head);
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["grpc-status"], "16");
}
