//! Compression of messages: what is offered, what the caller accepts, and the bound on what comes out.
//!
//! ```
//! use tower_connect::RpcLayer;
//! use tower_connect::compression::GZIP;
//!
//! // What the layer offers, in order of preference; these are the defaults.
//! let layer = RpcLayer::new().compression(&[GZIP]).compress_min_size(1024);
//! let without = RpcLayer::new().compression(&[]);
//! # let _ = (layer, without);
//! ```

mod gzip;
mod negotiate;

use std::fmt;

use bytes::BytesMut;
use http::HeaderValue;

pub use self::gzip::GZIP;
use self::negotiate::choose;
use crate::error::Refusal;
use crate::{Error, Result};

/// A way to compress messages, each by itself.
///
/// It is made of two functions, so that one of yours is a constant like [`GZIP`].
pub struct Compressor {
    name: &'static str,
    compress: fn(&[u8], &mut BytesMut) -> Result<()>,
    decompress: fn(&[u8], usize, &mut BytesMut) -> Result<()>,
}

impl Compressor {
    /// A compressor by its name in headers, for instance `gzip`.
    ///
    /// `compress` appends the compressed message. `decompress` appends the plain one, and stops with
    /// [`Code::ResourceExhausted`](crate::Code::ResourceExhausted) as soon as it is larger than the limit, in bytes; what is not a whole
    /// compressed message is [`Code::InvalidArgument`](crate::Code::InvalidArgument).
    #[must_use]
    pub const fn new(
        name: &'static str,
        compress: fn(&[u8], &mut BytesMut) -> Result<()>,
        decompress: fn(&[u8], usize, &mut BytesMut) -> Result<()>,
    ) -> Self {
        Self { name, compress, decompress }
    }

    /// The name in headers.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn decompress(&self, message: &[u8], limit: u32) -> Result<BytesMut> {
        let mut plain = BytesMut::new();
        (self.decompress)(message, limit as usize, &mut plain)?;
        Ok(plain)
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Compressor").field(&self.name).finish()
    }
}

/// What a layer offers.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub(crate) compressors: &'static [&'static Compressor],
    pub(crate) min_size: usize,
}

impl Default for Offer {
    fn default() -> Self {
        Self { compressors: &[GZIP], min_size: 1024 }
    }
}

impl Offer {
    /// The compressor that a caller says its messages have gone through.
    ///
    /// # Errors
    ///
    /// [`Code::Unimplemented`](crate::Code::Unimplemented), with the names of what is offered, for any other.
    pub(crate) fn undo(&self, name: &HeaderValue) -> Result<Option<&'static Compressor>> {
        if name.is_empty() || name.as_bytes().eq_ignore_ascii_case(b"identity") {
            return Ok(None);
        }
        self.find(name.as_bytes()).map(Some).ok_or_else(|| self.refuse(name))
    }

    /// What the caller accepts and likes best.
    pub(crate) fn choose(&self, accepts: &HeaderValue) -> Option<Compress> {
        choose(self.compressors, accepts.as_bytes()).map(|with| self.with(with))
    }

    /// How to answer a caller that has not said what it accepts: who sends compressed messages can read them.
    pub(crate) fn with(&self, with: &'static Compressor) -> Compress {
        Compress { with, min_size: self.min_size }
    }

    fn find(&self, name: &[u8]) -> Option<&'static Compressor> {
        self.compressors.iter().copied().find(|known| known.name.as_bytes().eq_ignore_ascii_case(name))
    }

    fn refuse(&self, name: &HeaderValue) -> Error {
        let mut supported = String::new();
        for compressor in self.compressors {
            supported.push_str(compressor.name);
            supported.push_str(", ");
        }
        supported.push_str("identity");
        let shown = crate::error::shown(name.as_bytes());
        let message = format!("unknown compression \"{shown}\": supported are {supported}");
        Error::unimplemented(message).with_refusal(Refusal::Compression { supported })
    }
}

/// How the messages of a response are compressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compress {
    with: &'static Compressor,
    min_size: usize,
}

impl Compress {
    pub(crate) fn name(self) -> HeaderValue {
        HeaderValue::from_static(self.with.name)
    }

    /// Appends the compressed message, unless it is too small for that, or would not become smaller.
    pub(crate) fn apply(self, message: &[u8], buf: &mut BytesMut) -> Result<bool> {
        if message.len() < self.min_size {
            return Ok(false);
        }
        let start = buf.len();
        (self.with.compress)(message, buf)?;
        let smaller = buf.len() - start < message.len();
        if !smaller {
            buf.truncate(start);
        }
        Ok(smaller)
    }
}
