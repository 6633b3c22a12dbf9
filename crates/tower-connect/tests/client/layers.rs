//! Layers of a client, at both heights; and layers of both sides, one around the other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderValue, Version};
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_connect::{Body, Call, Channel, Code, Protocol, RpcLayer, client};

use super::support::{call, frame, grpc, post, with};
use super::talk::{PROTOCOLS, Talk, TalkClient, text};

fn talk() -> tower_connect::server::Rpc<Talk> {
    RpcLayer::new().for_service::<Talk>().layer(Talk::default())
}

#[tokio::test]
async fn one_height_sees_calls_and_the_other_sees_http() {
    for protocol in PROTOCOLS {
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let (calls, requests) = (Arc::clone(&seen), Arc::clone(&seen));
        let channel = Channel::service(talk())
            .protocol(protocol)
            .layer(tower::util::MapRequestLayer::new(move |mut request: http::Request<Body>| {
                let call = Call::of(request.extensions()).unwrap();
                calls.lock().unwrap().push(format!("{} {}", call.protocol(), call.procedure()));
                assert!(!request.headers().contains_key("content-type"));
                request.headers_mut().insert("x-layer", HeaderValue::from_static("1"));
                request
            }))
            .http_layer(tower::util::MapRequestLayer::new(move |request: http::Request<Body>| {
                assert!(Call::of(request.extensions()).is_none(), "a call ends where the wire begins");
                requests.lock().unwrap().push(format!("{} {:?}", request.uri(), request.headers()["x-layer"]));
                assert!(request.headers().contains_key("content-type"));
                request
            }));
        assert_eq!(TalkClient(channel).say(text("a")).await.unwrap().message(), &text("a"));
        let seen = seen.lock().unwrap();
        assert_eq!(seen[0], format!("{protocol} /talk.v1.Talk/Say"));
        assert_eq!(seen[1], "http://localhost/talk.v1.Talk/Say \"1\"");
    }
}

#[tokio::test(start_paused = true)]
async fn a_layers_error_is_the_calls() {
    for protocol in PROTOCOLS {
        let channel = Channel::service(talk()).protocol(protocol);
        let impatient = channel.layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(1)));
        let failed = TalkClient(impatient).say(text("hang")).await.unwrap_err();
        assert_eq!(failed.code(), Code::DeadlineExceeded, "{protocol}");
    }
}

#[tokio::test]
async fn metadata_of_a_channel_is_that_of_all_its_calls() {
    let metadata = super::support::headers(&[("x-a", "1"), ("x-a", "2"), ("x-b", "3"), ("content-type", "text/plain")]);
    let seen = tower::util::MapRequestLayer::new(|request: http::Request<Body>| {
        let values = |name| request.headers().get_all(name).iter().cloned().collect::<Vec<_>>();
        assert_eq!(
            (values("x-a"), values("x-b")),
            (vec!["1".parse().unwrap(), "2".parse().unwrap()], vec!["4".parse().unwrap()])
        );
        assert_eq!(values("content-type"), ["application/proto"]);
        request
    });
    let client = TalkClient(Channel::service(talk()).with_metadata(metadata).http_layer(seen));
    let mut request = tower_connect::Request::new(text("a"));
    request.metadata_mut().insert("x-b", HeaderValue::from_static("4"));
    client.say(request).await.unwrap();
}

/// A service of one protocol gets all that the server's layer speaks.
#[tokio::test]
async fn a_servers_layer_around_a_clients_is_a_gateway() {
    for protocol in PROTOCOLS {
        let egress = |protocol| match protocol {
            Protocol::Connect => client::ConnectLayer::new().layer(talk()),
            Protocol::Grpc => client::GrpcLayer::new().layer(talk()),
            _ => client::GrpcWebLayer::new().layer(talk()),
        };
        let gateway = || ServiceBuilder::new().layer(RpcLayer::new().for_service::<Talk>()).service(egress(protocol));
        let answer = call(gateway(), post("/talk.v1.Talk/Say", "application/json", r#"{"text":"hi"}"#)).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"text":"hi"}"#), "{protocol}");
        assert_eq!((answer.header("x-head"), answer.header("trailer-x-tail")), (vec!["1"], vec!["2"]), "{protocol}");

        let answer = call(gateway(), post("/talk.v1.Talk/Say", "application/json", r#"{"text":"fail"}"#)).await;
        assert_eq!(answer.text(), r#"{"code":"not_found","message":"fail"}"#, "{protocol}");
        assert_eq!((answer.header("x-head"), answer.header("trailer-x-tail")), (vec!["1"], vec!["2"]), "{protocol}");

        let answer = call(gateway(), grpc("/talk.v1.Talk/Split", b"\x0a\x02ab")).await;
        assert_eq!(answer.body, [frame(b"\x0a\x01a"), frame(b"\x0a\x01b")].concat(), "{protocol}");
        assert_eq!((answer.grpc_status(), answer.trailer("x-tail")), (("0", ""), vec!["2"]), "{protocol}");

        let slow =
            with(post("/talk.v1.Talk/Say", "application/json", r#"{"text":"hang"}"#), &[("connect-timeout-ms", "50")]);
        assert_eq!(call(gateway(), slow).await.status, 504, "{protocol}");
    }
}

/// A handler passes its own request on: with what is left of its time, and without what was for this server.
#[tokio::test]
async fn a_request_can_be_passed_on() {
    use tower_connect::codegen;

    for protocol in PROTOCOLS {
        let seen = Arc::<Mutex<Option<http::request::Parts>>>::default();
        let keep = Arc::clone(&seen);
        let upstream = Channel::service(talk()).protocol(protocol).http_layer(tower::util::MapRequestLayer::new(
            move |request: http::Request<Body>| {
                let (head, body) = request.into_parts();
                *keep.lock().unwrap() = Some(head.clone());
                http::Request::from_parts(head, body)
            },
        ));
        let app = tower::service_fn(move |request| {
            let client = TalkClient(upstream.clone());
            codegen::unary(super::talk::SAY, request, move |request| async move {
                client.say(request).await.map(|response| response.into_message().into())
            })
        });
        let service = RpcLayer::new().for_method(super::talk::SAY.spec()).layer(app);
        let mut request = grpc("/talk.v1.Talk/Say", b"\x0a\x01a");
        for (name, value) in [("host", "front"), ("expect", "100-continue"), ("x-user", "ada"), ("grpc-timeout", "7S")]
        {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request.extensions_mut().insert(tower_connect::Peer::new(([1, 2, 3, 4], 5).into()));
        assert_eq!(call(service, request).await.grpc_status().0, "0", "{protocol}");
        let head = seen.lock().unwrap().take().unwrap();
        assert_eq!(head.version == Version::HTTP_2, protocol == Protocol::Grpc, "{protocol}");
        assert!(!head.headers.contains_key("host") && !head.headers.contains_key("expect"), "{protocol}: {head:?}");
        assert_eq!(head.headers["x-user"], "ada");
        let timeout = if protocol == Protocol::Connect { "connect-timeout-ms" } else { "grpc-timeout" };
        assert!(head.headers[timeout].to_str().unwrap().starts_with('6'), "{protocol}: {head:?}");
        assert!(head.extensions.get::<tower_connect::Peer>().is_none());
    }
}

/// What a layer of the envelope sets for a call counts.
#[tokio::test]
async fn a_layer_can_set_options_of_a_call() {
    let limited = tower::util::MapRequestLayer::new(|mut request: http::Request<Body>| {
        request.extensions_mut().insert(client::CallOptions::new().send_limit(3));
        request
    });
    let channel = Channel::service(talk()).layer(limited);
    let failed = TalkClient(channel).say(text("four")).await.unwrap_err();
    assert_eq!((failed.code(), failed.retry()), (Code::ResourceExhausted, Some(tower_connect::Retry::NeverSent)));
}

/// A service that is not ready has not seen the call.
#[tokio::test]
async fn a_transport_that_is_not_ready_was_sent_nothing() {
    #[derive(Clone)]
    struct Broken;
    impl tower::Service<http::Request<Body>> for Broken {
        type Response = http::Response<Body>;
        type Error = std::io::Error;
        type Future = std::future::Ready<Result<Self::Response, Self::Error>>;
        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
            std::task::Poll::Ready(Err(std::io::Error::other("no backend")))
        }
        fn call(&mut self, _: http::Request<Body>) -> Self::Future {
            unreachable!("it is not ready")
        }
    }
    let failed = TalkClient(Channel::service(Broken)).say(text("a")).await.unwrap_err();
    assert_eq!((failed.code(), failed.retry()), (Code::Unavailable, Some(tower_connect::Retry::NeverSent)));
}

#[tokio::test]
async fn a_channel_is_a_gateways_other_half_and_a_request_that_is_no_call_passes() {
    let channel = Channel::service(talk()).grpc();
    let gateway = RpcLayer::new().for_service::<Talk>().layer(channel.clone());
    let answer = call(gateway, post("/talk.v1.Talk/Say", "application/json", r#"{"text":"hi"}"#)).await;
    assert_eq!(answer.text(), r#"{"text":"hi"}"#);

    let mut plain = post("/talk.v1.Talk/Say", "application/json", r#"{"text":"hi"}"#);
    *plain.version_mut() = Version::HTTP_11;
    let response = channel.oneshot(plain).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
}
