use http::HeaderValue;

use super::negotiate::choose;
use super::{Compress, Compressor};
use crate::error::Refusal;
use crate::{Error, Result};

/// What is offered unless a layer says otherwise: everything that is compiled in, in an order for callers that do not care.
pub(crate) const DEFAULT: &[Compressor] = &[
    #[cfg(feature = "zstd")]
    super::ZSTD,
    #[cfg(feature = "gzip")]
    super::GZIP,
    #[cfg(feature = "br")]
    super::BROTLI,
    #[cfg(feature = "deflate")]
    super::DEFLATE,
    #[cfg(feature = "snappy")]
    super::SNAPPY,
];

/// The size from which messages are compressed, in bytes.
pub(crate) const DEFAULT_MIN_SIZE: usize = 1024;

/// What a layer offers for a procedure.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// What is known, in which requests may come.
    pub(crate) receive: &'a [Compressor],
    /// What responses may go in.
    pub(crate) send: &'a [Compressor],
    pub(crate) min_size: usize,
}

#[cfg(test)]
pub(crate) const OFFER: Offer<'static> = Offer { receive: DEFAULT, send: DEFAULT, min_size: DEFAULT_MIN_SIZE };

impl Offer<'_> {
    /// The compressor that a caller says its messages have gone through.
    ///
    /// # Errors
    ///
    /// [`Code::Unimplemented`](crate::Code::Unimplemented), with the names of what is offered, for any other.
    pub(crate) fn undo(self, name: &HeaderValue) -> Result<Option<Compressor>> {
        if name.is_empty() || name.as_bytes().eq_ignore_ascii_case(b"identity") {
            return Ok(None);
        }
        self.find(name.as_bytes()).map(Some).ok_or_else(|| self.refuse(name))
    }

    /// What the caller accepts and likes best.
    pub(crate) fn choose(self, accepts: &HeaderValue) -> Option<Compress> {
        choose(self.send, accepts.as_bytes()).map(|with| Compress { with, min_size: self.min_size })
    }

    /// How to answer a caller that has not said what it accepts: who sends compressed messages can read them.
    pub(crate) fn answer(self, inflate: Option<Compressor>) -> Option<Compress> {
        self.choose(&HeaderValue::from_static(inflate?.name()))
    }

    fn find(self, name: &[u8]) -> Option<Compressor> {
        self.receive.iter().copied().find(|known| known.name().as_bytes().eq_ignore_ascii_case(name))
    }

    fn refuse(self, name: &HeaderValue) -> Error {
        let mut supported = String::new();
        for compressor in self.receive {
            supported.push_str(compressor.name());
            supported.push_str(", ");
        }
        supported.push_str("identity");
        let shown = crate::error::shown(name.as_bytes());
        let message = format!("unknown compression \"{shown}\": supported are {supported}");
        Error::unimplemented(message).with_refusal(Refusal::Compression { supported })
    }
}
