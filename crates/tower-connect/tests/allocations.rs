//! Holds unary calls at ten allocations each: from the request, as a server's transport hands it over, to the end of the response.

#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use support::{Demo, grpc, post};
use tower::{Layer, Service};
use tower_connect::{Body, RpcLayer};

fn ready<F: Future>(future: Pin<&mut F>) -> F::Output {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// How many allocations one call makes, and how many bytes of data it answers with.
fn measure(make: impl Fn() -> http::Request<Body>) -> (u64, usize) {
    let mut service = RpcLayer::new().for_service::<Demo>().layer(Demo);
    let mut call = || {
        let request = make();
        let mut length = 0;
        let counted = allocation_counter::measure(|| {
            let mut response = ready(pin!(service.call(request))).unwrap();
            let mut body = Pin::new(response.body_mut());
            while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(&mut Context::from_waker(Waker::noop())) {
                length += frame.unwrap().into_data().map_or(0, |data| data.len());
            }
        });
        (counted.count_total, length)
    };
    // What is made once, at the first call, is not part of a call.
    call();
    call()
}

const TEXT: &[u8; 64] = &[b'x'; 64];

fn message() -> Vec<u8> {
    prost::Message::encode_to_vec(&support::Text { text: String::from_utf8(TEXT.to_vec()).unwrap() })
}

#[test]
fn a_unary_grpc_call_makes_ten_allocations() {
    let (allocations, length) = measure(|| grpc("/demo.v1.Demo/Say", &message()));
    println!("gRPC, 64 bytes: {allocations} allocations");
    assert_eq!(length, 5 + 2 + 64);
    assert!(allocations <= 10, "{allocations}");
}

/// As axum hands a request over: the body is boxed, and its length is not told by its type.
#[test]
fn a_body_from_axum_adds_nothing_of_ours() {
    let (allocations, _) =
        measure(|| grpc("/demo.v1.Demo/Say", &message()).map(|body| Body::new(axum::body::Body::new(body))));
    println!("gRPC, 64 bytes, from axum: {allocations} allocations");
    assert!(allocations <= 10, "{allocations}");
}

#[test]
fn a_unary_connect_call_makes_ten_allocations() {
    for (content_type, body, answer) in [
        ("application/proto", message(), 2 + 64),
        ("application/json", format!(r#"{{"text":"{}"}}"#, "x".repeat(64)).into_bytes(), 11 + 64),
    ] {
        let body = Bytes::from(body);
        let (allocations, length) = measure(|| post("/demo.v1.Demo/Say", content_type, body.clone()));
        println!("Connect {content_type}, 64 bytes: {allocations} allocations");
        assert_eq!(length, answer);
        assert!(allocations <= 10, "{allocations}");
    }
}

/// From the message to the answer, over a transport that has it ready: what that makes is among them.
#[test]
fn a_unary_call_of_a_client_makes_fifteen_allocations() {
    use tower_connect::{Channel, Protocol, codegen};

    for (protocol, content_type, most) in
        [(Protocol::Connect, "application/proto", 9), (Protocol::Grpc, "application/grpc", 15)]
    {
        let framed = protocol == Protocol::Grpc;
        let data = if framed { [&[0, 0, 0, 0, 66][..], &message()].concat() } else { message() };
        let data = Bytes::from(data);
        let canned = tower::service_fn(move |_: http::Request<Body>| {
            let trailers = framed.then(|| support::headers(&[("grpc-status", "0")]));
            let body = http_body_util::Full::new(data.clone());
            let mut response = http::Response::new(body.with_trailers(async move { trailers.map(Ok) }));
            response.headers_mut().insert("content-type", http::HeaderValue::from_static(content_type));
            std::future::ready(Ok::<_, std::convert::Infallible>(response))
        });
        let channel = Channel::new(canned, "http://localhost").unwrap().protocol(protocol);
        let call = || {
            let request = support::Text { text: "x".repeat(64) };
            let counted = allocation_counter::measure(|| {
                let answer = ready(pin!(codegen::call_unary(&channel, support::SAY, request.clone()))).unwrap();
                assert_eq!(answer.message(), &request);
            });
            counted.count_total
        };
        call();
        let allocations = call();
        println!("{protocol}'s client, 64 bytes: {allocations} allocations");
        assert!(allocations <= most, "{protocol}: {allocations}");
    }
}
