use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use http::HeaderMap;

use super::messages::Sent;
use crate::codec::Format;
use crate::{Codec, Error, Messages, Result};

/// A stream of messages that writes them where they are to be sent from.
pub(crate) trait Encode: Send {
    /// Appends the next message to `buf`. At the end it gives the trailing metadata instead, and is not asked again.
    fn poll_encode(&mut self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<Result<Encoded>>;
}

/// What [`Encode::poll_encode`] has done.
#[derive(Debug)]
pub(crate) enum Encoded {
    Message,
    End(HeaderMap),
}

/// The messages of a typed handler.
pub(super) struct Typed<T> {
    messages: Messages<T>,
    trailers: HeaderMap,
    codec: Codec,
    encode: fn(Codec, &T, &mut BytesMut) -> Result<()>,
}

impl<T> Typed<T> {
    /// The trailers are those that were known with the head; those that the stream ends with come after them.
    pub(super) fn new<F: Format<T>>(codec: Codec, messages: Messages<T>, trailers: HeaderMap) -> Self {
        Self { messages, trailers, codec, encode: F::encode }
    }
}

impl<T: Send> Encode for Typed<T> {
    fn poll_encode(&mut self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<Result<Encoded>> {
        // A stream that panics must not look like one that has ended.
        let poll = catch_unwind(AssertUnwindSafe(|| self.poll_message(cx, buf)));
        let encoded = ready!(poll.unwrap_or_else(|_| Poll::Ready(Err(Error::panicked()))));
        Poll::Ready(encoded.map_err(|mut error| {
            // What is another server's is none of the caller's business.
            error.forget_foreign_metadata();
            let mut trailers = std::mem::take(&mut self.trailers);
            super::append_all(error.take_trailers(), &mut trailers);
            error.with_trailers(trailers)
        }))
    }
}

impl<T> Typed<T> {
    fn poll_message(&mut self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<Result<Encoded>> {
        Poll::Ready(match ready!(self.messages.poll_sent(cx)?) {
            Some(Sent::Message(message)) => (self.encode)(self.codec, &message, buf).map(|()| Encoded::Message),
            Some(Sent::Trailers(trailers)) => {
                super::append_all(trailers, &mut self.trailers);
                Ok(Encoded::End(std::mem::take(&mut self.trailers)))
            }
            None => Ok(Encoded::End(std::mem::take(&mut self.trailers))),
        })
    }
}
