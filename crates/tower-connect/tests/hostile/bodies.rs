//! Bodies that never end, and handlers that do not read them.

use std::sync::atomic::Ordering;

use http::Version;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower_connect::Code;

use crate::client::{Client, Endless, Form, VERSIONS, proto, request};
use crate::raw::{
    CANCEL, DATA, END_HEADERS, End, FLOW_CONTROL_ERROR, HEADERS, Raw, WINDOW_UPDATE, block, field, frame, head, reset,
};
use crate::support::frame as message;
use crate::victim::{ECHO, IGNORE, JOIN, SAY, Server};
use crate::{peak, soon};

/// What may be on its way when an answer comes: the limit, the windows, and what the kernel holds at both ends.
const ON_ITS_WAY: u64 = 32 << 20;

#[tokio::test]
async fn a_unary_body_without_end_is_answered_all_the_same() {
    let server = Server::start().await;
    for version in VERSIONS {
        for (form, piece, code) in [
            (Form::Connect, vec![0; 16 << 10], Code::ResourceExhausted),
            // Empty messages, of which one would do.
            (Form::Grpc, vec![0; 16 << 10], Code::Unimplemented),
            (Form::GrpcWeb, vec![0; 16 << 10], Code::Unimplemented),
            (Form::GrpcWebText, b"AA==".repeat(4 << 10), Code::Unimplemented),
            (Form::GrpcWebText, b"====".repeat(4 << 10), Code::InvalidArgument),
        ] {
            let mut client = Client::connect(server.address, version).await;
            let (body, taken) = Endless::body(piece);
            assert_eq!(client.code(form, SAY, &[], body).await, Some(code), "{version:?} {form:?}");
            let taken = taken.load(Ordering::Relaxed);
            println!("{version:?} {form:?} {code:?}: {taken} bytes");
            assert!(taken < ON_ITS_WAY, "{version:?} {form:?}: {taken}");
            client.goes_on().await;
        }
    }
}

#[tokio::test]
async fn an_announced_length_over_the_limit_is_answered_before_anything_has_come() {
    let server = Server::start().await;
    let length = (10_u64 << 30).to_string();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST {SAY} HTTP/1.1\r\nhost: h\r\ncontent-type: application/proto\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    soon("the end of the connection", stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("connection: close"), "{answer}");

    let mut raw = Raw::connect(server.address).await;
    let stream = raw.open();
    let mut headers = block(Form::Connect, SAY);
    headers.extend(field(b"content-length", length.as_bytes()));
    raw.send(&frame(HEADERS, END_HEADERS, stream, &headers)).await;
    let End::Answered { data, .. } = raw.end(stream).await else { panic!("an answer") };
    assert!(data.starts_with(br#"{"code":"resource_exhausted""#));
    raw.goes_on().await;
}

#[tokio::test]
async fn a_handler_that_does_not_read_stops_its_caller_and_nobody_else() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    let stream = raw.open();
    raw.send(&head(stream, Form::Grpc, IGNORE)).await;
    server.handlers(1).await;
    // The whole window of the stream, which is 1 MiB.
    for _ in 0..64 {
        raw.send(&frame(DATA, 0, stream, &[0; 16 << 10])).await;
    }
    let opaque = [1; 8];
    raw.send(&frame(crate::raw::PING, 0, 0, &opaque)).await;
    loop {
        let frame = raw.frame().await.unwrap();
        assert!((frame.kind, frame.stream) != (WINDOW_UPDATE, stream), "the window opens, and nobody has read");
        if frame.payload == opaque {
            break;
        }
    }
    raw.goes_on().await;
    // Who does not keep to the window loses the stream and not the connection.
    raw.send(&frame(DATA, 0, stream, b"x")).await;
    assert_eq!(raw.end(stream).await, End::Reset(FLOW_CONTROL_ERROR));
    server.handlers(0).await;
    assert_eq!(server.next_end().await.1, None);
    assert_eq!(server.next_end().await, (IGNORE.to_owned(), Some(Code::Canceled)));
    raw.goes_on().await;
}

#[tokio::test]
async fn an_endless_stream_stalls_where_it_is_not_read() {
    let mut server = Server::start().await;
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        let (body, taken) = Endless::body(vec![0; 16 << 10]);
        let call = client.send(request(Form::Grpc, IGNORE, &[], body));
        let others = async {
            server.handlers(1).await;
            let mut before = 0;
            // Until nothing has moved while a whole call was made: a sender that is not stopped always moves.
            for _ in 0..1000 {
                let mut other = Client::connect(server.address, Version::HTTP_2).await;
                other.goes_on().await;
                let now = taken.load(Ordering::Relaxed);
                if now > 0 && now == before {
                    return now;
                }
                before = now;
            }
            panic!("it never stalls");
        };
        let stalled = tokio::select! {
            answer = call => panic!("an answer: {answer:?}"),
            stalled = soon("it stalls", others) => stalled,
        };
        println!("{version:?}: stalled after {stalled} bytes");
        assert!(stalled < ON_ITS_WAY, "{stalled}");
    }
}

#[test]
fn an_endless_stream_that_is_read_is_never_held() {
    for (form, piece) in [
        (Form::ConnectStream, vec![0; 16 << 10]),
        (Form::Grpc, vec![0; 16 << 10]),
        (Form::GrpcWeb, vec![0; 16 << 10]),
        (Form::GrpcWebText, b"AA==".repeat(4 << 10)),
    ] {
        let most = peak(async {
            let mut server = Server::start().await;
            let mut client = Client::connect(server.address, Version::HTTP_2).await;
            let (body, taken) = Endless::body(piece);
            let call = client.send(request(form, JOIN, &[], body));
            let enough = async {
                while taken.load(Ordering::Relaxed) < 4 << 20 {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                answer = call => panic!("an answer: {answer:?}"),
                () = soon("4 MiB are taken", enough) => {}
            }
            client.goes_on().await;
            server.handlers(0).await;
        });
        println!("{form:?}: at most {most} bytes allocated");
        assert!(most < 2 << 20, "{form:?}: {most}");
    }
}

/// An echo to a caller that sends without end and reads nothing.
#[tokio::test]
async fn an_echo_that_is_not_read_does_not_read_either() {
    let mut server = Server::start().await;
    let mut raw = Raw::with_window(server.address, 0).await;
    let stream = raw.open();
    raw.send(&head(stream, Form::Grpc, ECHO)).await;
    let piece = message(&proto(&"x".repeat((16 << 10) - 8)));
    assert_eq!(piece.len(), 16 << 10);
    for _ in 0..64 {
        raw.send(&frame(DATA, 0, stream, &piece)).await;
    }
    server.handlers(1).await;
    raw.is_alive().await;
    // The window is full, but for the message that may be on its way through the handler.
    for _ in 0..8 {
        raw.send(&frame(DATA, 0, stream, &piece)).await;
    }
    assert_eq!(raw.end(stream).await, End::Reset(FLOW_CONTROL_ERROR));
    server.handlers(0).await;
    raw.send(&reset(stream, CANCEL)).await;
    raw.is_alive().await;
}
