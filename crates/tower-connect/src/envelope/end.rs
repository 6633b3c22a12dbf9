use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;

use crate::Result;

/// How a protocol ends a body of framed messages: with trailers in gRPC, with a last frame in the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    spell: fn(Result<HeaderMap>, usize) -> Frame<Bytes>,
    limit: usize,
}

impl End {
    /// The limit is what headers may take, in bytes, for a protocol that ends with headers.
    pub(crate) const fn new(spell: fn(Result<HeaderMap>, usize) -> Frame<Bytes>, limit: usize) -> Self {
        Self { spell, limit }
    }

    /// The frame that tells how a call went, with its trailing metadata.
    pub(crate) fn frame(self, outcome: Result<HeaderMap>) -> Frame<Bytes> {
        (self.spell)(outcome, self.limit)
    }
}
