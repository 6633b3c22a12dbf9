use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;
use http_body::Frame;

use super::{End, Message};
use crate::Result;
use crate::compression::Compress;
use crate::frame::{COMPRESSED, PREFIX, write_prefix};

/// One whole message with room for its prefix in front, and the trailing metadata after it.
#[derive(Debug)]
pub(crate) struct Whole {
    framed: Bytes,
    trailers: Option<Box<HeaderMap>>,
    next: Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Message,
    Trailers,
    Nothing,
}

impl Whole {
    /// From a message that begins after [`PREFIX`] bytes.
    pub(super) fn new(mut framed: BytesMut, trailers: HeaderMap) -> Result<Self> {
        write_prefix(0, &mut framed)?;
        let trailers = (!trailers.is_empty()).then(|| Box::new(trailers));
        Ok(Self { framed: framed.freeze(), trailers, next: Next::Message })
    }

    /// Trailers without a message.
    pub(super) fn trailers_alone(trailers: HeaderMap) -> Self {
        Self { framed: Bytes::new(), trailers: Some(Box::new(trailers)), next: Next::Trailers }
    }

    /// Of the message, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.framed.len().saturating_sub(PREFIX)
    }

    pub(super) fn is_unread(&self) -> bool {
        self.next == Next::Message
    }

    pub(crate) fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_deref()
    }

    /// The message and the trailers.
    pub(crate) fn into_message(mut self) -> Message {
        self.framed.advance(PREFIX);
        Message { bytes: self.framed, trailers: self.trailers }
    }

    /// The message in its frame.
    pub(crate) fn into_framed(self) -> Bytes {
        self.framed
    }

    /// The same with its message compressed, if that is worth it.
    pub(crate) fn compressed(mut self, compress: Compress) -> Result<Self> {
        let mut framed = BytesMut::from(&[0; PREFIX][..]);
        if compress.apply(&self.framed[PREFIX..], &mut framed)? {
            write_prefix(COMPRESSED, &mut framed)?;
            self.framed = framed.freeze();
        }
        Ok(self)
    }

    /// The next frame inside the envelope: the plain message, then the trailers if there are any.
    pub(super) fn next_plain(&mut self) -> Option<Frame<Bytes>> {
        self.next(|mut framed| {
            framed.advance(PREFIX);
            framed
        })
        .or_else(|| self.next_trailers(|trailers| trailers.map(|trailers| Frame::trailers(*trailers))))
    }

    /// The next frame on the wire: the message in its own frame, then what `end` makes of the trailers.
    pub(super) fn next_framed(&mut self, end: End) -> Option<Frame<Bytes>> {
        let success =
            |trailers: Option<Box<HeaderMap>>| end.frame(Ok(trailers.map(|trailers| *trailers).unwrap_or_default()));
        self.next(|framed| framed).or_else(|| self.next_trailers(|trailers| Some(success(trailers))))
    }

    /// Whether [`Whole::next_plain`] has nothing more.
    pub(super) fn is_plain_end(&self) -> bool {
        self.next == Next::Nothing || (self.next == Next::Trailers && self.trailers.is_none())
    }

    /// Whether [`Whole::next_framed`] has nothing more.
    pub(super) fn is_framed_end(&self) -> bool {
        self.next == Next::Nothing
    }

    fn next(&mut self, message: impl FnOnce(Bytes) -> Bytes) -> Option<Frame<Bytes>> {
        (self.next == Next::Message).then(|| {
            self.next = Next::Trailers;
            Frame::data(message(std::mem::take(&mut self.framed)))
        })
    }

    fn next_trailers(
        &mut self,
        end: impl FnOnce(Option<Box<HeaderMap>>) -> Option<Frame<Bytes>>,
    ) -> Option<Frame<Bytes>> {
        if self.next == Next::Nothing {
            return None;
        }
        self.next = Next::Nothing;
        end(self.trailers.take())
    }
}
