//! Heads that are too large, on both versions of HTTP.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, Form};
use crate::raw::{CONTINUATION, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, End, HEADERS, Raw, block, field, frame};
use crate::victim::{SAY, Server};
use crate::{peak, soon};

/// What a server says to a head over HTTP/1.1, and how many bytes of it were sent by then.
async fn flood(server: &Server, mut more: impl FnMut() -> Vec<u8>) -> (String, usize) {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut sent = 0;
    let mut answer = Vec::new();
    let writing = async {
        writer.write_all(format!("POST {SAY} HTTP/1.1\r\nhost: h\r\n").as_bytes()).await.unwrap();
        loop {
            let bytes = more();
            if writer.write_all(&bytes).await.is_err() {
                std::future::pending::<()>().await;
            }
            sent += bytes.len();
        }
    };
    tokio::select! {
        // A reset after the answer is no loss.
        _ = soon("an answer", reader.read_to_end(&mut answer)) => {}
        () = writing => {}
    }
    (String::from_utf8(answer).unwrap(), sent)
}

#[test]
fn a_head_without_end_on_http1_is_431_and_is_not_held() {
    let most = peak(async {
        let server = Server::start().await;
        let mut first = true;
        let (answer, sent) = flood(&server, || {
            let name = if std::mem::take(&mut first) { "x: " } else { "" };
            format!("{name}{}", "x".repeat(4096)).into_bytes()
        })
        .await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
        println!("one header: {sent} bytes");
        let (answer, sent) = flood(&server, || b"x-y: z\r\n".to_vec()).await;
        // Without the end of the head they are not counted, but their bytes are.
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
        println!("many headers: {sent} bytes");
        Client::connect(server.address, http::Version::HTTP_11).await.goes_on().await;
    });
    println!("at most {most} bytes allocated");
    assert!(most < 4 << 20, "{most}");
}

#[tokio::test]
async fn more_than_a_hundred_headers_on_http1_are_431() {
    let server = Server::start().await;
    for (count, status) in [(90, "HTTP/1.1 200"), (101, "HTTP/1.1 431"), (5000, "HTTP/1.1 431")] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let many = "x: y\r\n".repeat(count);
        let head = format!(
            "POST {SAY} HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
        );
        stream.write_all(format!("{head}{many}\r\n{{}}").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = soon("the end of the connection", stream.read_to_end(&mut answer)).await;
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with(status), "{count}: {answer}");
    }
}

/// A header block in as many frames as it takes.
fn blocks(stream: u32, block: &[u8], ends: bool) -> Vec<u8> {
    let mut pieces = block.chunks(16 << 10).peekable();
    let mut frames = Vec::new();
    let mut kind = HEADERS;
    while let Some(piece) = pieces.next() {
        let flags = if ends && pieces.peek().is_none() { END_HEADERS } else { 0 };
        let flags = if kind == HEADERS { flags | END_STREAM } else { flags };
        frames.extend(frame(kind, flags, stream, piece));
        kind = CONTINUATION;
    }
    frames
}

#[tokio::test]
async fn a_header_list_over_the_limit_on_http2_is_431_and_the_connection_goes_on() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    for extra in [field(b"x-large", &b"x".repeat(17 << 10)), field(b"x-small", b"y").repeat(1000)] {
        let stream = raw.open();
        let mut headers = block(Form::Grpc, SAY);
        headers.extend(extra);
        raw.send(&blocks(stream, &headers, true)).await;
        let End::Answered { last, .. } = raw.end(stream).await else { panic!("an answer") };
        // The name from the static table, and 431 in Huffman's code.
        assert!(last.windows(5).any(|field| field == b"\x08\x83\x69\x90\xff"), "{last:x?}");
        raw.goes_on().await;
        assert_eq!(server.next_end().await, (SAY.to_owned(), None), "no call has begun");
    }
}

#[test]
fn a_head_without_end_on_http2_ends_the_connection_and_is_not_held() {
    let most = peak(async {
        let server = Server::start().await;
        let mut second = Client::connect(server.address, http::Version::HTTP_2).await;
        for piece in [&b""[..], b"\x00", &[b'x'; 16 << 10], &field(b"x", &[b'y'; 1000])] {
            let mut raw = Raw::connect(server.address).await;
            let stream = raw.open();
            raw.send(&frame(HEADERS, END_STREAM, stream, &block(Form::Grpc, SAY))).await;
            let mut sent = 0;
            let code = raw
                .flood(100_000, || {
                    sent += piece.len() + 9;
                    frame(CONTINUATION, 0, stream, piece)
                })
                .await;
            println!("CONTINUATION of {}: GOAWAY {code:?} after {sent} bytes", piece.len());
            assert!(code.is_some());
            second.goes_on().await;
        }
    });
    println!("at most {most} bytes allocated");
    assert!(most < 4 << 20, "{most}");
}

/// One entry of the table, named again and again: a byte each.
#[test]
fn a_header_list_that_is_short_on_the_wire_is_not_held() {
    let most = peak(async {
        let server = Server::start().await;
        let mut second = Client::connect(server.address, http::Version::HTTP_2).await;
        let mut raw = Raw::connect(server.address).await;
        let stream = raw.open();
        let mut headers = block(Form::Grpc, SAY);
        // With incremental indexing: the newest entry is number 62 in decimal.
        let mut entry = field(b"x-large", &[b'x'; 3900]);
        entry[0] = 0x40;
        headers.extend(entry);
        headers.extend([0x80 | 0x3e; 12 << 10]);
        raw.send(&blocks(stream, &headers, true)).await;
        let end = raw.end(stream).await;
        println!("HPACK bomb of {} bytes: {end:?}", headers.len());
        assert!(matches!(end, End::GoAway(ENHANCE_YOUR_CALM)), "{end:?}");
        second.goes_on().await;
    });
    println!("at most {most} bytes allocated");
    assert!(most < 4 << 20, "{most}");
}
