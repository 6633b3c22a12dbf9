//! What holds for every algorithm.

use proptest::prelude::*;

use super::*;

fn compressed(with: Compressor, message: &[u8]) -> BytesMut {
    let mut buf = BytesMut::from("before");
    (with.algorithm.compress)(message, with.level, &mut buf).unwrap();
    assert_eq!(buf.split_to(6), "before");
    buf
}

fn plain(with: Compressor, message: &[u8], limit: usize) -> Result<BytesMut> {
    let mut buf = BytesMut::new();
    (with.algorithm.decompress)(message, limit, &mut buf).map(|()| buf)
}

#[test]
fn every_feature_is_offered_by_its_name_in_http() {
    let names: Vec<_> = DEFAULT.iter().map(Compressor::name).collect();
    let mut expected = Vec::new();
    for (name, on) in [
        ("zstd", cfg!(feature = "zstd")),
        ("gzip", cfg!(feature = "gzip")),
        ("br", cfg!(feature = "br")),
        ("deflate", cfg!(feature = "deflate")),
        ("snappy", cfg!(feature = "snappy")),
    ] {
        expected.extend(on.then_some(name));
    }
    assert_eq!(names, expected);
}

/// The first bytes that the formats' own documents give, where there are such.
#[test]
fn the_formats_are_those_that_http_means() {
    for with in DEFAULT {
        let start: &[u8] = match with.name() {
            "gzip" => b"\x1f\x8b\x08",
            "zstd" => b"\x28\xb5\x2f\xfd",
            "deflate" => b"\x78\x9c",
            "snappy" => b"\xff\x06\0\0sNaPpY",
            _ => b"",
        };
        assert!(compressed(*with, &[b'x'; 2000]).starts_with(start), "{with:?}");
    }
}

#[test]
fn a_higher_level_is_taken_for_one_and_what_is_beyond_the_scale_for_its_end() {
    let message: Vec<u8> = (0..40_000_u32).flat_map(|n| (n % 977 * n % 131).to_le_bytes()).collect();
    for with in DEFAULT {
        let [low, high] = [1, i32::MAX].map(|level| compressed(with.level(level), &message).len());
        assert!(with.name() == "snappy" || high < low, "{with:?}: {high} against {low}");
        let lowest = compressed(with.level(i32::MIN), &message);
        assert_eq!(plain(*with, &lowest, message.len()).unwrap(), message, "{with:?}");
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    for with in DEFAULT {
        let bomb = compressed(*with, &vec![0; 10 << 20]);
        let mut buf = BytesMut::new();
        let error = (with.algorithm.decompress)(&bomb, 1 << 20, &mut buf).unwrap_err();
        assert_eq!(error.code(), Code::ResourceExhausted, "{with:?}");
        assert!(buf.capacity() <= 4 << 20, "{with:?}: {}", buf.capacity());
        assert_eq!(plain(*with, &bomb, 10 << 20).unwrap().len(), 10 << 20, "{with:?}");
        assert!(plain(*with, &bomb, (10 << 20) - 1).is_err(), "{with:?}");
    }
}

#[test]
fn what_is_cut_off_or_goes_on_is_malformed() {
    for with in DEFAULT {
        let whole = compressed(*with, b"hello hello hello hello hello");
        // Snappy's format does not tell a stream that ends between two chunks from a whole one.
        let first = if with.name() == "snappy" { 11 } else { 1 };
        for cut in first..whole.len() {
            let error = plain(*with, &whole[..cut], 100).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{with:?} {cut}");
        }
        let longer = [&whole[..], b"x"].concat();
        assert_eq!(plain(*with, &longer, 100).unwrap_err().code(), Code::InvalidArgument, "{with:?}");
    }
}

#[test]
fn formats_that_can_be_joined_are_read_as_one_message() {
    for with in DEFAULT.iter().filter(|with| ["gzip", "zstd", "snappy"].contains(&with.name())) {
        let joined = [compressed(*with, b"hel"), compressed(*with, b"lo")].concat();
        assert_eq!(plain(*with, &joined, 5).unwrap(), "hello", "{with:?}");
    }
}

#[cfg(feature = "gzip")]
#[test]
fn others_can_read_it() {
    use std::io::Read;

    let mut plain = String::new();
    flate2::bufread::GzDecoder::new(&compressed(GZIP, b"hello")[..]).read_to_string(&mut plain).unwrap();
    assert_eq!(plain, "hello");
}

#[cfg(feature = "zstd")]
#[test]
fn a_window_of_more_than_8_mib_is_refused() {
    // A frame without the size of its content, whose window descriptor says 2^24.
    let frame = b"\x28\xb5\x2f\xfd\x00\x70\x01\x00\x00";
    assert_eq!(plain(ZSTD, frame, 100).unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(plain(ZSTD, b"\x28\xb5\x2f\xfd\x00\x68\x01\x00\x00", 100).unwrap(), "");
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn long_messages_are_worked_on_elsewhere() {
    use std::future::poll_fn;

    let long = LONG as usize;
    for (size, at_once) in [(100, true), (long, true), (long + 1, false), (4 << 20, false)] {
        let message = compressed(GZIP, &vec![7; size]).freeze();
        let mut work = GZIP.decompress(message.clone(), 4 << 20);
        assert_eq!(work.is_done(), at_once, "{size}");
        assert_eq!(poll_fn(|cx| work.poll(cx)).await.unwrap().len(), size);
        let limit = u32::try_from(size - 1).unwrap();
        let mut refused = GZIP.decompress(message, limit);
        let error = poll_fn(|cx| refused.poll(cx)).await.unwrap_err();
        assert_eq!(error.code(), Code::ResourceExhausted);
        assert!(error.message().contains(&format!("limit of {limit} bytes")), "{error}");
    }
}

#[cfg(feature = "gzip")]
#[test]
fn without_a_runtime_they_are_worked_on_here() {
    let message = compressed(GZIP, &vec![7; 2 * LONG as usize]).freeze();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(plain) = GZIP.decompress(message, 4 << 20).poll(&mut cx) else {
        panic!("there is nothing to wait for");
    };
    assert_eq!(plain.unwrap().len(), 2 * LONG as usize);
}

#[test]
fn only_tokens_are_names() {
    for (name, is_one) in [("gzip", true), ("x-1.b_c~!#$%&'*+^`|", true), ("", false), ("identity", false)] {
        assert_eq!(is_name(name.as_bytes()), is_one, "{name}");
    }
    for byte in [b' ', b',', b';', b'=', b'"', b'(', b'/', b'A', 0x7f, 0xe9, 0, b'{'] {
        assert!(!is_name(&[b'x', byte]), "{byte}");
    }
}

#[test]
fn a_higher_level_is_soon_worked_on_elsewhere() {
    static SLOW: Algorithm = Algorithm::new("slow", |_, _, _| Ok(()), |_, _, _| Ok(()));
    let is_long = |with, message| Compress { with, min_size: 0 }.is_long(message);
    let with = Compressor::new(&SLOW, 4);
    assert!(!is_long(with, 32 << 10) && is_long(with, (32 << 10) + 1));
    assert!(!is_long(with.level(3), 32 << 10));
    assert!(!is_long(with.level(5), 2 << 10) && is_long(with.level(5), (2 << 10) + 1));
    assert!(!Compress { with, min_size: 100_000 }.is_long(99_999));
}

#[tokio::test]
async fn work_that_nobody_waits_for_is_not_begun() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static BEGUN: AtomicUsize = AtomicUsize::new(0);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let (block, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
    let start = || {
        let gate = std::sync::Arc::clone(&gate);
        Work::start(move || {
            BEGUN.fetch_add(1, Ordering::Relaxed);
            let _ = gate.lock().unwrap().recv();
            Ok(())
        })
    };
    for _ in 0..1000 {
        let mut work = start();
        assert!(work.poll(&mut cx).is_pending());
        tokio::task::yield_now().await;
    }
    drop(block);
    // It is what the last of them waits for, too.
    std::future::poll_fn({
        let mut last = start();
        move |cx| last.poll(cx)
    })
    .await
    .unwrap();
    let begun = BEGUN.load(Ordering::Relaxed);
    let most = std::thread::available_parallelism().unwrap().get() + 1;
    assert!((1..=most).contains(&begun), "{begun}");
}

#[tokio::test]
async fn work_that_is_not_asked_for_again_does_not_stop_others() {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut kept: Vec<_> = (0..100).map(|_| Work::start(|| Ok(()))).collect();
    for work in &mut kept {
        let _ = work.poll(&mut cx);
    }
    let mut other = Work::start(|| Ok(()));
    let done = std::future::poll_fn(|cx| other.poll(cx));
    tokio::time::timeout(std::time::Duration::from_secs(20), done).await.expect("a permit is left").unwrap();
    drop(kept);
}

#[tokio::test]
async fn work_that_panics_is_an_error() {
    let mut work = Work::<()>::start(|| panic!("as it should"));
    assert_eq!(std::future::poll_fn(|cx| work.poll(cx)).await.unwrap_err().code(), Code::Internal);
}

proptest! {
    #[test]
    fn what_was_compressed_comes_back(message in prop::collection::vec(any::<u8>(), 0..20_000)) {
        for with in DEFAULT {
            let plain = plain(*with, &compressed(*with, &message), message.len()).unwrap();
            prop_assert_eq!(&plain[..], &message[..], "{:?}", with);
        }
    }

    #[test]
    fn what_is_damaged_is_an_error_or_within_the_limit(
        message in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        for with in DEFAULT {
            let mut damaged = compressed(*with, &message);
            let at = at.index(damaged.len());
            damaged[at] = byte;
            match plain(*with, &damaged, 1 << 10) {
                Ok(plain) => prop_assert!(plain.len() <= 1 << 10, "{:?}", with),
                Err(error) => prop_assert!(
                    matches!(error.code(), Code::InvalidArgument | Code::ResourceExhausted), "{:?}: {:?}", with, error
                ),
            }
        }
    }
}
