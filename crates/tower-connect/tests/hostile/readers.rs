//! Readers who do not read what they have asked for.

use std::time::Duration;

use http::Version;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower_connect::Code;

use crate::client::{Form, VERSIONS, proto};
use crate::raw::{CANCEL, DATA, END_STREAM, End, PREFACE, Raw, SETTINGS, WINDOW_UPDATE, call, frame, head};
use crate::victim::{POUR, POURED, SAY, Server};

/// After what time the next call ends, which nobody waits for any more. The clock jumps.
async fn ends_by_itself(server: &mut Server) -> Duration {
    let started = Instant::now();
    let (_, code) =
        tokio::time::timeout(Duration::from_secs(3600), server.next_end_at_last()).await.expect("it never ends");
    assert_eq!(code, Some(Code::Canceled));
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_window_stays_closed_is_reset_and_the_connection_goes_on() {
    let mut server = Server::start().await;
    for window in [0, 1, 20 << 10] {
        let mut raw = Raw::with_window(server.address, window).await;
        let stream = raw.open();
        raw.send(&call(stream, Form::Grpc, POUR, "for ever")).await;
        let took = ends_by_itself(&mut server).await;
        assert!((Duration::from_secs(60)..Duration::from_secs(300)).contains(&took), "{took:?}");
        server.handlers(0).await;
        assert_eq!(raw.end(stream).await, End::Reset(CANCEL));
        raw.is_alive().await;
    }
}

/// A whole answer is there at once, and would be h2's to keep.
#[tokio::test(start_paused = true)]
async fn a_unary_answer_that_nobody_reads_is_let_go_as_well() {
    let mut server = Server::start().await;
    let mut raw = Raw::with_window(server.address, 1).await;
    let stream = raw.open();
    raw.send(&head(stream, Form::Grpc, SAY)).await;
    let message = Form::Grpc.message(&proto(&"x".repeat(512 << 10)), false);
    for piece in message.chunks(16 << 10) {
        raw.send(&frame(DATA, 0, stream, piece)).await;
    }
    raw.send(&frame(DATA, END_STREAM, stream, b"")).await;
    let took = ends_by_itself(&mut server).await;
    assert!((Duration::from_secs(60)..Duration::from_secs(300)).contains(&took), "{took:?}");
    assert_eq!(raw.end(stream).await, End::Reset(CANCEL));
    raw.is_alive().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_nobody_reads_is_closed() {
    let mut server = Server::start().await;
    for version in VERSIONS {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let (_held, mut writer) = stream.into_split();
        let message = Form::Grpc.message(&proto("for ever"), false);
        let bytes = if version == Version::HTTP_2 {
            let window = |stream| frame(WINDOW_UPDATE, 0, stream, &0x7000_0000_u32.to_be_bytes());
            let data = frame(DATA, END_STREAM, 1, &message);
            [PREFACE, &frame(SETTINGS, 0, 0, b""), &window(0), &head(1, Form::Grpc, POUR), &window(1), &data].concat()
        } else {
            let head = format!(
                "POST {POUR} HTTP/1.1\r\nhost: h\r\ncontent-type: application/grpc\r\nte: trailers\r\ncontent-length: {}\r\n\r\n",
                message.len()
            );
            [head.as_bytes(), &message].concat()
        };
        writer.write_all(&bytes).await.unwrap();
        let took = ends_by_itself(&mut server).await;
        assert!((Duration::from_secs(60)..Duration::from_secs(300)).contains(&took), "{took:?}");
        server.handlers(0).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_all_of_it() {
    let mut server = Server::start().await;
    let mut raw = Raw::with_window(server.address, 0).await;
    let stream = raw.open();
    raw.send(&call(stream, Form::Grpc, POUR, "20")).await;
    server.handlers(1).await;
    // It takes ten minutes, in none of which nothing is read.
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        raw.send(&frame(WINDOW_UPDATE, 0, stream, &(32_u32 << 10).to_be_bytes())).await;
    }
    let end = raw.end(stream).await;
    assert_eq!(end.grpc_status(), 0);
    assert!(matches!(end, End::Answered { data, .. } if data.len() > 20 * POURED));
}

/// Answers that are whole, to a reader who takes a byte of each.
#[test]
fn what_is_not_read_is_let_go() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut server, mut raw) = runtime.block_on(async {
        let server = Server::start().await;
        let mut raw = Raw::with_window(server.address, 1).await;
        let message = Form::Grpc.message(&proto(&"x".repeat(256 << 10)), false);
        for _ in 0..100 {
            let stream = raw.open();
            raw.send(&head(stream, Form::Grpc, SAY)).await;
            for piece in message.chunks(16 << 10) {
                raw.send(&frame(DATA, 0, stream, piece)).await;
            }
            raw.send(&frame(DATA, END_STREAM, stream, b"")).await;
            raw.is_alive().await;
        }
        (server, raw)
    });
    let waited = allocation_counter::measure(|| {
        runtime.block_on(async {
            tokio::time::pause();
            for _ in 0..100 {
                ends_by_itself(&mut server).await;
            }
            raw.is_alive().await;
        });
    });
    println!("100 answers of 256 KiB: {} bytes freed", -waited.bytes_current);
    assert!(waited.bytes_current < -(20 << 20), "{}", waited.bytes_current);
}
