//! Over real sockets: both versions of HTTP on one port, connections that survive bad input, and an end that always comes.

#![cfg(all(feature = "axum", feature = "serve"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use support::frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower_connect::RpcLayer;

const SAY: &str = "/demo.v1.Demo/Say";

/// A running server; it is asked to stop by `stop`, and `done` tells when it has.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

impl Server {
    async fn start(drain_timeout: Duration) -> Self {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "late"
        };
        let app = tower_connect::axum::router(support::Demo, &RpcLayer::new())
            .route("/slow", axum::routing::get(slow))
            .route("/refuse", axum::routing::post(|| async { (http::StatusCode::UNAUTHORIZED, "who are you?") }))
            .route("/nothing", axum::routing::post(|| async { http::StatusCode::NO_CONTENT }))
            .route("/upgrade", axum::routing::get(upgrade))
            .route("/count", axum::routing::post(|body: Bytes| async move { body.len().to_string() }))
            .route("/never", axum::routing::get(std::future::pending::<()>));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serve = tower_connect::serve(listener, app).drain_timeout(drain_timeout);
        let stopped = async { drop(stopped.await) };
        let done = tokio::spawn(async move { serve.with_graceful_shutdown(stopped).await });
        Self { address, stop, done }
    }

    async fn connect(&self, version: Version) -> Client {
        let stream = TokioIo::new(TcpStream::connect(self.address).await.unwrap());
        if version == Version::HTTP_2 {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
            tokio::spawn(connection);
            Client::Http2(sender)
        } else {
            let (sender, connection) = http1::handshake(stream).await.unwrap();
            tokio::spawn(connection);
            Client::Http1(sender)
        }
    }

    async fn stop(self) -> Duration {
        let started = Instant::now();
        self.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(20), self.done).await.expect("the server ends").unwrap();
        started.elapsed()
    }
}

enum Client {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Client {
    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Http2(sender) => sender.send_request(request).await,
        }
    }

    async fn post(&mut self, content_type: &str, body: impl Into<Bytes>) -> (u16, Bytes, HeaderMap) {
        let request = Request::post(format!("http://localhost{SAY}"))
            .header("host", "localhost")
            .header("content-type", content_type)
            .header("te", "trailers")
            .body(Full::new(body.into()))
            .unwrap();
        read(self.send(request).await.unwrap()).await
    }

    fn get(&mut self, path: &str) -> impl Future<Output = hyper::Result<Response<Incoming>>> {
        let request = Request::get(format!("http://localhost{path}")).header("host", "localhost");
        self.send(request.body(Full::default()).unwrap())
    }
}

/// Says back whatever comes on an upgraded connection.
async fn upgrade(request: axum::extract::Request) -> impl axum::response::IntoResponse {
    tokio::spawn(async move {
        let upgraded = TokioIo::new(hyper::upgrade::on(request).await.unwrap());
        let (mut reader, mut writer) = tokio::io::split(upgraded);
        // It ends with the connection.
        let _ = tokio::io::copy(&mut reader, &mut writer).await;
    });
    (http::StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "echo")])
}

/// Status, body, and the trailers or else the head.
async fn read(response: Response<Incoming>) -> (u16, Bytes, HeaderMap) {
    let (head, body) = response.into_parts();
    let collected = body.collect().await.unwrap();
    let trailers = collected.trailers().cloned().unwrap_or(head.headers);
    (head.status.as_u16(), collected.to_bytes(), trailers)
}

#[tokio::test]
async fn both_protocols_answer_on_both_versions_of_http() {
    let server = Server::start(Duration::from_secs(5)).await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let mut client = server.connect(version).await;
        let (status, body, _) = client.post("application/json", r#"{"text":"hi"}"#).await;
        assert_eq!((status, &body[..]), (200, &br#"{"text":"hi"}"#[..]), "{version:?}");
        let (status, body, trailers) = client.post("application/grpc", frame(b"\x0a\x02hi")).await;
        assert_eq!((status, &body[..]), (200, &frame(b"\x0a\x02hi")[..]), "{version:?}");
        assert_eq!(trailers["grpc-status"], "0");
    }
}

#[tokio::test]
async fn a_connection_survives_bad_input() {
    let server = Server::start(Duration::from_secs(5)).await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let mut client = server.connect(version).await;
        let (status, _, _) = client.post("application/json", "{").await;
        assert_eq!(status, 400);
        let (status, _, _) = client.post("image/jpeg", "").await;
        assert_eq!(status, 415);
        let (_, _, trailers) = client.post("application/grpc", b"\0\0\0\0\x09short".to_vec()).await;
        assert_eq!(trailers["grpc-status"], "13");
        let (_, _, trailers) = client.post("application/grpc", b"\xff\xff\xff\xff\xff".to_vec()).await;
        assert_eq!(trailers["grpc-status"], "13");
        let (_, _, trailers) = client.post("application/grpc", b"\0\xff\xff\xff\xff".to_vec()).await;
        assert_eq!(trailers["grpc-status"], "8");
        let (status, body, _) = client.post("application/json", r#"{"text":"still here"}"#).await;
        assert_eq!((status, &body[..]), (200, &br#"{"text":"still here"}"#[..]), "{version:?}");
    }
}

#[tokio::test]
async fn a_message_over_the_limit_is_told_before_it_has_come() {
    let server = Server::start(Duration::from_secs(5)).await;
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let mut client = server.connect(version).await;
        let (status, body, _) = client.post("application/proto", vec![0; 5 << 20]).await;
        assert_eq!(status, 429, "{version:?}");
        assert!(body.starts_with(br#"{"code":"resource_exhausted""#));
        let mut client = if version == Version::HTTP_2 { client } else { server.connect(version).await };
        let (status, _, trailers) = client.post("application/grpc", frame(&vec![0; 5 << 20])).await;
        assert_eq!((status, trailers["grpc-status"].as_bytes()), (200, &b"8"[..]), "{version:?}");
        if version == Version::HTTP_2 {
            assert_eq!(client.post("application/json", "{}").await.0, 200);
        }
    }
}

/// What a server writes on a connection, read until it says `marker`.
async fn read_until(stream: &mut TcpStream, marker: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(marker) {
        let mut buf = [0; 4096];
        match tokio::time::timeout(Duration::from_secs(10), stream.read(&mut buf)).await.expect("an answer") {
            Ok(0) | Err(_) => break,
            Ok(count) => read.extend_from_slice(&buf[..count]),
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn a_caller_that_is_still_sending_gets_its_answer_and_keeps_its_connection() {
    let server = Server::start(Duration::from_secs(5)).await;
    for (path, content_type, status) in [
        (SAY, "text/plain", "415"),
        (SAY, "application/grpc", "505"),
        (SAY, "application/json", "400"),
        ("/nowhere", "text/plain", "404"),
        ("/refuse", "text/plain", "401"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        // In every one of them the head is wrong already.
        let timeout = if content_type == "application/json" { "connect-timeout-ms: x\r\n" } else { "" };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: h\r\ncontent-type: {content_type}\r\n{timeout}content-length: 1000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        if status == "505" {
            continue;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        stream.write_all(&[b' '; 1000]).await.unwrap();
        let next = format!(
            "POST {SAY} HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        stream.write_all(next.as_bytes()).await.unwrap();
        let answer = read_until(&mut stream, "HTTP/1.1 200").await;
        assert!(answer.contains("HTTP/1.1 200"), "{path} {content_type}: {answer}");
    }
}

#[tokio::test]
async fn a_connection_that_closes_after_an_answer_says_so() {
    let server = Server::start(Duration::from_secs(5)).await;
    let lengths =
        [("content-length: 262144", false), ("content-length: 262145", true), ("transfer-encoding: chunked", true)];
    for (path, (length, closes)) in [SAY, "/refuse"].into_iter().flat_map(|path| lengths.map(|length| (path, length))) {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: h\r\ncontent-type: text/plain\r\n{length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert_eq!(answer.contains("connection: close"), closes, "{path} {length}: {answer}");
    }
}

#[tokio::test]
async fn a_caller_that_never_stops_sending_is_cut_off_after_its_answer() {
    let server = Server::start(Duration::from_secs(5)).await;
    // One sends more than anybody wants to read, the other stops in the middle.
    for more in [512 << 10, 0] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head =
            format!("POST {SAY} HTTP/1.1\r\nhost: h\r\ncontent-type: text/plain\r\ncontent-length: 9999999\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 415"), "{answer}");
        let started = Instant::now();
        // The server may close while this is written.
        let _ = stream.write_all(&vec![b' '; more]).await;
        read_until(&mut stream, "no such text").await;
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn an_upload_that_is_no_text_of_grpc_web_does_not_cost_the_connection() {
    let server = Server::start(Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST {SAY} HTTP/1.1\r\nhost: h\r\ncontent-type: application/grpc-web-text\r\ncontent-length: 200000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'!'; 200_000]).await.unwrap();
    let next =
        format!("POST {SAY} HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}");
    stream.write_all(next.as_bytes()).await.unwrap();
    let answers = read_until(&mut stream, r#"{"text":""}"#).await;
    assert!(answers.contains("the body is not base64"), "{answers}");
    assert!(!answers.contains("connection: close") && answers.contains(r#"{"text":""}"#), "{answers}");
}

#[tokio::test]
async fn a_chunked_upload_that_is_read_keeps_the_connection() {
    let server = Server::start(Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for (path, answer) in [(SAY, r#"{"text":""}"#), ("/count", "2"), (SAY, r#"{"text":""}"#)] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let answered = read_until(&mut stream, answer).await;
        assert!(answered.contains("content-length") && answered.ends_with(answer), "{path}: {answered}");
        assert!(!answered.contains("connection: close"), "{path}: {answered}");
    }
}

#[tokio::test]
async fn an_answer_without_a_body_closes_only_if_the_upload_has_not_come() {
    let server = Server::start(Duration::from_secs(5)).await;
    for (in_time, body) in [(true, "{}"), (false, "")] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = format!("POST /nothing HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = read_until(&mut stream, "\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        assert_eq!(answer.contains("connection: close"), !in_time, "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_gives_no_sign_of_life_is_let_go() {
    let server = Server::start(Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let started = tokio::time::Instant::now();
    // The preface, and a frame of settings without any.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut said = Vec::new();
    // It ends with an error or without.
    let _ = stream.read_to_end(&mut said).await;
    let took = started.elapsed();
    assert!((Duration::from_secs(60)..Duration::from_secs(120)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_connection_can_be_upgraded() {
    let server = Server::start(Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = "GET /upgrade HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = read_until(&mut stream, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    stream.write_all(b"no HTTP any more").await.unwrap();
    assert_eq!(read_until(&mut stream, "more").await, "no HTTP any more");
}

#[tokio::test]
async fn an_upload_that_is_read_leaves_the_answer_as_it_is() {
    let server = Server::start(Duration::from_secs(5)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..2 {
        let head = "POST /count HTTP/1.1\r\nhost: h\r\ncontent-length: 300000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 300_000]).await.unwrap();
        let answer = read_until(&mut stream, "300000").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("content-length: 6"), "{answer}");
        assert!(!answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn a_stop_waits_for_the_calls_in_flight() {
    let server = Server::start(Duration::from_secs(10)).await;
    let mut http1 = server.connect(Version::HTTP_11).await;
    let mut http2 = server.connect(Version::HTTP_2).await;
    let address = server.address;
    let calls = tokio::spawn(async move {
        let (one, two) = tokio::join!(http1.get("/slow"), http2.get("/slow"));
        [read(one.unwrap()).await.1, read(two.unwrap()).await.1]
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let took = server.stop().await;
    assert_eq!(calls.await.unwrap(), ["late", "late"]);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_peers_that_do_nothing() {
    let server = Server::start(Duration::from_secs(10)).await;
    let _silent = TcpStream::connect(server.address).await.unwrap();
    let mut half_a_preface = TcpStream::connect(server.address).await.unwrap();
    half_a_preface.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    let mut idle = server.connect(Version::HTTP_11).await;
    assert_eq!(idle.post("application/json", "{}").await.0, 200);
    let mut idle2 = server.connect(Version::HTTP_2).await;
    assert_eq!(idle2.post("application/json", "{}").await.0, 200);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let took = server.stop().await;
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn what_does_not_end_is_cut_off() {
    let server = Server::start(Duration::from_millis(200)).await;
    let mut client = server.connect(Version::HTTP_2).await;
    let call = tokio::spawn(async move { client.get("/never").await.is_err() });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let took = server.stop().await;
    assert!((Duration::from_millis(200)..Duration::from_secs(5)).contains(&took), "{took:?}");
    assert!(call.await.unwrap());
}

#[tokio::test]
async fn garbage_is_answered_and_harms_nobody() {
    let server = Server::start(Duration::from_secs(5)).await;
    let mut garbage = TcpStream::connect(server.address).await.unwrap();
    garbage.write_all(b"\x16\x03\x01 this is no HTTP\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    garbage.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400"), "{}", answer.escape_ascii());
    assert_eq!(server.connect(Version::HTTP_11).await.post("application/json", "{}").await.0, 200);
}
