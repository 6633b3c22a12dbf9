//! Frames of HTTP/2 that cost their sender nothing.

use http::Version;

use crate::client::{Client, Form};
use crate::peak;
use crate::raw::{
    ACK, CANCEL, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, End, HEADERS, PING, PRIORITY, PROTOCOL_ERROR,
    REFUSED_STREAM, Raw, SETTINGS, WINDOW_UPDATE, block, call, field, frame, head, reset,
};
use crate::victim::{IGNORE, SAY, Server, WAIT};

/// Floods one connection while calls are made on another; what the server said, if it had enough.
async fn flood(server: &Server, raw: &mut Raw, times: usize, bytes: impl FnMut() -> Vec<u8>) -> Option<u32> {
    let mut second = Client::connect(server.address, Version::HTTP_2).await;
    let calls = async {
        for _ in 0..10 {
            second.goes_on().await;
        }
    };
    tokio::join!(raw.flood(times, bytes), calls).0
}

/// CVE-2023-44487.
#[test]
fn rapid_resets_end_the_connection_and_leave_no_handler() {
    let most = peak(async {
        let mut server = Server::start().await;
        let mut raw = Raw::connect(server.address).await;
        let mut stream = 1;
        let mut sent = 0;
        let code = flood(&server, &mut raw, 5000, || {
            let mut frames = call(stream, Form::Grpc, WAIT, "hi");
            frames.extend(reset(stream, CANCEL));
            stream += 2;
            sent += 1;
            frames
        })
        .await;
        println!("rapid resets: GOAWAY {code:?} after {sent}");
        assert_eq!(code, Some(ENHANCE_YOUR_CALM));
        server.handlers(0).await;
    });
    println!("at most {most} bytes allocated");
    assert!(most < 4 << 20, "{most}");
}

/// As a proxy for many callers, or a busy one, sends them.
#[tokio::test]
async fn cancellations_at_once_do_not_cost_the_other_calls() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    let mut frames = Vec::new();
    for _ in 0..150 {
        let stream = raw.open();
        frames.extend(call(stream, Form::Grpc, WAIT, "hi"));
        frames.extend(reset(stream, CANCEL));
    }
    raw.send(&frames).await;
    raw.goes_on().await;
    server.handlers(0).await;
}

/// The slow sort, which no limit of the connection can tell from callers who change their minds.
#[tokio::test]
async fn calls_that_are_canceled_when_they_have_begun_leave_no_handler() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    for _ in 0..1000 {
        let stream = raw.open();
        raw.send(&call(stream, Form::Grpc, WAIT, "hi")).await;
        server.handlers(1).await;
        raw.send(&reset(stream, CANCEL)).await;
        server.handlers(0).await;
    }
    raw.goes_on().await;
}

/// CVE-2025-8671: errors of the peer that the server has to answer with a reset.
#[test]
fn resets_that_the_server_is_made_to_send_end_the_connection_and_leave_no_handler() {
    // An increment of nothing, a window beyond its bounds, data after the end, a stream that depends on itself, half a priority.
    for (kind, payload, expected) in [
        (WINDOW_UPDATE, 0_u32.to_be_bytes().to_vec(), PROTOCOL_ERROR),
        (WINDOW_UPDATE, 0x7fff_ffff_u32.to_be_bytes().to_vec(), ENHANCE_YOUR_CALM),
        (DATA, b"x".to_vec(), PROTOCOL_ERROR),
        (PRIORITY, b"".to_vec(), ENHANCE_YOUR_CALM),
        (PRIORITY, b"x".to_vec(), PROTOCOL_ERROR),
    ] {
        let most = peak(async {
            let mut server = Server::start().await;
            let mut raw = Raw::connect(server.address).await;
            let mut stream = 1;
            let mut sent = 0;
            let code = flood(&server, &mut raw, 5000, || {
                let mut frames = call(stream, Form::Grpc, WAIT, "hi");
                // Of a priority that depends on the stream that it is for.
                let on_itself = [&stream.to_be_bytes()[..], b"\0"].concat();
                let is_priority = kind == PRIORITY && payload.is_empty();
                frames.extend(frame(kind, 0, stream, if is_priority { &on_itself } else { &payload }));
                stream += 2;
                sent += 1;
                frames
            })
            .await;
            println!("{kind} {payload:x?}: GOAWAY {code:?} after {sent}");
            assert_eq!(code, Some(expected), "{kind} {payload:x?}");
            server.handlers(0).await;
        });
        println!("at most {most} bytes allocated");
        assert!(most < 4 << 20, "{kind} {payload:x?}: {most}");
    }
}

#[test]
fn pings_and_settings_are_answered_at_the_peers_own_pace() {
    for flooding in [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 255, 255])] {
        let most = peak(async {
            let server = Server::start().await;
            let mut raw = Raw::connect(server.address).await;
            let burst = flooding.repeat(100);
            let code = flood(&server, &mut raw, 200, || burst.clone()).await;
            println!("PING or SETTINGS: GOAWAY {code:?}");
            assert!(code.is_none_or(|code| code == ENHANCE_YOUR_CALM), "{code:?}");
            if code.is_none() {
                raw.goes_on().await;
            }
        });
        println!("at most {most} bytes allocated");
        assert!(most < 4 << 20, "{most}");
    }
}

#[tokio::test]
async fn a_peer_that_sends_pings_and_reads_no_answer_is_not_read_either() {
    let server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    let pings = frame(PING, 0, 0, &[0; 8]).repeat(1000);
    let second = async || Client::connect(server.address, Version::HTTP_2).await.goes_on().await;
    let sent = raw.write_until_it_stalls(&pings, second).await;
    println!("pings without a reader: stalled after {sent} bytes");
}

#[tokio::test]
async fn empty_data_ends_the_connection() {
    let mut server = Server::start().await;
    for payload in [&b""[..], b"\0"] {
        let mut raw = Raw::connect(server.address).await;
        let stream = raw.open();
        raw.send(&head(stream, Form::Grpc, IGNORE)).await;
        server.handlers(1).await;
        let mut sent = 0;
        let code = flood(&server, &mut raw, 20_000, || {
            sent += 1;
            frame(DATA, 0, stream, payload)
        })
        .await;
        println!("DATA of {}: GOAWAY {code:?} after {sent}", payload.len());
        assert_eq!(code, Some(ENHANCE_YOUR_CALM));
        server.handlers(0).await;
    }
}

#[tokio::test]
async fn a_window_update_of_nothing_ends_the_stream_or_the_connection_that_it_is_for() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    let stream = raw.open();
    raw.send(&call(stream, Form::Grpc, WAIT, "hi")).await;
    server.handlers(1).await;
    raw.send(&frame(WINDOW_UPDATE, 0, stream, &[0; 4])).await;
    assert!(matches!(raw.end(stream).await, End::Reset(PROTOCOL_ERROR) | End::GoAway(PROTOCOL_ERROR)));
    server.handlers(0).await;
    let mut raw = Raw::connect(server.address).await;
    assert_eq!(flood(&server, &mut raw, 1000, || frame(WINDOW_UPDATE, 0, 0, &[0; 4])).await, Some(PROTOCOL_ERROR));
}

#[tokio::test]
async fn frames_that_mean_nothing_are_taken() {
    let server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    let unknown = [frame(0xbe, 0xff, 0, &[0; 100]), frame(PING, ACK, 0, &[0; 8])].concat();
    assert_eq!(flood(&server, &mut raw, 5000, || unknown.clone()).await, None);
    raw.goes_on().await;
}

#[tokio::test]
async fn more_calls_than_a_connection_may_have_are_refused_and_the_others_go_on() {
    let mut server = Server::start().await;
    let mut raw = Raw::connect(server.address).await;
    let streams: Vec<_> = (0..200).map(|_| raw.open()).collect();
    for stream in &streams {
        raw.send(&call(*stream, Form::Grpc, WAIT, "hi")).await;
    }
    server.handlers(200).await;
    for _ in 0..500 {
        let stream = raw.open();
        raw.send(&call(stream, Form::Grpc, WAIT, "hi")).await;
        assert_eq!(raw.end(stream).await, End::Reset(REFUSED_STREAM));
    }
    server.handlers(200).await;
    raw.send(&reset(streams[0], CANCEL)).await;
    server.handlers(199).await;
    raw.goes_on().await;
}

#[tokio::test]
async fn malformed_heads_are_no_calls() {
    let mut server = Server::start().await;
    for (extra, expected) in [
        (field(b"Upper", b"case"), End::GoAway(PROTOCOL_ERROR)),
        (field(b"x", b"a\0b"), End::GoAway(PROTOCOL_ERROR)),
        (field(b":unknown", b"x"), End::GoAway(PROTOCOL_ERROR)),
        (field(b"connection", b"close"), End::Reset(PROTOCOL_ERROR)),
        (field(b":method", b"POST"), End::Reset(PROTOCOL_ERROR)),
        (field(b"content-length", b"-1"), End::Reset(PROTOCOL_ERROR)),
    ] {
        let mut raw = Raw::connect(server.address).await;
        let stream = raw.open();
        let mut headers = block(Form::Grpc, SAY);
        headers.extend(&extra);
        raw.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &headers)).await;
        let end = raw.end(stream).await;
        assert_eq!(end, expected, "{}", extra.escape_ascii());
        let mut raw = if end == End::Reset(PROTOCOL_ERROR) { raw } else { Raw::connect(server.address).await };
        raw.goes_on().await;
        assert_eq!(server.next_end().await, (SAY.to_owned(), None), "no call has begun");
    }
}
