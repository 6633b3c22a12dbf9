//! Where errors come from, whether a call may be made again, and what a handler passes on of them.

use std::convert::Infallible;

use tokio::net::TcpListener;
use tower_connect::{Body, Channel, Code, Origin, Protocol, Retry, RpcLayer};

use super::support::{Text, call, post};
use super::talk::{PROTOCOLS, Talk, TalkClient, clients, text};

#[tokio::test]
async fn a_servers_error_has_its_metadata_in_two_places() {
    for (protocol, client) in clients(&Talk::default()).await {
        let failed = client.say(text("fail é")).await.unwrap_err();
        assert_eq!((failed.code(), failed.message()), (Code::NotFound, "fail é"), "{protocol}");
        assert_eq!((failed.origin(), failed.retry()), (Origin::Remote, None));
        assert_eq!(
            (&failed.metadata()["x-head"], &failed.trailers()["x-tail"]),
            (&"1".parse().unwrap(), &"2".parse().unwrap())
        );
        let said = client.say(text("a")).await.unwrap();
        assert_eq!(
            (&said.metadata()["x-head"], &said.trailers()["x-tail"]),
            (&"1".parse().unwrap(), &"2".parse().unwrap())
        );
        assert_eq!(said.trailers().len(), 1, "{protocol}");
        // The schema says that a second call does nothing more.
        let failed = client.look(text("fail")).await.unwrap_err();
        assert_eq!((failed.origin(), failed.retry()), (Origin::Remote, Some(Retry::Idempotent)));
    }
}

#[tokio::test]
async fn a_head_that_is_all_of_an_answer_has_trailers() {
    for (protocol, content_type, in_both) in
        [(Protocol::Grpc, "application/grpc", false), (Protocol::GrpcWeb, "application/grpc-web+proto", true)]
    {
        for status in ["0", "5"] {
            let app = tower::service_fn(move |_: http::Request<Body>| async move {
                let response = http::Response::builder().header("content-type", content_type);
                let response = response.header("grpc-status", status).header("x-a", "1");
                Ok::<_, Infallible>(response.body(Body::empty()).unwrap())
            });
            let client = TalkClient(Channel::service(app).protocol(protocol));
            let (metadata, trailers) = match client.split(text("a")).await {
                Ok(response) => {
                    let metadata = response.metadata().clone();
                    let mut letters = response.into_message();
                    assert_eq!(letters.message().await.unwrap(), None, "{protocol}");
                    (metadata, letters.trailers().unwrap().clone())
                }
                Err(failed) => (failed.metadata().clone(), failed.trailers().clone()),
            };
            assert_eq!(trailers["x-a"], "1", "{protocol} {status}");
            assert_eq!(metadata.contains_key("x-a"), in_both, "{protocol} {status}");
            assert!(!metadata.contains_key("grpc-status") && !trailers.contains_key("grpc-status"));
        }
    }
}

#[tokio::test]
async fn messages_come_before_the_error_that_follows_them() {
    for (protocol, client) in clients(&Talk::default()).await {
        let mut letters = client.split(text("ab!")).await.unwrap().into_message();
        for letter in ["a", "b"] {
            assert_eq!(letters.message().await.unwrap(), Some(text(letter)), "{protocol}");
        }
        let failed = letters.message().await.unwrap_err();
        assert_eq!((failed.code(), failed.message(), failed.origin()), (Code::NotFound, "no more", Origin::Remote));
        assert_eq!(letters.message().await.unwrap(), None);
        let mut letters = client.split(text("a")).await.unwrap().into_message();
        assert!(letters.trailers().is_none());
        while letters.message().await.unwrap().is_some() {}
        assert_eq!(letters.trailers().unwrap()["x-tail"], "2", "{protocol}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_and_safe_to_try_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for protocol in PROTOCOLS {
        let client = TalkClient(Channel::connect(url.as_str()).unwrap().protocol(protocol));
        let failed = client.say(text("a")).await.unwrap_err();
        assert_eq!((failed.code(), failed.message()), (Code::Unavailable, "cannot connect"), "{protocol}");
        assert_eq!((failed.origin(), failed.retry()), (Origin::Transport, Some(Retry::NeverSent)));
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_not_sent() {
    let talk = Talk::default();
    for (protocol, client) in clients(&talk).await {
        let client = TalkClient(client.0.send_limit(3));
        let failed = client.say(text("four")).await.unwrap_err();
        assert_eq!((failed.code(), failed.origin()), (Code::ResourceExhausted, Origin::Local), "{protocol}");
        assert_eq!(failed.retry(), Some(Retry::NeverSent));
    }
    assert_eq!(talk.calls(), 0);
}

#[tokio::test]
async fn a_message_that_is_too_large_is_not_taken() {
    for (protocol, client) in clients(&Talk::default()).await {
        let client = TalkClient(client.0.receive_limit(10));
        let failed = client.say(text("more than ten bytes")).await.unwrap_err();
        assert_eq!((failed.code(), failed.origin()), (Code::ResourceExhausted, Origin::Local), "{protocol}");
    }
}

/// A server whose handler asks another one, and passes its error on.
#[tokio::test]
async fn what_is_passed_on_has_not_the_other_servers_metadata() {
    use tower_connect::codegen;
    use tower_connect::{Request, Response, Result};

    let upstream = Channel::service(tower::Layer::layer(&RpcLayer::new().for_service::<Talk>(), Talk::default()));
    for protocol in PROTOCOLS {
        let client = TalkClient(upstream.clone().protocol(protocol));
        let app = tower::service_fn(move |request| {
            let client = client.clone();
            codegen::unary(super::talk::SAY, request, move |_: Request<Text>| async move {
                let response: Result<Response<Text>> = client.say(text("fail")).await;
                response.map(|response| response.into_message().into())
            })
        });
        let service = tower::Layer::layer(&RpcLayer::new().for_method(super::talk::SAY.spec()), app);
        let answer = call(service, post("/talk.v1.Talk/Say", "application/json", "{}")).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.text(), r#"{"code":"not_found","message":"fail"}"#);
        assert!(answer.header("x-head").is_empty() && answer.header("trailer-x-tail").is_empty(), "{answer:?}");
    }
}
