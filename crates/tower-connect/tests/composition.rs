//! Other people's layers inside and outside, on every protocol.

#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::middleware::{Next, from_fn};
use axum::routing::{get, post as axum_post};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use support::{Answer, Demo, Text, call, frame, grpc, grpc_web, post};
use tower::{Layer, Service, ServiceBuilder, service_fn};
use tower_connect::{Body, BoxError, Call, Code, ConnectLayer, Error, GrpcLayer, GrpcWebLayer, RpcLayer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

const SAY: &str = "/demo.v1.Demo/Say";

fn proto(text: &str) -> Vec<u8> {
    prost::Message::encode_to_vec(&Text { text: text.to_owned() })
}

/// The same call in every protocol: Connect, gRPC, gRPC-Web and its text.
async fn every<S, B>(service: S) -> [Answer; 4]
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone,
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError> + std::fmt::Debug,
{
    let connect = call(service.clone(), post(SAY, "application/json", r#"{"text":"hi"}"#)).await;
    let grpc = call(service.clone(), grpc(SAY, &proto("hi"))).await;
    let web = call(service.clone(), grpc_web(SAY, &frame(&proto("hi")), false)).await;
    let text = call(service, grpc_web(SAY, &frame(&proto("hi")), true)).await;
    [connect, grpc, web.without_web(), text.without_web()]
}

fn assert_served([connect, rest @ ..]: &[Answer; 4]) {
    assert_eq!((connect.status.as_u16(), connect.text()), (200, r#"{"text":"hi"}"#));
    for grpc in rest {
        assert_eq!(&grpc.body[..], frame(&proto("hi")));
        assert_eq!(grpc.grpc_status(), ("0", ""));
        assert_eq!((grpc.header("content-length"), grpc.header("content-encoding")), (vec![], vec![]));
    }
}

fn assert_failed([connect, rest @ ..]: &[Answer; 4], status: u16, code: &str, number: &str) {
    assert_eq!(connect.status, status, "{connect:?}");
    assert!(connect.text().contains(&format!(r#""code":"{code}""#)), "{connect:?}");
    for grpc in rest {
        assert_eq!((grpc.status.as_u16(), grpc.grpc_status().0), (200, number), "{grpc:?}");
    }
}

fn layer() -> RpcLayer {
    RpcLayer::new().for_service::<Demo>()
}

#[tokio::test]
async fn routes_serve_next_to_rest_with_the_apps_own_fallback() {
    let app = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .fallback(|| async { (StatusCode::IM_A_TEAPOT, "mine") })
        .merge(tower_connect::axum::router(Demo, &RpcLayer::new()));
    assert_served(&every(app.clone()).await);
    let health = call(app.clone(), Request::get("/healthz").body(Body::empty()).unwrap()).await;
    assert_eq!(health.text(), "ok");
    let elsewhere = call(app.clone(), post("/other", "application/json", "{}")).await;
    assert_eq!((elsewhere.status.as_u16(), elsewhere.text()), (418, "mine"));
    let unknown = call(app.clone(), grpc("/demo.v1.Demo/Nope", b"")).await;
    assert_eq!(unknown.grpc_status().0, "12");
    let wrong = call(app, Request::get(SAY).body(Body::empty()).unwrap()).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow"), wrong.body.len()), (405, vec!["POST"], 0));
}

#[tokio::test]
async fn routes_can_be_nested_and_layered() {
    let mark = SetResponseHeaderLayer::overriding(HeaderName::from_static("x-mark"), HeaderValue::from_static("1"));
    let rpc = tower_connect::axum::router(Demo, &RpcLayer::new()).route_layer(mark);
    let app: Router = Router::new().nest("/api", rpc);
    let answer = call(app, post(&format!("/api{SAY}"), "application/json", r#"{"text":"hi"}"#)).await;
    assert_eq!((answer.text(), answer.header("x-mark")), (r#"{"text":"hi"}"#, vec!["1"]));
}

#[tokio::test]
async fn tower_http_layers_work_inside() {
    let mark = SetResponseHeaderLayer::overriding(HeaderName::from_static("x-mark"), HeaderValue::from_static("1"));
    let inside = ServiceBuilder::new().layer(TraceLayer::new_for_http()).layer(mark).service(Demo);
    let answers = every(layer().layer(inside)).await;
    assert_served(&answers);
    assert!(answers.iter().all(|answer| answer.header("x-mark") == ["1"]));
    assert_served(&every(layer().layer(RequestBodyLimitLayer::new(100).layer(Demo))).await);
    assert_served(&every(layer().layer(CatchPanicLayer::new().layer(Demo))).await);
    let timeout = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(9));
    assert_served(&every(layer().layer(timeout.layer(Demo))).await);
}

#[tokio::test]
async fn what_layers_inside_refuse_is_told_in_the_callers_protocol() {
    let limit = every(layer().layer(RequestBodyLimitLayer::new(1).layer(Demo))).await;
    assert_failed(&limit, 429, "resource_exhausted", "8");

    let panics = service_fn(|_: Request<Body>| async { panic!("on purpose") as Result<Response<Body>, Infallible> });
    let panics = every(layer().layer(CatchPanicLayer::new().layer(panics))).await;
    assert_failed(&panics, 500, "internal", "13");

    let login = service_fn(|_: Request<Body>| async {
        let mut response = Response::new(Body::from(Bytes::from_static(b"a page about logging in")));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Bearer"));
        Ok::<_, Infallible>(response)
    });
    let refused = every(layer().layer(login)).await;
    assert_failed(&refused, 401, "unauthenticated", "16");
    assert!(refused.iter().all(|answer| answer.header("www-authenticate") == ["Bearer"]));
}

#[tokio::test(start_paused = true)]
async fn timeouts_inside_are_deadlines() {
    let slow = service_fn(|_: Request<Body>| std::future::pending::<Result<Response<Body>, Error>>());
    // Tower's timeout fails as an error, tower-http's answers with a status.
    let tower = ServiceBuilder::new().map_err(Error::from).timeout(Duration::from_secs(1)).service(slow);
    assert_failed(&every(layer().layer(tower)).await, 504, "deadline_exceeded", "4");
    let timeout = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(1));
    let tower_http = ServiceBuilder::new().layer(timeout).service(slow);
    assert_failed(&every(layer().layer(tower_http)).await, 408, "deadline_exceeded", "4");
}

#[tokio::test]
async fn an_axum_router_works_inside_the_envelope() {
    async fn knows_the_call(request: axum::extract::Request, next: Next) -> axum::response::Response {
        let protocol = request.extensions().get::<Call>().map(Call::protocol);
        let mut response = next.run(request).await;
        if let Some(protocol) = protocol {
            response.headers_mut().insert("x-protocol", HeaderValue::from_static(protocol.as_str()));
        }
        response
    }
    let rpc = tower_connect::axum::router(Demo, &RpcLayer::new());
    let app = Router::new()
        .route("/rest", axum_post(|body: String| async move { format!("rest: {body}") }))
        .merge(rpc)
        .layer(from_fn(knows_the_call));
    let service = RpcLayer::new().claim_all().layer(app);
    let answers = every(service.clone()).await;
    assert_served(&answers);
    assert_eq!(answers[0].header("x-protocol"), ["connect"]);
    assert_eq!(answers[1].header("x-protocol"), ["grpc"]);
    assert_eq!(answers[2].header("x-protocol"), ["grpc-web"]);
    // Errors cross the router too, and so does axum's own 404.
    let fail = call(service.clone(), grpc("/demo.v1.Demo/Fail", &proto("rich"))).await;
    assert_eq!((fail.grpc_status(), fail.trailer("x-tail")), (("9", "rich"), vec!["3"]));
    let refused = call(service.clone(), post("/demo.v1.Demo/Count", "application/json", "{}")).await;
    assert_eq!(refused.status, 415);
    let nowhere = call(service.clone(), grpc("/nowhere.v1.Nobody/Say", b"")).await;
    assert_eq!(nowhere.grpc_status().0, "12");
    // What is no call is the app's.
    let rest = call(service, post("/rest", "text/plain", "hi")).await;
    assert_eq!(rest.text(), "rest: hi");
}

#[tokio::test]
async fn a_bare_layer_around_rest_changes_nothing() {
    let app = Router::new()
        .route("/rest", axum_post(|body: String| async move { ([("x-rest", "1")], format!("rest: {body}")) }));
    let layered = RpcLayer::new().layer(app.clone());
    for (path, content_type) in [("/rest", "application/json"), ("/rest", "application/proto"), ("/none", "text/html")]
    {
        let plain = call(app.clone(), post(path, content_type, "{\"a\":1}")).await;
        let through = call(layered.clone(), post(path, content_type, "{\"a\":1}")).await;
        assert_eq!(plain.status, through.status);
        assert_eq!(plain.headers, through.headers);
        assert_eq!(plain.body, through.body);
    }
    for method in ["GET", "HEAD", "DELETE"] {
        for path in ["/rest", "/rest?connect=google&code=1", "/rest?encoding=json&message=x", "/rest?connect=v1"] {
            let request = || Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let (plain, through) = (call(app.clone(), request()).await, call(layered.clone(), request()).await);
            assert_eq!((plain.status, plain.headers, plain.body), (through.status, through.headers, through.body));
        }
    }
}

#[tokio::test]
async fn layers_of_single_protocols_can_be_stacked() {
    let stack = ServiceBuilder::new()
        .layer(GrpcWebLayer::new())
        .layer(GrpcLayer::new())
        .layer(ConnectLayer::new().claim_all())
        .service(Demo);
    assert_served(&every(stack.clone()).await);
    let fail = call(stack.clone(), grpc("/demo.v1.Demo/Fail", &proto("rich"))).await;
    assert_eq!((fail.grpc_status(), fail.header("x-head")), (("9", "rich"), vec!["1", "2"]));
    // The inner layer does not speak for the outer one, nor for nobody.
    let nobody = call(stack.clone(), post("/demo.v1.Demo/Say", "text/plain", "")).await;
    assert_eq!(nobody.status, 415);
    let shape = call(stack, post("/demo.v1.Demo/Count", "application/json", "{}")).await;
    assert_eq!(shape.status, 415);
}

#[tokio::test]
async fn a_service_that_is_broken_says_so_in_the_callers_protocol() {
    #[derive(Clone)]
    struct Broken;
    impl Service<Request<Body>> for Broken {
        type Response = Response<Body>;
        type Error = Error;
        type Future = std::future::Ready<Result<Response<Body>, Error>>;
        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Error>> {
            std::task::Poll::Ready(Err(Error::unavailable("worn out")))
        }
        fn call(&mut self, _: Request<Body>) -> Self::Future {
            unreachable!("it is never ready")
        }
    }
    assert_failed(&every(layer().layer(Broken)).await, 503, "unavailable", "14");
    let plain = call(layer().layer(Broken), post("/elsewhere", "text/plain", "")).await;
    assert_eq!(plain.status, 503);
}

#[tokio::test]
async fn a_handler_that_breaks_the_contract_is_an_internal_error() {
    let silent = service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::empty())) });
    assert_contract_broken(&every(layer().layer(silent)).await);
    let chatty = service_fn(|_: Request<Body>| async {
        let pieces = support::pieces(vec![Ok(Bytes::from_static(b"1")), Ok(Bytes::from_static(b"2"))]);
        Ok::<_, Infallible>(Response::new(pieces))
    });
    assert_contract_broken(&every(layer().layer(chatty)).await);
    let trailers_first = service_fn(|_: Request<Body>| async {
        let failed = support::pieces(vec![Err(Error::not_found("halfway").into())]);
        Ok::<_, Infallible>(Response::new(failed))
    });
    assert_failed(&every(layer().layer(trailers_first)).await, 404, "not_found", "5");
}

fn assert_contract_broken(answers: &[Answer; 4]) {
    assert_failed(answers, 500, "internal", "13");
}

#[tokio::test]
async fn an_error_in_a_body_that_crossed_a_router_is_told_and_reported() {
    let codes = Arc::new(Mutex::new(Vec::new()));
    let fails = || async {
        let failed = support::pieces(vec![Ok(Bytes::from_static(b"1")), Err(Error::not_found("halfway").into())]);
        Response::new(axum::body::Body::new(failed))
    };
    let app = Router::new().route(SAY, axum_post(fails));
    let layer = RpcLayer::new().claim_all().on_end({
        let codes = Arc::clone(&codes);
        move |call, outcome| codes.lock().unwrap().push((call.procedure().to_owned(), outcome.code()))
    });
    let [connect, rest @ ..] = every(layer.layer(app)).await;
    assert_eq!(connect.status, 404);
    for grpc in rest {
        assert_eq!((grpc.grpc_status(), &grpc.body[..]), (("5", "halfway"), &frame(b"1")[..]));
    }
    let not_found = (SAY.to_owned(), Some(Code::NotFound));
    assert_eq!(*codes.lock().unwrap(), vec![not_found; 4]);
}

#[tokio::test]
async fn a_handler_that_panics_is_reported_as_internal() {
    let codes = Arc::new(Mutex::new(Vec::new()));
    let layer = layer().on_end({
        let codes = Arc::clone(&codes);
        move |_, outcome| codes.lock().unwrap().push(outcome.code())
    });
    let panics = service_fn(|_: Request<Body>| async { panic!("on purpose") as Result<Response<Body>, Infallible> });
    let call = tokio::spawn(call(layer.layer(panics), grpc(SAY, b"")));
    assert!(call.await.unwrap_err().is_panic());
    assert_eq!(*codes.lock().unwrap(), [Some(Code::Internal)]);
}

#[tokio::test]
async fn trailers_arrive_through_middleware_that_hides_the_end_of_the_stream() {
    #[derive(Clone)]
    struct Hide<S>(S);
    impl<S> Service<Request<Body>> for Hide<S>
    where
        S: Service<Request<Body>, Response = Response<Body>>,
        S::Future: Send + 'static,
    {
        type Response = Response<Body>;
        type Error = S::Error;
        type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;
        fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
            self.0.poll_ready(cx)
        }
        fn call(&mut self, request: Request<Body>) -> Self::Future {
            let response = self.0.call(request);
            Box::pin(async {
                Ok(response.await?.map(|body| Body::new(http_body_util::BodyExt::map_frame(body, |frame| frame))))
            })
        }
    }
    let answer = call(Hide(layer().layer(Demo)), grpc("/demo.v1.Demo/Fail", &proto("plain"))).await;
    assert_eq!(answer.grpc_status(), ("9", "plain"));
}

#[tokio::test]
async fn calls_fail_alike_when_they_fail_before_they_are_answered() {
    let service = layer().layer(Demo);
    let frames = frame(&proto("rich"));
    let path = "/demo.v1.Demo/Fail";
    let grpc = call(service.clone(), grpc(path, &proto("rich"))).await;
    for text in [false, true] {
        let web = call(service.clone(), grpc_web(path, &frames, text)).await.without_web();
        assert_eq!(web.grpc_status(), grpc.grpc_status());
        assert_eq!(web.header("x-head"), grpc.header("x-head"));
        assert_eq!(web.trailer("x-tail"), grpc.trailer("x-tail"));
        assert_eq!(web.trailer("grpc-status-details-bin"), grpc.trailer("grpc-status-details-bin"));
        let unknown = call(service.clone(), grpc_web("/demo.v1.Demo/Nope", &frames, text)).await.without_web();
        assert_eq!(unknown.grpc_status().0, "12");
        let truncated = call(service.clone(), grpc_web(SAY, &frames[..7], text)).await.without_web();
        assert_eq!(truncated.grpc_status().0, "13");
    }
    let malformed = call(service, post(SAY, "application/grpc-web-text", "AAAA*AAA")).await.without_web();
    assert_eq!(malformed.grpc_status(), ("3", "the body is not base64"));
}
