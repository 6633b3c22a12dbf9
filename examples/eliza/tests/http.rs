//! What the issue of a bug would show: requests as curl sends them, to the program itself, on both versions of HTTP.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use support::Eliza;
use tokio::net::TcpStream;

const SAY: &str = "/connectrpc.eliza.v1.ElizaService/Say";

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    trailers: Option<http::HeaderMap>,
    body: Bytes,
}

async fn send(eliza: &Eliza, version: Version, method: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
    let (head, body) = open(eliza, version, method, path, content_type, body).await.into_parts();
    let body = body.collect().await.unwrap();
    let trailers = body.trailers().cloned();
    Answer { status: head.status.as_u16(), headers: head.headers, trailers, body: body.to_bytes() }
}

/// Sends a request, and leaves the body of the answer to be read.
async fn open(
    eliza: &Eliza,
    version: Version,
    method: &str,
    path: &str,
    content_type: &str,
    body: &[u8],
) -> Response<hyper::body::Incoming> {
    let request = Request::builder()
        .method(method)
        .uri(eliza.url(path))
        .header("host", &eliza.address)
        .header("content-type", content_type)
        .header("te", "trailers")
        .body(Full::new(Bytes::copy_from_slice(body)))
        .unwrap();
    let stream = TokioIo::new(TcpStream::connect(&eliza.address).await.unwrap());
    let response: Response<hyper::body::Incoming> = if version == Version::HTTP_2 {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    assert_eq!(response.version(), version);
    response
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn say_answers_in_every_protocol_on_every_version() {
    let eliza = Eliza::start();
    let request = eliza::proto::SayRequest { sentence: "I feel happy".to_owned() };
    let binary = request.encode_to_vec();
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let answer = send(&eliza, version, "POST", SAY, "application/json", br#"{"sentence":"I feel happy"}"#).await;
        let expected = json(&answer)["sentence"].as_str().unwrap().to_owned();
        assert!(expected.contains("happy"), "{expected}");
        assert_eq!((answer.status, answer.headers["content-type"].as_bytes()), (200, &b"application/json"[..]));

        let answer = send(&eliza, version, "POST", SAY, "application/proto", &binary).await;
        assert_eq!(eliza::proto::SayResponse::decode(answer.body).unwrap().sentence, expected);

        let framed = [&[0, 0, 0, 0, 14][..], &binary].concat();
        let answer = send(&eliza, version, "POST", SAY, "application/grpc", &framed).await;
        assert_eq!(eliza::proto::SayResponse::decode(answer.body.slice(5..)).unwrap().sentence, expected);
        assert_eq!(answer.trailers.unwrap()["grpc-status"], "0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_answered_as_specified() {
    let eliza = Eliza::start();
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let answer = send(&eliza, version, "PUT", SAY, "application/json", b"").await;
        assert_eq!((answer.status, answer.headers["allow"].as_bytes(), answer.body.len()), (405, &b"GET, POST"[..], 0));
        let answer = send(&eliza, version, "POST", SAY, "text/plain", b"hi").await;
        assert_eq!((answer.status, answer.headers.contains_key("accept-post"), answer.body.len()), (415, true, 0));
        let answer = send(&eliza, version, "POST", SAY, "application/json", b"{").await;
        assert_eq!((answer.status, json(&answer)["code"].as_str()), (400, Some("invalid_argument")));
        let path = "/connectrpc.eliza.v1.ElizaService/Shout";
        let answer = send(&eliza, version, "POST", path, "application/json", b"{}").await;
        assert_eq!((answer.status, json(&answer)["code"].as_str()), (404, Some("unimplemented")));
        let answer = send(&eliza, version, "POST", "/other.Service/Say", "application/json", b"{}").await;
        assert_eq!(answer.status, 404);
    }
}

/// Frames on the wire.
fn framed(messages: &[impl Message]) -> Vec<u8> {
    let mut wire = Vec::new();
    for message in messages {
        wire.push(0);
        wire.extend(u32::try_from(message.encoded_len()).unwrap().to_be_bytes());
        wire.extend(message.encode_to_vec());
    }
    wire
}

/// The sentences of a stream of replies, which all have the same field; frames with other flags are left out.
fn sentences(mut body: Bytes) -> Vec<String> {
    let mut sentences = Vec::new();
    while body.len() >= 5 {
        let len = u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize;
        let frame = body.split_to(5 + len);
        if frame[0] == 0 {
            sentences.push(eliza::proto::SayResponse::decode(frame.slice(5..)).unwrap().sentence);
        }
    }
    sentences
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_answer_in_every_protocol_on_every_version() {
    let eliza = Eliza::start();
    let said = ["My mother never listens to me", "hm", "goodbye", "more"];
    let said = said.map(|sentence| eliza::proto::ConverseRequest { sentence: sentence.to_owned() });
    let ada = [eliza::proto::IntroduceRequest { name: "Ada".to_owned() }];
    for version in [Version::HTTP_11, Version::HTTP_2] {
        for content_type in ["application/connect+proto", "application/grpc"] {
            let path = "/connectrpc.eliza.v1.ElizaService/Converse";
            let answer = send(&eliza, version, "POST", path, content_type, &framed(&said)).await;
            let replies = sentences(answer.body);
            assert_eq!(replies.len(), 3, "nothing follows a goodbye: {replies:?}");
            assert!(replies[1].contains("mother"), "what was said is remembered: {replies:?}");
            let path = "/connectrpc.eliza.v1.ElizaService/Introduce";
            let answer = send(&eliza, version, "POST", path, content_type, &framed(&ada)).await;
            if let Some(trailers) = &answer.trailers {
                assert_eq!(trailers["grpc-status"], "0");
            } else {
                assert!(answer.body.ends_with(b"\x02\0\0\0\x02{}"), "{:?}", answer.body);
            }
            let introduction = sentences(answer.body);
            assert!(introduction.len() >= 3 && introduction[0].contains("Ada"), "{introduction:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_read_as_it_is_produced() {
    let eliza = Eliza::start();
    let ada = framed(&[eliza::proto::IntroduceRequest { name: "Ada".to_owned() }]);
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let path = "/connectrpc.eliza.v1.ElizaService/Introduce";
        let mut body = open(&eliza, version, "POST", path, "application/connect+proto", &ada).await.into_body();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let first_came = Instant::now();
        assert_eq!(sentences(first).len(), 1, "one at a time");
        while let Some(frame) = body.frame().await {
            frame.unwrap();
        }
        // Three pauses of 200 ms lie between the first and the last.
        let took = first_came.elapsed();
        assert!(took >= Duration::from_millis(500), "{took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_leaves_the_version_to_the_caller() {
    let certificate = std::env::temp_dir().join(format!("eliza-test-{}.pem", std::process::id()));
    let eliza = Eliza::start_with(&["--tls", "--write-cert", certificate.to_str().unwrap()]);
    let mut roots = rustls::RootCertStore::empty();
    let certificates =
        <rustls::pki_types::CertificateDer<'_> as rustls::pki_types::pem::PemObject>::pem_file_iter(&certificate);
    roots.add(certificates.unwrap().next().unwrap().unwrap()).unwrap();
    std::fs::remove_file(certificate).unwrap();
    for (offered, chosen) in [(&["h2", "http/1.1"][..], "h2"), (&["http/1.1"], "http/1.1")] {
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = config.unwrap().with_root_certificates(roots.clone()).with_no_client_auth();
        config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
        let stream = TcpStream::connect(&eliza.address).await.unwrap();
        let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
        let stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(chosen.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rest_and_the_page_are_next_door() {
    let eliza = Eliza::start();
    let health = send(&eliza, Version::HTTP_11, "GET", "/healthz", "", b"").await;
    assert_eq!((health.status, &health.body[..]), (200, &b"ok"[..]));
    let page = send(&eliza, Version::HTTP_11, "GET", "/", "", b"").await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.body.windows(SAY.len()).any(|window| window == SAY.as_bytes()));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_and_every_call_has_a_line_in_the_log() {
    for signal in ["INT", "TERM"] {
        let eliza = Eliza::start();
        send(&eliza, Version::HTTP_11, "POST", SAY, "application/json", b"{}").await;
        send(&eliza, Version::HTTP_2, "POST", SAY, "application/grpc", b"").await;
        let (code, log) = eliza.stop(signal);
        assert_eq!(code, Some(0), "{log}");
        let calls: Vec<_> = log.lines().filter(|line| line.contains(SAY)).collect();
        assert_eq!(calls.len(), 2, "{log}");
        assert!(calls[0].contains("Say connect ok "), "{log}");
        assert!(calls[1].contains("Say grpc unimplemented "), "{log}");
    }
}

#[test]
fn help_names_the_options_and_a_bad_address_is_an_error() {
    let eliza = || std::process::Command::new(env!("CARGO_BIN_EXE_eliza"));
    let help = eliza().arg("--help").output().unwrap();
    assert!(help.status.success());
    assert!(String::from_utf8(help.stdout).unwrap().contains("--listen <ADDR>"));
    let bad = eliza().args(["--listen", "not an address"]).output().unwrap();
    assert!(!bad.status.success());
    assert!(String::from_utf8(bad.stderr).unwrap().contains("not an address"));
}
