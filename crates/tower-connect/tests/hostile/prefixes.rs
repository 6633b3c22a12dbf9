//! Lengths with nothing behind them, and flags that mean nothing here.

use tower_connect::Code;

use crate::client::{Answer, Client, Fed, Form, VERSIONS, full, request};
use crate::raw::{CANCEL, DATA, Raw, frame, head, reset};
use crate::victim::{ECHO, JOIN, SAY, Server};
use crate::{peak, soon};

const LIMIT: u32 = 4 << 20;

fn prefix(flags: u8, length: u32) -> Vec<u8> {
    let mut prefix = vec![flags];
    prefix.extend_from_slice(&length.to_be_bytes());
    prefix
}

#[tokio::test]
async fn a_length_over_the_limit_is_answered_before_anything_has_come() {
    let mut server = Server::start().await;
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for (path, forms) in [(SAY, &Form::UNARY[1..]), (JOIN, &Form::STREAM), (ECHO, &Form::STREAM)] {
            for form in forms {
                for length in [LIMIT + 1, u32::MAX] {
                    let (upload, body) = Fed::body();
                    upload.send(Ok(form.wire(prefix(0, length)))).unwrap();
                    if *form == Form::GrpcWebText {
                        // Five bytes are no whole number of groups with padding in between.
                        upload.send(Ok("AAAA".into())).unwrap();
                    }
                    let head = soon("an answer", client.send(request(*form, path, &[], body))).await.unwrap();
                    drop(upload);
                    let answer = soon("its end", Answer::read(head)).await;
                    assert_eq!(answer.code(*form), Some(Code::ResourceExhausted), "{version:?} {form:?} {path}");
                    server.handlers(0).await;
                    client.goes_on().await;
                }
            }
        }
    }
}

/// As many calls as one connection may have, each of which announces all that it may.
#[test]
fn a_length_alone_allocates_nothing() {
    let most = peak(async {
        let mut server = Server::start().await;
        let mut raw = Raw::connect(server.address).await;
        let streams: Vec<_> = (0..150).map(|_| raw.open()).collect();
        for stream in &streams {
            let mut call = head(*stream, Form::Grpc, JOIN);
            call.extend(frame(DATA, 0, *stream, &prefix(0, LIMIT)));
            raw.send(&call).await;
        }
        server.handlers(streams.len()).await;
        raw.goes_on().await;
        for stream in &streams {
            raw.send(&reset(*stream, CANCEL)).await;
        }
        server.handlers(0).await;
        raw.goes_on().await;
    });
    println!("150 calls that announce 4 MiB each: at most {most} bytes allocated");
    assert!(most < 2 << 20, "{most}");
}

/// Counted by the second call: the first has made what is made once.
#[test]
fn thousands_of_empty_messages_are_only_counted() {
    let most = peak(async {
        let server = Server::start().await;
        for version in VERSIONS {
            let mut client = Client::connect(server.address, version).await;
            for form in Form::STREAM {
                let body = form.wire(vec![0; 5 * 100_000]);
                let answer = client.call(form, JOIN, &[], full(body)).await;
                assert_eq!(answer.code(form), None, "{form:?}");
                if form != Form::GrpcWebText {
                    assert!(answer.body.windows(6).any(|window| window == b"100000"), "{form:?}");
                }
                client.goes_on().await;
            }
        }
    });
    println!("100,000 empty messages of 500 KB in all: at most {most} bytes allocated");
    // The peer itself holds its body twice.
    assert!(most < 6 << 20, "{most}");
}

#[tokio::test]
async fn flags_that_a_caller_has_no_use_for_are_internal_errors() {
    let mut server = Server::start().await;
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in Form::STREAM {
            // Connect's end of a stream and gRPC-Web's trailers are the server's to send.
            for flags in [1, 2, 3, 4, 0x40, 0x80, 0x81, 0xff] {
                for path in [JOIN, ECHO] {
                    let wire =
                        [prefix(0, 0), prefix(flags, 2), b"{}".to_vec(), prefix(0, 0), prefix(flags, 9)].concat();
                    let code = client.code(form, path, &[], full(form.wire(wire))).await;
                    assert_eq!(code, Some(Code::Internal), "{version:?} {form:?} {flags}");
                }
            }
            server.handlers(0).await;
            client.goes_on().await;
        }
    }
}
