//! Compression of messages: what is offered, what the caller accepts, and the bound on what comes out.
//!
//! Each algorithm is a feature: `gzip` (default), `br`, `zstd`, `deflate`, `snappy`. What is compiled in is offered; [`ProtocolLayer`] takes
//! another list, for all procedures or for one.
//!
//! ```
//! # use tower_connect::method::{Method, Spec, StreamType, Unary};
//! # const SAY: Method<(), (), Unary> = Method::new(&Spec::new("/greet.v1.GreetService/Say", StreamType::Unary));
//! use tower_connect::RpcLayer;
//! use tower_connect::compression::GZIP;
//!
//! let layer = RpcLayer::new()
//!     .compression([GZIP.level(9)]) // in order of preference
//!     .compress_min_size(4096)
//!     .send_compression_of(SAY, []); // whose answers hold secrets next to what callers have sent
//! # let _ = layer;
//! ```
//!
//! Messages of more than 32 KiB are compressed and decompressed on tokio's threads for blocking work, as many at once as the machine has
//! processors, so that no other call waits for them.
//!
//! [`ProtocolLayer`]: crate::server::ProtocolLayer

mod accept;
#[cfg(feature = "br")]
mod brotli;
mod coding;
#[cfg(feature = "deflate")]
mod deflate;
#[cfg(any(feature = "deflate", feature = "gzip"))]
mod flate;
#[cfg(feature = "gzip")]
mod gzip;
mod negotiate;
mod offer;
#[cfg(any(feature = "br", feature = "deflate", feature = "gzip", feature = "snappy", feature = "zstd"))]
mod read;
#[cfg(feature = "snappy")]
mod snappy;
mod work;
#[cfg(feature = "zstd")]
mod zstd;

use std::fmt;

use bytes::{Bytes, BytesMut};
use http::HeaderValue;

pub(crate) use self::accept::Accept;
#[cfg(feature = "br")]
pub use self::brotli::BROTLI;
pub(crate) use self::coding::Coding;
#[cfg(feature = "deflate")]
pub use self::deflate::DEFLATE;
#[cfg(feature = "gzip")]
pub use self::gzip::GZIP;
pub(crate) use self::negotiate::wishes;
#[cfg(test)]
pub(crate) use self::offer::OFFER;
pub(crate) use self::offer::{DEFAULT, DEFAULT_MIN_SIZE, Offer};
#[cfg(feature = "snappy")]
pub use self::snappy::SNAPPY;
pub(crate) use self::work::Work;
#[cfg(feature = "zstd")]
pub use self::zstd::ZSTD;
use crate::{Code, Result};

/// The work on longer messages is not done where other calls wait for it, in bytes before compression: gzip and br, the slowest at their default
/// levels, take about half a millisecond for that many (`benches/src/bin/compression.rs`).
const LONG: u32 = 32 << 10;

/// A way to compress messages, each by itself.
///
/// It is made of two functions, so that one of yours is a static:
///
/// ```
/// use bytes::{BufMut, BytesMut};
/// use tower_connect::compression::{Algorithm, Compressor};
/// use tower_connect::{Error, Result};
///
/// /// Says how many bytes of zero there are.
/// static ZEROS: Algorithm = Algorithm::new("x-zeros", compress, decompress);
///
/// fn compress(message: &[u8], _level: i32, buf: &mut BytesMut) -> Result<()> {
///     buf.put_u64(message.iter().all(|byte| *byte == 0).then_some(message.len() as u64).unwrap_or(u64::MAX));
///     Ok(())
/// }
///
/// fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
///     let len = message.try_into().map(u64::from_be_bytes).map_err(|_| Error::invalid_argument("not eight bytes"))?;
///     if len > limit as u64 {
///         return Err(Error::resource_exhausted("too many zeros"));
///     }
///     buf.put_bytes(0, len as usize);
///     Ok(())
/// }
///
/// let layer = tower_connect::RpcLayer::new().compression([Compressor::new(&ZEROS, 0)]);
/// # let _ = layer;
/// ```
pub struct Algorithm {
    name: &'static str,
    compress: fn(&[u8], i32, &mut BytesMut) -> Result<()>,
    decompress: fn(&[u8], usize, &mut BytesMut) -> Result<()>,
}

impl Algorithm {
    /// An algorithm by its name in headers, for instance `gzip`: a token of HTTP in lower case.
    ///
    /// `compress` appends the compressed message, at a level whose meaning is its own. `decompress` appends the plain one, and stops with
    /// [`Code::ResourceExhausted`] as soon as it is larger than the limit, in bytes; what is not a whole compressed message is
    /// [`Code::InvalidArgument`].
    ///
    /// # Panics
    ///
    /// If the name is none, or `identity`. In a static this is an error of the compiler.
    #[must_use]
    pub const fn new(
        name: &'static str,
        compress: fn(&[u8], i32, &mut BytesMut) -> Result<()>,
        decompress: fn(&[u8], usize, &mut BytesMut) -> Result<()>,
    ) -> Self {
        assert!(is_name(name.as_bytes()), "this is no name of a compression");
        Self { name, compress, decompress }
    }
}

/// Whether it is a token of RFC 9110, 5.6.2, in lower case, but for the one that means no compression.
const fn is_name(name: &[u8]) -> bool {
    let mut at = 0;
    while at < name.len() {
        if !matches!(name[at], b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
        {
            return false;
        }
        at += 1;
    }
    !name.is_empty() && !matches!(name, b"identity")
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Algorithm").field(&self.name).finish()
    }
}

/// An [`Algorithm`] at a level.
#[derive(Clone, Copy, Debug)]
pub struct Compressor {
    algorithm: &'static Algorithm,
    level: i32,
    /// The longest message that is worked on at once.
    long: u32,
}

impl Compressor {
    /// An algorithm at a level that it knows.
    #[must_use]
    pub const fn new(algorithm: &'static Algorithm, level: i32) -> Self {
        Self { algorithm, level, long: LONG }
    }

    /// The same algorithm at another level. Each has its own scale, and takes what is beyond it for its end.
    ///
    /// At a higher level than the one before, messages of more than 2 KiB are worked on away from the async threads: the highest levels take
    /// many times as long.
    #[must_use]
    pub const fn level(mut self, level: i32) -> Self {
        if level > self.level {
            self.long = LONG / 16;
        }
        self.level = level;
        self
    }

    /// The name in headers.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.algorithm.name
    }

    /// Decompresses a message that may become that many bytes. Where it becomes many, it is not done here and now.
    pub(crate) fn decompress(self, message: Bytes, limit: u32) -> Work<Bytes> {
        let decompress = self.algorithm.decompress;
        let work = move |message: &[u8], limit| {
            let mut plain = BytesMut::new();
            decompress(message, limit, &mut plain).map(|()| plain.freeze())
        };
        let limit = limit as usize;
        let at_once = LONG as usize;
        if message.len() <= at_once {
            match work(&message, limit.min(at_once)) {
                Err(error) if error.code() == Code::ResourceExhausted && limit > at_once => {}
                outcome => return Work::done(outcome),
            }
        }
        Work::start(move || work(&message, limit))
    }
}

/// How the messages that are sent are compressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compress {
    with: Compressor,
    min_size: usize,
}

impl Compress {
    pub(crate) fn new(with: Compressor, min_size: usize) -> Self {
        Self { with, min_size }
    }

    pub(crate) fn name(self) -> HeaderValue {
        HeaderValue::from_static(self.with.name())
    }

    /// Whether a message of that many bytes is compressed, and not at once.
    pub(crate) fn is_long(self, message: usize) -> bool {
        message > self.with.long as usize && message >= self.min_size
    }

    /// Appends the compressed message, unless it is too small for that, or would not become smaller. With a minimum of zero every message is
    /// compressed.
    pub(crate) fn apply(self, message: &[u8], buf: &mut BytesMut) -> Result<bool> {
        if message.len() < self.min_size {
            return Ok(false);
        }
        let start = buf.len();
        (self.with.algorithm.compress)(message, self.with.level, buf)?;
        let worth = self.min_size == 0 || buf.len() - start < message.len();
        if !worth {
            buf.truncate(start);
        }
        Ok(worth)
    }
}

#[cfg(test)]
mod tests;
