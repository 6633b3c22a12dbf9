use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::codec::Format;
use crate::{Body, Codec, Error, Result};

/// The messages that the other side sends, as they come.
///
/// It is a [`Stream`]; [`message`](Self::message) needs no trait. After an error there is nothing more.
pub struct Streaming<T> {
    body: Body,
    codec: Codec,
    decode: fn(Codec, Bytes) -> Result<T>,
}

impl<T> Streaming<T> {
    pub(crate) fn new<F: Format<T>>(body: Body, codec: Codec) -> Self {
        Self { body, codec, decode: F::decode }
    }

    /// The next message; `None` when there are no more.
    ///
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// The other side's error, a message that cannot be read, or one above the limit.
    pub async fn message(&mut self) -> Result<Option<T>> {
        std::future::poll_fn(|cx| self.poll_message(cx)).await.transpose()
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        let message = loop {
            match ready!(self.body.poll(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => break Err(error),
                Some(Ok(frame)) => {
                    if let Ok(message) = frame.into_data() {
                        break (self.decode)(self.codec, message);
                    }
                }
            }
        };
        if message.is_err() {
            self.body = Body::empty();
        }
        Poll::Ready(Some(message))
    }
}

impl<T> Stream for Streaming<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_message(cx)
    }
}

impl<T> fmt::Debug for Streaming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming").field("body", &self.body).field("codec", &self.codec).finish_non_exhaustive()
    }
}
