use std::task::{Context, Poll, Waker};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{Request, Response, response};

use super::*;
use crate::compression::OFFER;
use crate::protocol::Reply;
use crate::{Body, Codec, Error};

fn accept(method: &str, headers: &[(&str, &str)]) -> (Accept<GrpcWebReply>, HeaderMap) {
    let mut request = Request::builder().method(method).uri("/a.B/C");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    (GrpcWeb::new().accept(&mut parts, Claim::Unambiguous, OFFER), parts.headers)
}

fn claimed(headers: &[(&str, &str)]) -> Claimed<GrpcWebReply> {
    match accept("POST", headers).0 {
        Accept::Claim(claimed) => claimed,
        Accept::Pass => panic!("passed: {headers:?}"),
    }
}

fn head() -> response::Parts {
    Response::new(()).into_parts().0
}

/// The data of each frame of a body, escaped.
fn frames(body: &mut Body) -> Vec<String> {
    let mut cx = Context::from_waker(Waker::noop());
    let mut frames = Vec::new();
    while let Poll::Ready(Some(frame)) = body.poll(&mut cx) {
        frames.push(frame.unwrap().into_data().expect("no trailers of HTTP").escape_ascii().to_string());
    }
    frames
}

fn answered(reply: &mut GrpcWebReply, mut body: Body) -> (response::Parts, Vec<String>) {
    let mut head = head();
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(mut body)) = reply.poll_reply(&mut cx, &mut head, &mut body) else {
        panic!("gRPC-Web's head waits for nothing");
    };
    (head, frames(&mut body))
}

#[test]
fn six_content_types_are_grpc_web_and_the_reply_repeats_them() {
    for suffix in ["", "+proto", "+json"] {
        for flavor in ["", "-text"] {
            let content_type = format!("application/grpc-web{flavor}{suffix}");
            let mut claimed = claimed(&[("content-type", &content_type)]);
            assert_eq!(claimed.call.codec(), if suffix == "+json" { Codec::Json } else { Codec::Proto });
            assert_eq!(claimed.receive.unwrap().base64, flavor == "-text");
            assert_eq!(claimed.reply.fail(Error::not_found(""), head()).headers()["content-type"], content_type);
        }
    }
    for foreign in ["application/grpc", "application/grpc+proto", "application/grpc-web+xml"] {
        assert!(matches!(accept("POST", &[("content-type", foreign)]).0, Accept::Pass), "{foreign}");
    }
    assert!(matches!(accept("GET", &[("content-type", "application/grpc-web")]).0, Accept::Pass));
}

#[test]
fn who_accepts_text_or_binary_gets_it_whatever_was_sent() {
    let (text, binary) = ("application/grpc-web-text", "application/grpc-web");
    for (sent, accepted, answered) in [
        (binary, "application/grpc-web-text+proto", "application/grpc-web-text+proto"),
        (binary, "*/*, application/grpc-web-text; q=0.9", text),
        (text, binary, binary),
        (text, "*/*", text),
        (text, "application/grpc", text),
        ("application/grpc-web+json", text, "application/grpc-web-text+json"),
        (text, "application/grpc-web+json", binary),
        (binary, "application/grpc-web-text;q=0, application/grpc-web", binary),
        (binary, "application/grpc-web-text;q=0", binary),
        (text, "application/grpc-web;q=0.1, Application/gRPC-Web-Text ; q=1.0", text),
        ("application/grpc-web+proto", "application/grpc-web-text+json", "application/grpc-web-text+proto"),
    ] {
        let mut claimed = claimed(&[("content-type", sent), ("accept", accepted)]);
        let response = claimed.reply.fail(Error::not_found(""), head());
        assert_eq!(response.headers()["content-type"], answered, "{sent} {accepted}");
    }
}

#[test]
fn the_protocols_headers_go_and_the_metadata_stays() {
    let (accepted, left) = accept(
        "POST",
        &[
            ("content-type", "application/grpc-web+proto"),
            ("x-grpc-web", "1"),
            ("x-user-agent", "grpc-web-javascript/0.1"),
            ("grpc-timeout", "250m"),
        ],
    );
    assert_eq!(left.len(), 1);
    assert_eq!(left["x-user-agent"], "grpc-web-javascript/0.1");
    let Accept::Claim(claimed) = accepted else { panic!("passed") };
    assert_eq!(claimed.call.timeout().unwrap().as_millis(), 250);
    assert_eq!(claimed.call.protocol(), Protocol::GrpcWeb);
}

#[test]
fn a_reply_ends_with_a_frame_of_trailers() {
    let mut reply = claimed(&[("content-type", "application/grpc-web")]).reply;
    let mut trailers = HeaderMap::new();
    trailers.append("x-a", "1".parse().unwrap());
    trailers.append("x-a", "2: 3".parse().unwrap());
    trailers.append("grpc-status", "13".parse().unwrap());
    let body = Body::encode::<crate::codec::Prost, ()>(Codec::Proto, &(), trailers).unwrap();
    let (head, frames) = answered(&mut reply, body);
    assert_eq!(head.headers.len(), 1);
    let end = r"\x80\x00\x00\x00#x-a: 1\r\nx-a: 2: 3\r\ngrpc-status: 0\r\n";
    assert_eq!(frames, [r"\x00\x00\x00\x00\x00", end]);
}

#[test]
fn text_is_whole_groups_with_padding_for_each_piece() {
    let mut reply = claimed(&[("content-type", "application/grpc-web-text")]).reply;
    let (_, frames) = answered(&mut reply, Body::message(b"hi").unwrap());
    assert_eq!(frames[0], "AAAAAAJoaQ==");
    assert_eq!(BASE64_STANDARD.decode(&frames[1]).unwrap(), b"\x80\0\0\0\x10grpc-status: 0\r\n");
}

#[test]
fn an_error_alone_is_told_in_the_head() {
    let mut reply = claimed(&[("content-type", "application/grpc-web")]).reply;
    let (head, mut body) = reply.fail(Error::not_found("no caf\u{e9}"), head()).into_parts();
    assert_eq!(head.headers["grpc-status"], "5");
    assert_eq!(head.headers["grpc-message"], "no caf%C3%A9");
    assert_eq!(frames(&mut body), [""; 0]);
}

#[test]
fn an_error_with_metadata_or_a_large_one_or_to_a_page_is_told_in_the_body() {
    let end = r"\x80\x00\x00\x00\x10grpc-status: 5\r\n";
    let metadata = HeaderMap::from_iter([("x-head".parse().unwrap(), "1".parse().unwrap())]);
    let content_type = ("content-type", "application/grpc-web");
    let large = "x".repeat(5000);
    let response = claimed(&[content_type]).reply.fail(Error::not_found(large.clone()), head());
    assert!(!response.headers().contains_key("grpc-status"));
    assert!(frames(&mut response.into_body())[0].contains(&large), "the body has room");
    for (headers, error) in [
        (&[content_type][..], Error::not_found("").with_metadata(metadata)),
        (&[content_type, ("origin", "https://example.com")], Error::not_found("")),
    ] {
        let (head, mut body) = claimed(headers).reply.fail(error, head()).into_parts();
        assert!(!head.headers.contains_key("grpc-status"));
        assert_eq!(frames(&mut body), [end]);
    }
}
