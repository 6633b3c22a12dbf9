//! Compressed messages, both ways and in every protocol.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::io::{Read, Write};

use bytes::{BufMut, Bytes, BytesMut};
use support::{COPY, Demo, SAY as SAY_METHOD, Text, call, frame, grpc, grpc_web, post, with};
use tower::Layer;
use tower_connect::compression::{Algorithm, Compressor, GZIP};
use tower_connect::{Body, Error, Result, RpcLayer};

const SAY: &str = "/demo.v1.Demo/Say";

/// Which features are on must not matter here.
fn layer() -> RpcLayer {
    RpcLayer::new().for_service::<Demo>().compression([GZIP])
}

fn service() -> tower_connect::server::Rpc<Demo> {
    layer().receive_limit(1024).layer(Demo)
}

fn proto(text: &str) -> Vec<u8> {
    prost::Message::encode_to_vec(&Text { text: text.to_owned() })
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(compressed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(compressed).read_to_end(&mut plain).unwrap();
    plain
}

#[tokio::test]
async fn gzip_comes_and_goes_in_both_protocols() {
    let service = layer().receive_limit(4096).layer(Demo);
    let long = proto(&"x".repeat(2000));
    let headers = &[("content-encoding", "gzip"), ("accept-encoding", "br, gzip;q=0.5")];
    let answer = call(service.clone(), with(post(SAY, "application/proto", gzip(&long)), headers)).await;
    assert_eq!((answer.header("content-encoding"), gunzip(&answer.body)), (vec!["gzip"], long.clone()));
    let answer = call(service.clone(), with(post(SAY, "application/proto", gzip(&proto("hi"))), headers)).await;
    assert_eq!((answer.header("content-encoding").len(), &answer.body[..]), (0, &proto("hi")[..]));
    let answer = call(service.clone(), with(post(SAY, "application/proto", ""), headers)).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0), "nothing is an empty message");

    let mut framed = frame(&gzip(&long));
    framed[0] = 1;
    let headers = &[("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity,gzip")];
    let answer = call(service.clone(), with(post(SAY, "application/grpc", framed), headers)).await;
    assert_eq!((answer.header("grpc-encoding"), answer.grpc_status()), (vec!["gzip"], ("0", "")));
    assert_eq!((answer.body[0], gunzip(&answer.body[5..])), (1, long.clone()));
    let answer =
        call(service.clone(), with(post(SAY, "application/grpc", frame(&long)), &[("grpc-encoding", "gzip")])).await;
    assert_eq!((answer.body[0], gunzip(&answer.body[5..])), (1, long));
}

#[tokio::test]
async fn the_message_of_a_get_may_be_compressed() {
    let message = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, gzip(&proto("hi")));
    for (compression, status) in [("gzip", 200), ("lzw", 501)] {
        let query = format!("message={message}&base64=1&compression={compression}&encoding=proto");
        let request = http::Request::get(format!("/demo.v1.Demo/Copy?{query}")).body(Body::empty()).unwrap();
        let answer = call(service(), request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.body == proto("hi"), status == 200);
    }
}

#[tokio::test]
async fn a_bomb_is_over_the_limit_and_what_is_no_gzip_is_malformed() {
    let bomb = gzip(&vec![0; 1 << 20]);
    let connect = |body: Vec<u8>| with(post(SAY, "application/proto", body), &[("content-encoding", "gzip")]);
    assert_eq!(call(service(), connect(bomb.clone())).await.status, 429);
    assert_eq!(call(service(), connect(b"no gzip".to_vec())).await.status, 400);
    let flagged = |message: &[u8]| {
        let mut framed = frame(message);
        framed[0] = 1;
        with(post(SAY, "application/grpc", framed), &[("grpc-encoding", "gzip")])
    };
    // The bomb is larger than the limit even as it is.
    assert_eq!(call(service(), flagged(&gzip(&vec![0; 100_000]))).await.grpc_status().0, "8");
    assert_eq!(call(service(), flagged(b"no gzip")).await.grpc_status().0, "3");
}

#[tokio::test]
async fn an_unknown_compression_is_refused_with_those_that_are_known() {
    let answer = call(service(), with(post(SAY, "application/json", "{}"), &[("content-encoding", "lzw")])).await;
    assert_eq!((answer.status.as_u16(), answer.header("accept-encoding")), (501, vec!["gzip, identity"]));
    let answer = call(service(), with(grpc(SAY, b""), &[("grpc-encoding", "lzw")])).await;
    assert_eq!((answer.grpc_status().0, answer.header("grpc-accept-encoding")), ("12", vec!["gzip, identity"]));
}

/// `Say` with a message that is compressed both ways, in a protocol: the message that comes back, and whether it was compressed.
async fn echo(service: tower_connect::server::Rpc<Demo>, content_type: &str, message: &[u8]) -> (Vec<u8>, bool) {
    let framed = || {
        let mut framed = frame(&gzip(message));
        framed[0] = 1;
        framed
    };
    if content_type == "application/proto" {
        let headers = [("content-encoding", "gzip"), ("accept-encoding", "gzip")];
        let answer = call(service, with(post(SAY, content_type, gzip(message)), &headers)).await;
        assert_eq!(answer.status, 200);
        let compressed = answer.header("content-encoding") == ["gzip"];
        return (if compressed { gunzip(&answer.body) } else { answer.body.to_vec() }, compressed);
    }
    let headers = [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip")];
    let answer = call(service, with(post(SAY, content_type, framed()), &headers)).await;
    let len = u32::from_be_bytes(answer.body[1..5].try_into().unwrap()) as usize;
    let body = &answer.body[5..][..len];
    let compressed = answer.body[0] == 1;
    (if compressed { gunzip(body) } else { body.to_vec() }, compressed)
}

#[tokio::test]
async fn messages_of_any_length_come_back_from_the_threads_for_long_work() {
    // Beyond 32 KiB it is not done at once; what does not compress stays as it is.
    let mut random = 1_u32;
    let noise: String = std::iter::repeat_with(|| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(u8::try_from(random >> 25).unwrap())
    })
    .take(200_000)
    .collect();
    for content_type in ["application/proto", "application/grpc", "application/grpc-web"] {
        for length in [31_000, 33_000, 1 << 20] {
            let message = proto(&"x".repeat(length));
            assert_eq!(echo(layer().layer(Demo), content_type, &message).await, (message, true), "{content_type}");
        }
        let message = proto(&noise);
        let (echoed, compressed) = echo(layer().layer(Demo), content_type, &message).await;
        assert!(compressed && echoed == message, "{content_type}: text of 7 bits becomes a little smaller");
    }
}

/// Without another implementation of each: what comes compressed is sent again as it is.
#[tokio::test]
async fn every_algorithm_goes_and_comes_in_every_protocol() {
    let service = RpcLayer::new().for_service::<Demo>().layer(Demo);
    let message = proto(&"x".repeat(40_000));
    let on = [
        ("gzip", cfg!(feature = "gzip")),
        ("br", cfg!(feature = "br")),
        ("zstd", cfg!(feature = "zstd")),
        ("deflate", cfg!(feature = "deflate")),
        ("snappy", cfg!(feature = "snappy")),
    ];
    for (name, _) in on.into_iter().filter(|(_, on)| *on) {
        let plain = with(post(SAY, "application/proto", message.clone()), &[("accept-encoding", name)]);
        let answer = call(service.clone(), plain).await;
        assert_eq!(answer.header("content-encoding"), [name]);
        assert!(answer.body.len() < message.len() / 2);
        let again = with(
            post(SAY, "application/proto", answer.body),
            &[("content-encoding", name), ("accept-encoding", "identity")],
        );
        assert_eq!(call(service.clone(), again).await.body, message, "{name}");

        for text in [false, true] {
            let plain = with(grpc_web(SAY, &frame(&message), text), &[("grpc-accept-encoding", name)]);
            let answer = call(service.clone(), plain).await.without_web();
            assert_eq!((answer.header("grpc-encoding"), answer.body[0]), (vec![name], 1));
            let headers = [("grpc-encoding", name), ("grpc-accept-encoding", "identity")];
            let again = call(service.clone(), with(grpc_web(SAY, &answer.body, text), &headers)).await.without_web();
            assert_eq!((again.grpc_status().0, &again.body[..]), ("0", &frame(&message)[..]), "{name}");
            let answer = call(service.clone(), with(post(SAY, "application/grpc", answer.body), &headers)).await;
            assert_eq!((answer.grpc_status().0, &answer.body[..]), ("0", &frame(&message)[..]), "{name}");
        }
    }
}

#[tokio::test]
async fn a_procedure_has_its_own_policy() {
    let long = proto(&"x".repeat(2000));
    let plain = layer().send_compression_of(SAY_METHOD, []).layer(Demo);
    let answer =
        call(plain.clone(), with(post(SAY, "application/proto", long.clone()), &[("accept-encoding", "gzip")]));
    assert_eq!(answer.await.body, long);
    let inflated =
        call(plain.clone(), with(post(SAY, "application/proto", gzip(&long)), &[("content-encoding", "gzip")]));
    assert_eq!(inflated.await.body, long, "requests may be compressed as ever");
    let other = with(post(COPY.spec().procedure(), "application/proto", long.clone()), &[("accept-encoding", "gzip")]);
    assert_eq!(call(plain, other).await.header("content-encoding"), ["gzip"]);

    let bare = RpcLayer::new().claim_all().compression([GZIP]).send_compression_of(SAY_METHOD, []).layer(Demo);
    let answer = call(bare, with(post(SAY, "application/proto", long.clone()), &[("accept-encoding", "gzip")]));
    assert_eq!(answer.await.body, long, "the path tells a layer that does not know the procedure");

    let receive_only = layer().send_compression([]).layer(Demo);
    assert_eq!(echo(receive_only, "application/proto", &long).await, (long.clone(), false));

    let sized = layer().compress_min_size_of(SAY_METHOD, 3000).compress_min_size(10).layer(Demo);
    assert_eq!(echo(sized.clone(), "application/proto", &long).await, (long.clone(), false));
    let other = with(post(COPY.spec().procedure(), "application/proto", long), &[("accept-encoding", "gzip")]);
    assert_eq!(call(sized, other).await.header("content-encoding"), ["gzip"]);
}

#[tokio::test]
async fn the_callers_wishes_count() {
    let service = layer().compression([Compressor::new(&ZEROS, 0), GZIP]).layer(Demo);
    let long = proto(&"x".repeat(2000));
    for (accepts, expected) in [
        ("gzip", &["gzip"][..]),
        ("gzip;q=0", &[]),
        ("identity", &[]),
        ("*", &["x-zeros"]),
        ("*;q=0.1, gzip", &["gzip"]),
        ("x-zeros;q=0, *", &["gzip"]),
        ("deflate, br", &[]),
    ] {
        let answer =
            call(service.clone(), with(post(SAY, "application/proto", long.clone()), &[("accept-encoding", accepts)]));
        assert_eq!(answer.await.header("content-encoding"), expected, "{accepts}");
    }
}

#[tokio::test]
async fn several_lines_are_one_list() {
    let long = proto(&"x".repeat(2000));
    let lines = |name: &'static str, lines: &[&'static str], body: Vec<u8>| {
        let mut request = post(SAY, "application/proto", body);
        for line in lines {
            request.headers_mut().append(name, line.parse().unwrap());
        }
        call(layer().layer(Demo), request)
    };
    for (accepts, expected) in [
        (&["*", "gzip;q=0"][..], &[][..]),
        (&["gzip;q=0", "*"], &[]),
        (&["br", "gzip"], &["gzip"]),
        (&["gzip;q=0.1", "identity;q=0.5"], &[]),
    ] {
        assert_eq!(
            lines("accept-encoding", accepts, long.clone()).await.header("content-encoding"),
            expected,
            "{accepts:?}"
        );
    }
    for encodings in [["gzip", "gzip"], ["br", "gzip"], ["gzip", "identity"]] {
        assert_eq!(lines("content-encoding", &encodings, gzip(&long)).await.status, 501, "{encodings:?}");
    }
    assert_eq!(gunzip(&lines("content-encoding", &["gzip"], gzip(&long)).await.body), long);
}

/// A compression of one's own, which only knows how many bytes there were.
static ZEROS: Algorithm = Algorithm::new("x-zeros", shrink, grow);

fn shrink(message: &[u8], level: i32, buf: &mut BytesMut) -> Result<()> {
    assert_eq!(level, 0);
    buf.put_u32(u32::try_from(message.len()).map_err(Error::internal)?);
    Ok(())
}

fn grow(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    let len = message.try_into().map(u32::from_be_bytes).map_err(|_| Error::invalid_argument("no length"))? as usize;
    if len > limit {
        return Err(Error::resource_exhausted("too many"));
    }
    buf.put_bytes(0, len);
    Ok(())
}

#[tokio::test]
async fn a_compression_of_ones_own_is_held_to_the_limit() {
    let service = layer().compression([Compressor::new(&ZEROS, 0)]).receive_limit(100_000).layer(Demo);
    for (length, status) in [(0_u32, 200), (100_000, 400), (100_001, 429)] {
        let body = Bytes::copy_from_slice(&length.to_be_bytes());
        let request = with(post(SAY, "application/proto", body), &[("content-encoding", "x-zeros")]);
        // Zeros are no message of protobuf, but for none at all.
        assert_eq!(call(service.clone(), request).await.status, status, "{length}");
    }
}
