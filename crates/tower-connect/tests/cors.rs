//! What a browser is told before it lets a page of another origin call, and read the answer.

#![cfg(feature = "cors")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::BTreeSet;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Request};
use support::{Answer, Demo, call, frame, grpc_web, post, with};
use tower::ServiceBuilder;
use tower_connect::{Body, RpcLayer, cors};
use tower_http::cors::CorsLayer;

const ORIGIN: &str = "https://app.example.com";

async fn send(layer: CorsLayer, request: Request<Body>) -> Answer {
    let rpc = RpcLayer::new().for_service::<Demo>();
    call(ServiceBuilder::new().layer(layer).layer(rpc).service(Demo), with(request, &[("origin", ORIGIN)])).await
}

async fn preflight(layer: CorsLayer) -> Answer {
    let request = Request::options("/demo.v1.Demo/Say").header("access-control-request-method", "POST");
    send(layer, request.body(Body::empty()).unwrap()).await
}

/// The names in a header's value, whatever their order.
fn names(answer: &Answer, header: &str) -> BTreeSet<String> {
    let values = answer.header(header).into_iter().flat_map(|value| value.split(','));
    values.map(|name| name.trim().to_ascii_lowercase()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn application() -> CorsLayer {
    let trace = HeaderName::from_static("x-trace");
    cors::layer_with([AUTHORIZATION, trace.clone()], [trace])
}

#[tokio::test]
async fn a_page_may_send_what_the_protocols_and_the_application_send() {
    let origin = HeaderValue::from_static(ORIGIN);
    let answer = preflight(application().allow_origin(origin).allow_credentials(true)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(names(&answer, "access-control-allow-methods"), set(&["get", "post"]));
    assert_eq!(
        names(&answer, "access-control-allow-headers"),
        set(&[
            "authorization",
            "connect-accept-encoding",
            "connect-content-encoding",
            "connect-protocol-version",
            "connect-timeout-ms",
            "content-encoding",
            "content-type",
            "grpc-accept-encoding",
            "grpc-encoding",
            "grpc-timeout",
            "x-grpc-web",
            "x-trace",
            "x-user-agent",
        ])
    );
    assert_eq!(answer.header("access-control-max-age"), ["7200"]);
    assert_eq!(answer.header("access-control-allow-origin"), [ORIGIN]);
    assert_eq!(answer.header("access-control-allow-credentials"), ["true"]);
}

#[tokio::test]
async fn a_page_may_read_what_the_protocols_and_the_application_answer() {
    let layer = || application().allow_origin(HeaderValue::from_static(ORIGIN));
    for request in [
        post("/demo.v1.Demo/Say", "application/json", "{}"),
        post("/demo.v1.Demo/Fail", "application/json", "{}"),
        post("/demo.v1.Demo/Say", "text/plain", "{}"),
        grpc_web("/demo.v1.Demo/Fail", &frame(b""), false),
    ] {
        let answer = send(layer(), request).await;
        assert_eq!(
            names(&answer, "access-control-expose-headers"),
            set(&[
                "accept-encoding",
                "accept-post",
                "allow",
                "connect-accept-encoding",
                "connect-content-encoding",
                "content-encoding",
                "grpc-accept-encoding",
                "grpc-encoding",
                "grpc-message",
                "grpc-status",
                "grpc-status-details-bin",
                "trailer-x-trace",
                "x-trace",
            ])
        );
        assert_eq!(answer.header("access-control-allow-origin"), [ORIGIN]);
    }
}

#[tokio::test]
async fn no_origin_is_let_in_that_the_application_has_not_named() {
    for answer in [
        preflight(cors::layer()).await,
        preflight(cors::layer().allow_origin(HeaderValue::from_static("https://other.example.com"))).await,
    ] {
        assert_ne!(answer.header("access-control-allow-origin"), [ORIGIN]);
    }
}
