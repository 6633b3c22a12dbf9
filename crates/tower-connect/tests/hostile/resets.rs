//! Callers that go away: what they called for is dropped, and reported once.

use http::Version;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower_connect::{Code, RpcLayer};

use crate::client::{Form, VERSIONS, proto};
use crate::raw::{
    CANCEL, DATA, END_STREAM, INTERNAL_ERROR, NO_ERROR, PREFACE, Raw, SETTINGS, call, frame, head, reset,
};
use crate::soon;
use crate::victim::{ECHO, IGNORE, JOIN, POUR, SAY, Server, WAIT};

const CODES: [u32; 3] = [CANCEL, NO_ERROR, INTERNAL_ERROR];

/// Calls of which a handler, or its stream, is there, by what has been sent of them; that of `Pour` is over.
fn begun(form: Form) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let cut = |message: Vec<u8>| message[..message.len() - 2].to_vec();
    let whole = form.message(&proto("hi"), false).to_vec();
    vec![
        (JOIN, vec![]),
        (IGNORE, vec![]),
        (ECHO, vec![]),
        (JOIN, vec![cut(whole.clone())]),
        (JOIN, vec![whole.clone(), cut(whole.clone())]),
        (ECHO, vec![whole.clone(), cut(whole.clone())]),
        (POUR, vec![form.message(&proto("for ever"), false).to_vec()]),
    ]
}

fn ends(path: &str) -> u8 {
    if path == POUR { END_STREAM } else { 0 }
}

#[tokio::test]
async fn a_reset_drops_the_handler_and_is_reported_once() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    for form in Form::STREAM {
        for code in CODES {
            for (path, pieces) in begun(form) {
                let stream = raw.open();
                raw.send(&head(stream, form, path)).await;
                for piece in pieces {
                    raw.send(&frame(DATA, ends(path), stream, &piece)).await;
                }
                server.handlers(1).await;
                raw.send(&reset(stream, code)).await;
                server.handlers(0).await;
                assert_eq!(server.next_end().await, (path.to_owned(), Some(Code::Canceled)), "{form:?} {code}");
            }
        }
        raw.goes_on().await;
        assert_eq!(server.next_end().await, (SAY.to_owned(), None));
    }
}

/// hyper tells the body of a stream that was reset with `NO_ERROR` as one that has ended.
#[tokio::test]
async fn an_upload_that_is_reset_is_never_taken_for_a_whole_one() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    for form in Form::STREAM {
        for code in CODES {
            for pieces in [vec![], vec![form.message(&proto("first"), false)]] {
                let stream = raw.open();
                raw.send(&head(stream, form, JOIN)).await;
                for piece in pieces {
                    raw.send(&frame(DATA, 0, stream, &piece)).await;
                }
                server.handlers(1).await;
                raw.is_alive().await;
                raw.send(&reset(stream, code)).await;
                server.handlers(0).await;
                assert_eq!(server.joined(), 0, "{form:?} {code}");
            }
        }
    }
}

#[tokio::test]
async fn a_reset_drops_a_unary_call_wherever_it_stands() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    for form in Form::UNARY {
        for code in CODES {
            let stream = raw.open();
            raw.send(&call(stream, form, WAIT, "hi")).await;
            server.handlers(1).await;
            raw.send(&reset(stream, code)).await;
            server.handlers(0).await;
            assert_eq!(server.next_end().await, (WAIT.to_owned(), Some(Code::Canceled)), "{form:?} {code}");
            // Before there is a message there is no handler, but there is a call.
            for piece in [&b""[..], b"A", b"AAAA"] {
                let stream = raw.open();
                raw.send(&head(stream, form, SAY)).await;
                raw.send(&frame(DATA, 0, stream, piece)).await;
                raw.is_alive().await;
                raw.send(&reset(stream, code)).await;
                let (path, code) = server.next_end().await;
                assert_eq!(path, SAY);
                // What came is no message already, in some forms.
                assert!(matches!(code, Some(Code::Canceled | Code::Internal)), "{form:?} {code:?}");
            }
        }
        raw.goes_on().await;
        assert_eq!(server.next_end().await, (SAY.to_owned(), None));
    }
}

/// A connection by hand, on which a call has been sent as far as it goes.
async fn open(server: &Server, version: Version, form: Form, path: &str, pieces: &[Vec<u8>]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut bytes = Vec::new();
    if version == Version::HTTP_2 {
        bytes.extend_from_slice(PREFACE);
        bytes.extend(frame(SETTINGS, 0, 0, b""));
        bytes.extend(head(1, form, path));
        bytes.extend(pieces.iter().flat_map(|piece| frame(DATA, ends(path), 1, piece)));
    } else {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: h\r\ncontent-type: {}\r\nte: trailers\r\ntransfer-encoding: chunked\r\n\r\n",
            form.content_type()
        );
        bytes.extend_from_slice(head.as_bytes());
        for piece in pieces {
            bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            bytes.extend_from_slice(piece);
            bytes.extend_from_slice(b"\r\n");
        }
        if path == POUR {
            bytes.extend_from_slice(b"0\r\n\r\n");
        }
    }
    stream.write_all(&bytes).await.unwrap();
    stream
}

#[tokio::test]
async fn a_connection_that_closes_drops_its_handlers_and_is_reported_once() {
    let mut server = Server::start().await;
    for version in VERSIONS {
        for form in Form::STREAM {
            for (path, pieces) in begun(form) {
                // hyper does not look at a connection of HTTP/1.1 as long as nobody reads the body that is on it.
                if version == Version::HTTP_11 && path == IGNORE {
                    continue;
                }
                for aborts in [false, true] {
                    let stream = open(&server, version, form, path, &pieces).await;
                    server.handlers(1).await;
                    if aborts {
                        stream.set_zero_linger().unwrap();
                    }
                    drop(stream);
                    server.handlers(0).await;
                    let (ended, code) = server.next_end().await;
                    assert_eq!((&*ended, code), (path, Some(Code::Canceled)), "{version:?} {form:?} {aborts}");
                }
            }
        }
    }
    server.no_other_end();
}

#[tokio::test]
async fn a_connection_that_closes_in_an_answer_drops_its_stream() {
    let mut server = Server::start().await;
    for version in VERSIONS {
        for form in Form::STREAM {
            let message = form.message(&proto("for ever"), false).to_vec();
            let mut stream = open(&server, version, form, POUR, &[message]).await;
            let mut some = vec![0; 40 << 10];
            soon("some of the answer", stream.read_exact(&mut some)).await.unwrap();
            server.handlers(1).await;
            drop(stream);
            server.handlers(0).await;
            assert_eq!(server.next_end().await, (POUR.to_owned(), Some(Code::Canceled)), "{version:?} {form:?}");
        }
    }
}

/// The answer to nobody is still bounded by what the connection takes.
#[tokio::test]
async fn a_reader_that_stops_stops_the_stream() {
    let mut server = Server::with(RpcLayer::new()).await;
    let mut raw = Raw::with_window(server.address, 64 << 10).await;
    let stream = raw.open();
    raw.send(&call(stream, Form::Grpc, POUR, "for ever")).await;
    server.handlers(1).await;
    raw.is_alive().await;
    raw.is_alive().await;
    let poured = server.poured();
    println!("a window of 64 KiB: {poured} messages of 16 KiB made");
    assert!((4..=64).contains(&poured), "{poured}");
    raw.is_alive().await;
    assert_eq!(server.poured(), poured);
    raw.send(&reset(stream, CANCEL)).await;
    server.handlers(0).await;
}
