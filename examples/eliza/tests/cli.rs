//! The program as it is called at a command line: what it prints, where, and how it exits.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::future::IntoFuture;
use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use eliza::proto::{
    ConverseRequest, ConverseResponse, ElizaService, ElizaServiceServer, IntroduceRequest, IntroduceResponse,
    SayRequest, SayResponse,
};
use futures::stream;
use support::Eliza;
use tower_connect::{Code, Error, Messages, Request, Response, Result, Streaming};

const ANSWER: &str = "When you feel happy, what do you do with your hands?\n";

fn eliza(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eliza"));
    command.args(args);
    command
}

/// What was printed, and the rest.
fn outcome(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn run(args: &[&str]) -> (Option<i32>, String, String) {
    outcome(eliza(args).output().unwrap())
}

/// Calls her with something to feel happy about.
fn call(url: &str, args: &[&str]) -> (Option<i32>, String, String) {
    run(&[&["call", "I feel happy", "--url", url], args].concat())
}

fn chat(url: &str, args: &[&str], said: &[u8]) -> (Option<i32>, String, String) {
    let mut chat = eliza(&[&["chat", "--url", url], args].concat());
    let mut chat = chat.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    chat.stdin.take().unwrap().write_all(said).unwrap();
    outcome(chat.wait_with_output().unwrap())
}

#[test]
fn a_call_is_made_as_the_switches_have_it() {
    let served = Eliza::start();
    for (args, shown) in [
        ("", &["> POST ", "> content-type: application/proto\n", "< HTTP/1.1 200 OK"][..]),
        ("--json", &["> content-type: application/json\n"]),
        ("--get", &["> GET ", "encoding=proto", "< vary: accept-encoding\n"]),
        ("--get --json", &["> GET ", "&message=%7B%22sentence%22"]),
        ("--gzip", &["> content-encoding: gzip\n"]),
        ("--http2", &["> content-type: application/proto\n", "< HTTP/2.0 200 OK"]),
        ("--grpc", &["> content-type: application/grpc\n", "< HTTP/2.0 200 OK"]),
        ("--grpc --json --gzip", &["> content-type: application/grpc+json\n", "> grpc-encoding: gzip\n"]),
        ("--grpc-web", &["> content-type: application/grpc-web+proto\n", "< HTTP/1.1 200 OK"]),
        ("--grpc-web --json --http2", &["> content-type: application/grpc-web+json\n", "< HTTP/2.0 200 OK"]),
        ("--header x-a:1 -H x-a:2", &["> x-a: 1\n> x-a: 2\n"]),
    ] {
        let args: Vec<_> = args.split_whitespace().collect();
        let quiet = call(&served.url(""), &args);
        assert_eq!(quiet, (Some(0), ANSWER.to_owned(), String::new()), "{args:?}");
        let (code, stdout, stderr) = call(&served.url("/"), &[&args[..], &["-v"]].concat());
        assert_eq!((code, &*stdout), (Some(0), ANSWER), "{args:?}: {stderr}");
        for line in shown {
            assert!(stderr.contains(line), "{args:?}: {line:?} is not in {stderr}");
        }
    }
}

#[test]
fn tls_is_trusted_by_file_and_asks_for_a_certificate() {
    let files = std::env::temp_dir().join(format!("eliza-cli-{}", std::process::id()));
    std::fs::create_dir_all(&files).unwrap();
    let file = |name| files.join(name).into_os_string().into_string().unwrap();
    let (certificate, mutual, caller) = (file("tls.pem"), file("mutual.pem"), file("caller.pem"));
    let served = Eliza::start_with(&["--tls", "--write-cert", &certificate]);
    let asking = Eliza::start_with(&["--tls", "--write-cert", &mutual, "--write-client-cert", &caller]);
    let url = |eliza: &Eliza| format!("https://localhost:{}", eliza.address.rsplit_once(':').unwrap().1);
    let (url, asking_url) = (url(&served), url(&asking));
    for protocol in [&[][..], &["--grpc"], &["--grpc-web"]] {
        let done = call(&url, &[&["--cert", &certificate], protocol].concat());
        assert_eq!(done, (Some(0), ANSWER.to_owned(), String::new()), "{protocol:?}");
        let done = call(&asking_url, &[&["--cert", &mutual, "--client-cert", &caller], protocol].concat());
        assert_eq!(done, (Some(0), ANSWER.to_owned(), String::new()), "{protocol:?}");
    }
    for (url, args, hint) in [
        (&url, &[][..], "hint: --cert names"),
        (&url, &["--cert", &mutual], "hint: --cert names"),
        (&asking_url, &["--cert", &mutual], "by --client-cert"),
        (&served.url(""), &[], "hint: with TLS, the URL begins with https"),
    ] {
        let (code, stdout, stderr) = call(url, args);
        assert_eq!((code, &*stdout), (Some(1), ""), "{url} {args:?}");
        assert!(stderr.starts_with("unavailable: ") && stderr.contains(hint), "{url} {args:?}: {stderr}");
    }
    for (args, said) in [
        (&["--cert", &file("missing.pem")][..], "No such file"),
        (&["--cert", &mutual, "--client-cert", &mutual], "no items found"),
    ] {
        let (code, _, stderr) = call(&url, args);
        assert_eq!(code, Some(1), "{args:?}");
        assert!(stderr.starts_with("invalid_argument: ") && stderr.contains(said), "{args:?}: {stderr}");
    }
    std::fs::remove_dir_all(files).unwrap();
}

#[test]
fn where_nobody_is_there_that_is_said_with_its_causes() {
    // The port is free again, once the listener is gone.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    for args in [&[][..], &["--grpc"], &["--grpc-web", "--http2"]] {
        let (code, stdout, stderr) = call(&url, args);
        assert_eq!((code, &*stdout), (Some(1), ""));
        assert!(stderr.starts_with("unavailable: cannot connect\n"), "{stderr}");
        assert!(stderr.contains("\n  Connection refused"), "{stderr}");
    }
    let (code, stdout, stderr) = chat(&url, &[], b"");
    assert_eq!((code, &*stdout), (Some(1), ""));
    assert!(stderr.starts_with("unavailable: cannot connect\n"), "{stderr}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (args, code, said) in [
        (
            &["call", "x", "--url", "localhost:8080"][..],
            1,
            "invalid_argument: the URL of the server is malformed: it has",
        ),
        (&["call", "x", "--url", "ftp://localhost"], 1, "ftp is not HTTP"),
        (&["call", "x", "--timeout", "2"], 2, "it ends with s, or with ms"),
        (&["call", "x", "--timeout", "soon"], 2, "it begins with a number"),
        (&["call", "x", "-H", "x"], 2, "there is no colon"),
        (&["call", "x", "-H", "a b: c"], 2, "invalid HTTP header name"),
        (&["call", "x", "--grpc", "--grpc-web"], 2, "cannot be used with"),
        (&["call", "x", "--get", "--grpc"], 2, "cannot be used with"),
        (&["call", "x", "--client-cert", "x.pem"], 2, "--cert <FILE>"),
        (&["call"], 2, "<SENTENCE>"),
        (&["--tls", "call", "x"], 2, "cannot be used with"),
    ] {
        let outcome = run(args);
        assert_eq!(outcome.0, Some(code), "{args:?}: {outcome:?}");
        assert!(outcome.1.is_empty() && outcome.2.contains(said), "{args:?}: {outcome:?}");
    }
}

#[test]
fn an_introduction_is_printed_as_it_comes() {
    let served = Eliza::start();
    let mut introduce = eliza(&["introduce", "Ada", "--url", &served.url("")]);
    let mut introduce = introduce.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = introduce.stdout.take().unwrap();
    let mut buffer = [0; 1000];
    let first = stdout.read(&mut buffer).unwrap();
    assert_eq!(&buffer[..first], b"Hello, Ada. My name is Eliza.\n");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.lines().count(), 3, "{rest}");
    assert!(introduce.wait().unwrap().success());
}

#[test]
fn a_chat_goes_on_until_its_input_ends_or_she_says_goodbye() {
    let served = Eliza::start();
    let url = served.url("");
    for args in [&[][..], &["--grpc"], &["--grpc-web"], &["--json"], &["--grpc", "--gzip", "--json"]] {
        let (code, stdout, stderr) = chat(&url, args, b"My mother never listens to me\nhm");
        assert_eq!((code, &*stderr), (Some(0), ""), "{args:?}");
        let answers: Vec<_> = stdout.lines().collect();
        assert!(answers.len() == 2 && answers.iter().all(|answer| answer.contains("mother")), "{args:?}: {stdout}");

        let (code, stdout, stderr) = chat(&url, args, b"hello\ngoodbye\nmore\n");
        assert_eq!((code, &*stderr), (Some(0), ""), "{args:?}");
        assert_eq!(stdout.lines().count(), 2, "{args:?}: {stdout}");
    }
    assert_eq!(chat(&url, &[], b""), (Some(0), String::new(), String::new()));
    let (code, _, stderr) = chat(&url, &[], b"hello\n\xff\n");
    assert_eq!((code, stderr.lines().next()), (Some(1), Some("invalid_argument: what is said cannot be read")));
}

/// Answers are there before more is said, and goodbye ends it with the input still open.
#[test]
fn a_chat_takes_turns() {
    let served = Eliza::start();
    let mut chat = eliza(&["chat", "--url", &served.url("")]);
    let mut chat = chat.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (chat.stdin.take().unwrap(), chat.stdout.take().unwrap());
    let mut buffer = [0; 1000];
    for said in ["hello\n", "goodbye\n"] {
        stdin.write_all(said.as_bytes()).unwrap();
        let len = stdout.read(&mut buffer).unwrap();
        assert!(len > 0 && buffer[..len].ends_with(b"\n"), "{said}");
    }
    assert!(chat.wait().unwrap().success());
    drop(stdin);
}

/// Has no time for anybody.
struct Busy;

impl ElizaService for Busy {
    async fn say(&self, _: Request<SayRequest>) -> Result<Response<SayResponse>> {
        std::future::pending().await
    }

    async fn converse(
        &self,
        said: Request<Streaming<ConverseRequest>>,
    ) -> Result<Response<Messages<ConverseResponse>>> {
        let mut said = said.into_message();
        said.message().await?;
        let trailers = [("x-back-at".parse().unwrap(), "five".parse().unwrap())].into_iter().collect();
        let called_away = Error::new(Code::Aborted, "somebody is at the door").with_trailers(trailers);
        let answers = [Ok(ConverseResponse { sentence: "One moment.".to_owned() }), Err(called_away)];
        Ok(Messages::new(stream::iter(answers)).into())
    }

    async fn introduce(&self, _: Request<IntroduceRequest>) -> Result<Response<Messages<IntroduceResponse>>> {
        Err(Error::new(Code::ResourceExhausted, "not again"))
    }
}

async fn busy() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(tower_connect::serve(listener, ElizaServiceServer::new(Busy).into_router()).into_future());
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_takes_no_longer_than_it_may() {
    let url = busy().await;
    for protocol in ["--json", "--grpc", "--grpc-web"] {
        let begin = Instant::now();
        let (code, stdout, stderr) = call(&url, &["--timeout", "100ms", protocol]);
        assert_eq!((code, &*stdout), (Some(1), ""), "{protocol}");
        assert!(stderr.starts_with("deadline_exceeded: "), "{protocol}: {stderr}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{protocol}: {:?}", begin.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_hers_are_shown_as_they_are() {
    let url = busy().await;
    for protocol in ["--json", "--grpc", "--grpc-web"] {
        let (code, stdout, stderr) = run(&["introduce", "--url", &url, protocol]);
        assert_eq!((code, &*stdout, &*stderr), (Some(1), "", "resource_exhausted: not again\n"), "{protocol}");

        // The input stays open: it is she who ends the chat.
        let mut chat = eliza(&["chat", "--url", &url, protocol, "-v"]);
        let mut chat = chat.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = chat.stdin.take().unwrap();
        stdin.write_all(b"hello\n").unwrap();
        let (code, stdout, stderr) = outcome(chat.wait_with_output().unwrap());
        drop(stdin);
        assert_eq!((code, &*stdout), (Some(1), "One moment.\n"), "{protocol}: {stderr}");
        assert!(stderr.ends_with("\n< x-back-at: five\naborted: somebody is at the door\n"), "{protocol}: {stderr}");
    }
}
