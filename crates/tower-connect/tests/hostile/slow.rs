//! Peers that take their time, or all of it.

use std::time::Duration;

use http::Version;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower_connect::Code;

use crate::client::{Answer, Client, Fed, Form, VERSIONS, full, proto, request};
use crate::raw::{HEADERS, PREFACE, SETTINGS, frame};
use crate::soon;
use crate::victim::{ECHO, IGNORE, JOIN, SAY, Server, WAIT};

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_a_body() {
    let server = Server::start().await;
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in Form::UNARY {
            let (upload, body) = Fed::body();
            let message = form.message(&proto("slowly"), false);
            let feed = async {
                for at in 0..message.len() {
                    upload.send(Ok(message.slice(at..=at))).unwrap();
                    tokio::task::yield_now().await;
                }
                drop(upload);
            };
            let (answer, ()) = tokio::join!(client.call(form, SAY, &[], body), feed);
            assert_eq!(answer.code(form), None, "{version:?} {form:?}");
        }
    }
}

#[tokio::test]
async fn a_deadline_ends_a_call_whose_body_comes_too_slowly() {
    let mut server = Server::start().await;
    let mut calls = tokio::task::JoinSet::new();
    for version in VERSIONS {
        let unary = Form::UNARY.map(|form| (form, SAY));
        let streams = [JOIN, ECHO, IGNORE].map(|path| Form::STREAM.map(|form| (form, path)));
        for (form, path) in unary.into_iter().chain(streams.into_iter().flatten()) {
            let address = server.address;
            calls.spawn(async move {
                let mut client = Client::connect(address, version).await;
                let (upload, body) = Fed::body();
                let (name, timeout) = form.timeout(200);
                let feed = tokio::spawn(async move {
                    // A message that is never whole.
                    let mut message = form.wire([vec![0, 0, 1, 0, 0], vec![0; 1 << 16]].concat());
                    while upload.send(Ok(message.split_to(1))).is_ok() {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                });
                let head = client.send(request(form, path, &[(name, &timeout)], body));
                let head = soon("the head", head).await.unwrap();
                let read = soon("the answer", Answer::read(head)).await;
                assert_eq!(read.code(form), Some(Code::DeadlineExceeded), "{version:?} {form:?} {path}");
                feed.abort();
                client.goes_on().await;
            });
        }
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    server.handlers(0).await;
}

#[tokio::test]
async fn a_deadline_ends_a_call_whose_body_stops() {
    let mut server = Server::start().await;
    let mut calls = tokio::task::JoinSet::new();
    for version in VERSIONS {
        let unary = [SAY, WAIT].map(|path| Form::UNARY.map(|form| (form, path)));
        let streams = [JOIN, ECHO, IGNORE].map(|path| Form::STREAM.map(|form| (form, path)));
        for (form, path) in unary.into_iter().chain(streams).flatten() {
            let address = server.address;
            calls.spawn(async move {
                let mut client = Client::connect(address, version).await;
                let (name, timeout) = form.timeout(100);
                let (_upload, fed) = Fed::body();
                let body = if path == WAIT { full(form.message(&proto("hi"), false)) } else { fed };
                let code = client.code(form, path, &[(name, &timeout)], body).await;
                assert_eq!(code, Some(Code::DeadlineExceeded), "{version:?} {form:?} {path}");
                client.goes_on().await;
            });
        }
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    server.handlers(0).await;
}

/// What a server says to these bytes, and after what time it closes. The clock jumps when there is nothing to do but to wait.
async fn closes(server: &Server, bytes: &[u8]) -> (Vec<u8>, Duration) {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let (started, mut answer) = (Instant::now(), Vec::new());
    let reading = tokio::time::timeout(Duration::from_secs(3600), stream.read_to_end(&mut answer)).await;
    // To be reset is as good as to be closed.
    let _ = reading.expect("it is never closed");
    (answer, started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_says_nothing_is_closed() {
    let server = Server::start().await;
    let settings = frame(SETTINGS, 0, 0, b"");
    for silence in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", PREFACE, &[PREFACE, &settings[..8]].concat()] {
        let (_, took) = closes(&server, silence).await;
        assert!(took <= Duration::from_secs(60), "{} {took:?}", silence.escape_ascii());
        assert!(took >= Duration::from_secs(5), "{} {took:?}", silence.escape_ascii());
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_on_http1_that_is_never_whole_is_given_up() {
    let server = Server::start().await;
    for part in ["G", "POST ", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nhost: h\r\nx: "] {
        let (_, took) = closes(&server, part.as_bytes()).await;
        assert!((Duration::from_secs(5)..=Duration::from_secs(60)).contains(&took), "{part:?} {took:?}");
    }
}

/// Each byte in time, and the head never.
#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_is_given_up_as_well() {
    let server = Server::start().await;
    for head in [
        format!("POST {SAY} HTTP/1.1\r\nhost: h\r\nx: {}", "x".repeat(1000)).into_bytes(),
        [PREFACE, &frame(HEADERS, 0, 1, &[0; 100])].concat(),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let started = Instant::now();
        let mut discarded = [0; 1024];
        for byte in head {
            if stream.write_all(&[byte]).await.is_err() {
                break;
            }
            // A second, or the end.
            if let Ok(Ok(0) | Err(_)) = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut discarded)).await
            {
                break;
            }
        }
        let took = started.elapsed();
        assert!((Duration::from_secs(5)..=Duration::from_secs(60)).contains(&took), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_of_http1_that_is_idle_after_a_call_is_closed() {
    let server = Server::start().await;
    let call =
        format!("POST {SAY} HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}");
    let (answer, took) = closes(&server, call.as_bytes()).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", answer.escape_ascii());
    assert!((Duration::from_secs(5)..=Duration::from_secs(60)).contains(&took), "{took:?}");
    Client::connect(server.address, Version::HTTP_2).await.goes_on().await;
}
