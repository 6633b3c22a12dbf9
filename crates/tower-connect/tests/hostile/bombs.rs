//! Little that becomes much when it is decompressed.

use std::io::Write;

use tower_connect::{Code, RpcLayer};

use crate::client::{Client, Fed, Form, VERSIONS, full, proto};
use crate::peak;
use crate::victim::{ECHO, JOIN, SAY, Server};

const LIMIT: u32 = 4 << 20;

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// The same bytes in every encoding that is compiled in.
fn encoded(plain: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("gzip", gzip(plain)),
        #[cfg(feature = "br")]
        ("br", {
            let mut compressed = Vec::new();
            brotli::CompressorWriter::new(&mut compressed, 4096, 1, 22).write_all(plain).unwrap();
            compressed
        }),
        #[cfg(feature = "zstd")]
        ("zstd", zstd::bulk::compress(plain, 1).unwrap()),
        #[cfg(feature = "deflate")]
        ("deflate", {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }),
        #[cfg(feature = "snappy")]
        ("snappy", {
            let mut encoder = snap::write::FrameEncoder::new(Vec::new());
            encoder.write_all(plain).unwrap();
            encoder.into_inner().unwrap()
        }),
    ]
}

/// A message that is so long when it is encoded.
fn message_of(length: u32) -> Vec<u8> {
    let message = proto(&"x".repeat(length as usize - 5));
    assert_eq!(message.len(), length as usize);
    message
}

#[tokio::test]
async fn a_bomb_is_over_the_limit_in_every_protocol_and_encoding_and_its_connection_goes_on() {
    let server = Server::start().await;
    let bombs = encoded(&vec![0; 16 << 20]);
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in Form::UNARY {
            for (encoding, bomb) in &bombs {
                let body = full(form.message(bomb, true));
                let code = client.code(form, SAY, &[(form.encoding(), encoding)], body).await;
                assert_eq!(code, Some(Code::ResourceExhausted), "{form:?} {encoding}");
                client.goes_on().await;
            }
        }
    }
}

#[tokio::test]
async fn the_limit_is_taken_and_a_byte_more_is_not() {
    let server = Server::start().await;
    let mut client = Client::connect(server.address, http::Version::HTTP_2).await;
    for (length, expected) in [(LIMIT, None), (LIMIT + 1, Some(Code::ResourceExhausted))] {
        for (encoding, message) in encoded(&message_of(length)) {
            for form in Form::UNARY {
                let body = full(form.message(&message, true));
                let code = client.code(form, SAY, &[(form.encoding(), encoding)], body).await;
                assert_eq!(code, expected, "{form:?} {encoding} {length}");
            }
        }
    }
}

#[tokio::test]
async fn the_bomb_may_be_the_second_message_of_a_stream() {
    let mut server = Server::start().await;
    let bomb = gzip(&vec![0; 32 << 20]);
    for version in VERSIONS {
        let mut client = Client::connect(server.address, version).await;
        for form in Form::STREAM {
            for path in [JOIN, ECHO] {
                let (upload, body) = Fed::body();
                upload.send(Ok(form.message(&gzip(&proto("first")), true))).unwrap();
                upload.send(Ok(form.message(&bomb, true))).unwrap();
                // The caller would go on.
                upload.send(Ok(form.message(&gzip(&proto("third")), true))).unwrap();
                drop(upload);
                let answer = client.call(form, path, &[(form.encoding(), "gzip")], body).await;
                assert_eq!(answer.code(form), Some(Code::ResourceExhausted), "{form:?} {path}");
                if form != Form::GrpcWebText {
                    let echoed = answer.body.windows(5).filter(|window| window == b"first").count();
                    assert_eq!(echoed, usize::from(path == ECHO), "what came before it is answered");
                }
                server.handlers(0).await;
                client.goes_on().await;
            }
        }
    }
}

#[tokio::test]
async fn members_count_together_and_a_bomb_inside_a_bomb_stays_one() {
    let server = Server::start().await;
    let mut client = Client::connect(server.address, http::Version::HTTP_2).await;
    let members = gzip(&vec![0; 64 << 10]).repeat(65);
    let nested = gzip(&gzip(&vec![0; 32 << 20]));
    for form in Form::UNARY {
        for (bomb, expected) in [(&members, Code::ResourceExhausted), (&nested, Code::InvalidArgument)] {
            let body = full(form.message(bomb, true));
            assert_eq!(client.code(form, SAY, &[(form.encoding(), "gzip")], body).await, Some(expected), "{form:?}");
        }
    }
    client.goes_on().await;
}

/// Below 32 KiB messages are decompressed on the thread that is measured; it is the same code that does it for longer ones elsewhere.
#[test]
fn what_a_bomb_would_become_is_never_there() {
    for (encoding, bomb) in encoded(&vec![0; 16 << 20]) {
        // snappy and gzip do not make it short enough to be taken at all.
        let bomb =
            if bomb.len() > 32 << 10 { encoded(&vec![0; 512 << 10]).swap_remove(position(encoding)).1 } else { bomb };
        assert!(bomb.len() < 32 << 10, "{encoding} {}", bomb.len());
        let most = peak(async {
            let server = Server::with(RpcLayer::new().receive_limit(32 << 10)).await;
            let mut client = Client::connect(server.address, http::Version::HTTP_2).await;
            for form in Form::UNARY {
                let body = full(form.message(&bomb, true));
                let code = client.code(form, SAY, &[(form.encoding(), encoding)], body).await;
                assert_eq!(code, Some(Code::ResourceExhausted), "{form:?} {encoding}");
            }
        });
        println!("{encoding}: {} bytes, at most {most} allocated", bomb.len());
        let bound = if encoding == "br" { 17 << 20 } else { 450 << 10 };
        assert!(most < bound, "{encoding}: {most}");
    }
}

fn position(encoding: &str) -> usize {
    encoded(b"").iter().position(|(name, _)| *name == encoding).unwrap()
}

#[cfg(feature = "zstd")]
#[tokio::test]
async fn a_window_of_more_than_8_mib_is_refused_however_short_the_message_is() {
    let server = Server::start().await;
    let mut client = Client::connect(server.address, http::Version::HTTP_2).await;
    // RFC 8878, 3.1.1: a window of 2 to the power of so many bytes, or a content that is one.
    let window = |power: u8| vec![0x00, (power - 10) << 3];
    let content = |size: u64| [vec![0xe0], size.to_le_bytes().to_vec()].concat();
    for (header, expected) in [
        (window(23), None),
        (window(24), Some(Code::InvalidArgument)),
        (window(41), Some(Code::InvalidArgument)),
        (content(1 << 24), Some(Code::InvalidArgument)),
        (content(1 << 40), Some(Code::InvalidArgument)),
        (content(u64::MAX - 2), Some(Code::InvalidArgument)),
    ] {
        let message = proto("hi");
        let last_block_as_it_is = [u8::try_from(message.len()).unwrap() << 3 | 1, 0, 0];
        let frame = [&[0x28, 0xb5, 0x2f, 0xfd][..], &header, &last_block_as_it_is, &message].concat();
        for form in Form::UNARY {
            let code = client.code(form, SAY, &[(form.encoding(), "zstd")], full(form.message(&frame, true))).await;
            assert_eq!(code, expected, "{form:?} {header:?}");
        }
    }
    client.goes_on().await;
}
