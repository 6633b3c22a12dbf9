//! What calls look like on the wire, byte by byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Version};
use http_body_util::BodyExt;
use tower_connect::client::CallOptions;
use tower_connect::compression::{Algorithm, Compressor};
use tower_connect::{Body, Channel, Error, Messages, Protocol, Request};

use super::support::headers;
use super::talk::{TalkClient, text};

#[derive(Debug)]
struct Wire {
    method: Method,
    uri: String,
    version: Version,
    headers: HeaderMap,
    body: Bytes,
}

type Seen = Arc<Mutex<Option<Wire>>>;

/// A channel to a server that keeps what it gets, and is broken.
fn keeping() -> (Channel, Seen) {
    let seen = Seen::default();
    let keep = Arc::clone(&seen);
    let service = tower::service_fn(move |request: http::Request<Body>| {
        let keep = Arc::clone(&keep);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let http::request::Parts { method, uri, version, headers, .. } = head;
            *keep.lock().unwrap() = Some(Wire { method, uri: uri.to_string(), version, headers, body });
            Err::<http::Response<Body>, Error>(Error::unavailable("it only listens"))
        }
    });
    (Channel::new(service, "http://h:1/prefix/").unwrap(), seen)
}

fn take(seen: &Seen) -> Wire {
    let mut wire = seen.lock().unwrap().take().unwrap();
    let agent = wire.headers.remove("user-agent").unwrap();
    wire.headers.remove("x-user-agent");
    assert!(agent.to_str().unwrap().starts_with("tower-connect/"), "{agent:?}");
    // What is offered depends on what is compiled in.
    for name in ["accept-encoding", "connect-accept-encoding", "grpc-accept-encoding"] {
        wire.headers.remove(name);
    }
    wire
}

/// A compression that only marks.
static MARK: Algorithm = Algorithm::new(
    "x-mark",
    |message, _, buf| {
        buf.extend_from_slice(b"#");
        buf.extend_from_slice(message);
        Ok(())
    },
    |_, _, _| Ok(()),
);

#[tokio::test]
async fn unary_calls() {
    let (channel, seen) = keeping();
    for (channel, expected, body) in [
        (
            channel.clone(),
            headers(&[("content-type", "application/proto"), ("connect-protocol-version", "1")]),
            &b"\x0a\x02hi"[..],
        ),
        (
            channel.clone().json(),
            headers(&[("content-type", "application/json"), ("connect-protocol-version", "1")]),
            br#"{"text":"hi"}"#,
        ),
        (
            channel.clone().grpc(),
            headers(&[("content-type", "application/grpc"), ("te", "trailers")]),
            b"\0\0\0\0\x04\x0a\x02hi",
        ),
        (
            channel.clone().grpc().json(),
            headers(&[("content-type", "application/grpc+json"), ("te", "trailers")]),
            b"\0\0\0\0\x0d{\"text\":\"hi\"}",
        ),
        (
            channel.clone().grpc_web(),
            headers(&[("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")]),
            b"\0\0\0\0\x04\x0a\x02hi",
        ),
    ] {
        TalkClient(channel.clone()).say(text("hi")).await.unwrap_err();
        let wire = take(&seen);
        assert_eq!((wire.method, &*wire.uri), (Method::POST, "http://h:1/prefix/talk.v1.Talk/Say"));
        assert_eq!((wire.headers, &wire.body[..]), (expected, body), "{channel:?}");
    }
}

#[tokio::test]
async fn streams() {
    let (channel, seen) = keeping();
    for (channel, expected) in [
        (channel.clone(), headers(&[("content-type", "application/connect+proto"), ("connect-protocol-version", "1")])),
        (channel.clone().grpc(), headers(&[("content-type", "application/grpc"), ("te", "trailers")])),
        (channel.clone().grpc_web(), headers(&[("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")])),
    ] {
        TalkClient(channel.clone()).chat(Messages::from_iter([text("a"), text("b")])).await.unwrap_err();
        let wire = take(&seen);
        // It goes on while the answer comes.
        assert_eq!(wire.version, Version::HTTP_2);
        assert_eq!((wire.headers, &wire.body[..]), (expected, &b"\0\0\0\0\x03\x0a\x01a\0\0\0\0\x03\x0a\x01b"[..]));
        TalkClient(channel.clone()).split(text("a")).await.unwrap_err();
        assert_eq!(&take(&seen).body[..], b"\0\0\0\0\x03\x0a\x01a", "{channel:?}");
        TalkClient(channel.clone()).join(Messages::from_iter([])).await.unwrap_err();
        assert_eq!(&take(&seen).body[..], b"", "{channel:?}");
    }
}

#[tokio::test]
async fn compressed_calls_say_so() {
    let (channel, seen) = keeping();
    let channel = channel.send_compression(Compressor::new(&MARK, 0)).compress_min_size(0);
    for (protocol, unary, stream) in [
        (Protocol::Connect, "content-encoding", "connect-content-encoding"),
        (Protocol::Grpc, "grpc-encoding", "grpc-encoding"),
        (Protocol::GrpcWeb, "grpc-encoding", "grpc-encoding"),
    ] {
        let client = TalkClient(channel.clone().protocol(protocol));
        client.say(text("a")).await.unwrap_err();
        let wire = take(&seen);
        let framed: &[u8] = if protocol == Protocol::Connect { b"#\x0a\x01a" } else { b"\x01\0\0\0\x04#\x0a\x01a" };
        assert_eq!((&wire.headers[unary], &wire.body[..]), (&"x-mark".parse().unwrap(), framed), "{protocol}");
        client.chat(Messages::from_iter([text("a")])).await.unwrap_err();
        let wire = take(&seen);
        assert_eq!(wire.headers[stream], "x-mark");
        assert_eq!(&wire.body[..], b"\x01\0\0\0\x04#\x0a\x01a", "{protocol}");
        // One call may be plain all the same, and short messages are unless it is asked for.
        let plain = Request::new(text("a")).with_options(CallOptions::new().send_compression(None));
        client.say(plain).await.unwrap_err();
        assert!(!take(&seen).headers.contains_key(unary), "{protocol}");
        let short = Request::new(text("a")).with_options(CallOptions::new().compress_min_size(100));
        client.say(short).await.unwrap_err();
        assert!(!take(&seen).body.contains(&b'#'), "{protocol}");
    }
}

#[tokio::test]
async fn what_can_be_read_is_offered() {
    let (channel, seen) = keeping();
    let offering = channel.clone().compression([Compressor::new(&MARK, 0)]);
    let nothing = channel.compression([]);
    for (protocol, unary, stream) in [
        (Protocol::Connect, "accept-encoding", "connect-accept-encoding"),
        (Protocol::Grpc, "grpc-accept-encoding", "grpc-accept-encoding"),
        (Protocol::GrpcWeb, "grpc-accept-encoding", "grpc-accept-encoding"),
    ] {
        let raw = || seen.lock().unwrap().take().unwrap().headers;
        let client = TalkClient(offering.clone().protocol(protocol));
        client.say(text("a")).await.unwrap_err();
        assert_eq!(raw()[unary], "x-mark", "{protocol}");
        client.split(text("a")).await.unwrap_err();
        assert_eq!(raw()[stream], "x-mark", "{protocol}");
        let client = TalkClient(nothing.clone().protocol(protocol));
        client.say(text("a")).await.unwrap_err();
        // Nothing at all would mean to HTTP that anything will do, and to servers what the request has gone through.
        assert_eq!(raw()[unary], "identity", "{protocol}");
        client.split(text("a")).await.unwrap_err();
        assert_eq!(raw()[stream], "identity", "{protocol}");
    }
}

#[tokio::test]
async fn timeouts_are_told() {
    let (channel, seen) = keeping();
    for (protocol, name) in [
        (Protocol::Connect, "connect-timeout-ms"),
        (Protocol::Grpc, "grpc-timeout"),
        (Protocol::GrpcWeb, "grpc-timeout"),
    ] {
        let client = TalkClient(channel.clone().protocol(protocol).timeout(Duration::from_secs(5)));
        client.say(text("a")).await.unwrap_err();
        let value = take(&seen).headers[name].to_str().unwrap().to_owned();
        let micros: u64 = match value.strip_suffix('u') {
            Some(micros) => micros.parse().unwrap(),
            None => value.parse::<u64>().unwrap() * 1000,
        };
        // What is left, and no more than that.
        assert!((4_000_000..=5_000_000).contains(&micros), "{protocol}: {value}");
        let forever = Request::new(text("a")).with_options(CallOptions::new().timeout(None));
        client.say(forever).await.unwrap_err();
        assert!(!take(&seen).headers.contains_key(name), "{protocol}");
    }
}

#[tokio::test]
async fn metadata_is_sent_and_the_protocols_own_names_are_not() {
    let (channel, seen) = keeping();
    for protocol in super::talk::PROTOCOLS {
        let mut request = Request::new(text("a"));
        *request.metadata_mut() = headers(&[
            ("x-a", "1"),
            ("x-a", "2"),
            ("user-agent", "tower-connect/mine"),
            ("content-type", "text/plain"),
            ("content-length", "7"),
            ("te", "x"),
            ("grpc-timeout", "1S"),
            ("connect-protocol-version", "7"),
            ("connection", "close"),
            ("grpc-encoding", "x"),
            ("connect-timeout-ms", "1"),
        ]);
        TalkClient(channel.clone().protocol(protocol)).say(request).await.unwrap_err();
        assert_eq!(seen.lock().unwrap().as_ref().unwrap().headers["user-agent"], "tower-connect/mine");
        let sent = take(&seen).headers;
        assert_eq!(sent.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"], "{protocol}");
        for foreign in ["text/plain", "7", "x", "1S", "close", "1"] {
            assert!(
                sent.iter().all(|(name, value)| name == "x-a"
                    || name == "x-grpc-web"
                    || name == "connect-protocol-version"
                    || value != foreign),
                "{protocol}: {sent:?}"
            );
        }
        assert!(!sent.contains_key("connection") && !sent.contains_key("content-length"), "{protocol}: {sent:?}");
    }
}

#[tokio::test]
async fn what_changes_nothing_can_be_a_get() {
    let (channel, seen) = keeping();
    let channel = channel.http_get(true).timeout(Duration::from_secs(5));
    for (channel, query) in [
        (channel.clone(), "connect=v1&base64=1&encoding=proto&message=CgJoaQ"),
        (channel.clone().json(), "connect=v1&encoding=json&message=%7B%22text%22%3A%22hi%22%7D"),
        (
            channel.clone().send_compression(Compressor::new(&MARK, 0)).compress_min_size(0),
            "connect=v1&base64=1&compression=x-mark&encoding=proto&message=IwoCaGk",
        ),
    ] {
        for _ in 0..2 {
            TalkClient(channel.clone()).look(text("hi")).await.unwrap_err();
            let wire = take(&seen);
            assert_eq!((wire.method, &wire.body[..]), (Method::GET, &b""[..]));
            assert_eq!(wire.uri, format!("http://h:1/prefix/talk.v1.Talk/Look?{query}"));
            let names: Vec<_> = wire.headers.keys().map(http::HeaderName::as_str).collect();
            assert_eq!(names, ["connect-timeout-ms"]);
        }
    }
    // Anything else is a POST: other procedures, other protocols, what is too long, and calls that are not to be.
    let path = "/prefix/talk.v1.Talk/Look?connect=v1&base64=1&encoding=proto&message=CgJoaQ";
    let with = |options| Request::new(text("hi")).with_options(options);
    let client = TalkClient(channel);
    client.look(with(CallOptions::new().http_get_max_url(path.len()))).await.unwrap_err();
    assert_eq!(take(&seen).method, Method::GET);
    for call in [
        client.look(with(CallOptions::new().http_get_max_url(path.len() - 1))),
        client.look(with(CallOptions::new().http_get(false))),
        client.look(with(CallOptions::new().grpc())),
        client.look(with(CallOptions::new().grpc_web())),
        client.say(text("hi")),
    ] {
        call.await.unwrap_err();
        let wire = take(&seen);
        assert_eq!((&wire.method, wire.body.is_empty()), (&Method::POST, false), "{wire:?}");
    }
}
