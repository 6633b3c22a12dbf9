//! Uploads that end too early, too late or more than once.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower_connect::Code;

use crate::client::{Answer, Client, Fed, Form, VERSIONS, full, proto, request};
use crate::raw::{DATA, END_HEADERS, END_STREAM, End, HEADERS, PROTOCOL_ERROR, Raw, block, call, frame};
use crate::soon;
use crate::support::frame as message;
use crate::victim::{ECHO, JOIN, POUR, POURED, REFUSE, SAY, Server, WAIT};

#[tokio::test]
async fn a_call_without_a_body_is_one_without_a_message() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    for (form, path, code) in [
        (Form::Grpc, SAY, 12),
        (Form::Grpc, WAIT, 12),
        (Form::Grpc, POUR, 12),
        (Form::Grpc, JOIN, 0),
        (Form::Grpc, ECHO, 0),
        (Form::Grpc, REFUSE, 7),
    ] {
        let stream = raw.open();
        raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &block(form, path))).await;
        assert_eq!(raw.end(stream).await.grpc_status(), code, "{path}");
        server.handlers(0).await;
    }
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in Form::UNARY {
            // Connect's unary message has no frame, so that nothing at all is an empty one.
            let expected = if form == Form::Connect { None } else { Some(Code::Unimplemented) };
            assert_eq!(client.code(form, SAY, &[], full("")).await, expected, "{form:?}");
        }
        for form in Form::STREAM {
            assert_eq!(client.code(form, POUR, &[], full("")).await, Some(Code::Unimplemented), "{form:?}");
            assert_eq!(client.code(form, JOIN, &[], full("")).await, None, "{form:?}");
        }
        client.goes_on().await;
    }
}

#[tokio::test]
async fn an_upload_that_ends_inside_a_message_is_no_upload() {
    let mut server = Server::start().await;
    let whole = message(&proto("first"));
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in Form::STREAM {
            for cut in 1..whole.len() {
                for path in [JOIN, ECHO] {
                    let body = full(form.wire([&whole, &whole[..cut]].concat()));
                    assert_eq!(client.code(form, path, &[], body).await, Some(Code::Internal), "{form:?} {path} {cut}");
                }
            }
            server.handlers(0).await;
            client.goes_on().await;
        }
    }
}

#[tokio::test]
async fn what_follows_the_message_of_a_unary_call_is_an_error() {
    let server = Server::start().await;
    let whole = message(&proto("first"));
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in &Form::UNARY[1..] {
            for (after, code) in [
                (&whole[..], Code::Unimplemented),
                (b"\0", Code::Internal),
                (b"\0\0\0\0\x01", Code::Internal),
                (b"\x02\0\0\0\x02{}", Code::Internal),
                (b"\x80\0\0\0\x0fgrpc-status: 0\r\n", Code::Internal),
                (b"garbage", Code::Internal),
                (b"\0garbage", Code::ResourceExhausted),
            ] {
                let body = full(form.wire([&whole, after].concat()));
                let got = client.code(*form, SAY, &[], body).await;
                assert_eq!(got, Some(code), "{version:?} {form:?} {}", after.escape_ascii());
            }
            client.goes_on().await;
        }
        // Its message is the whole body: something more makes it another one.
        let code = client.code(Form::Connect, SAY, &[], full([&proto("hi")[..], b"garbage"].concat())).await;
        assert_eq!(code, Some(Code::InvalidArgument));
        client.goes_on().await;
    }
}

#[tokio::test]
async fn an_answer_does_not_wait_for_an_upload_that_it_does_not_need() {
    let mut server = Server::start().await;
    let address = server.address;
    let mut calls = tokio::task::JoinSet::new();
    for version in VERSIONS {
        for form in Form::STREAM {
            calls.spawn(async move {
                let mut client = Client::connect(address, version).await;
                let (upload, body) = Fed::body();
                upload.send(Ok(form.message(&proto("first"), false))).unwrap();
                let head = soon("the head of the answer", client.send(request(form, REFUSE, &[], body))).await.unwrap();
                // On HTTP/1.1 its end waits for the upload, but not for long.
                let answer = soon("the answer", Answer::read(head)).await;
                assert_eq!(answer.code(form), Some(Code::PermissionDenied), "{version:?} {form:?}");
                drop(upload);
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
async fn a_caller_that_has_sent_all_gets_all() {
    let mut server = Server::start().await;
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in Form::STREAM {
            let answer = client.call(form, POUR, &[], full(form.message(&proto("50"), false))).await;
            assert_eq!(answer.code(form), None, "{version:?} {form:?}");
            assert!(answer.body.len() > 50 * POURED);
        }
        client.goes_on().await;
    }
    server.handlers(0).await;
}

/// On HTTP/1.1 it cannot be told from one that has gone away.
#[tokio::test]
async fn a_connection_of_http1_that_is_half_closed_is_closed() {
    let mut server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head =
        format!("POST {WAIT} HTTP/1.1\r\nhost: h\r\ncontent-type: application/proto\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    server.handlers(1).await;
    stream.shutdown().await.unwrap();
    server.handlers(0).await;
    assert_eq!(server.next_end().await, (WAIT.to_owned(), Some(Code::Canceled)));
    let mut answer = Vec::new();
    soon("the end of the connection", stream.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(answer, b"");
}

/// RFC 9113 lets it be an error of the stream or of the connection; h2 takes the second.
#[tokio::test]
async fn data_after_the_end_of_a_stream_ends_the_connection_with_its_calls() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    for count in 1..=2 {
        let stream = raw.open();
        raw.send(&call(stream, Form::Grpc, WAIT, "hi")).await;
        server.handlers(count).await;
    }
    raw.send(&frame(DATA, 0, 1, b"more")).await;
    assert_eq!(raw.end(1).await, End::GoAway(PROTOCOL_ERROR));
    server.handlers(0).await;
    Raw::connect(server.address).await.goes_on().await;
}
