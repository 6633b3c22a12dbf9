use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::HeaderMap;
use http_body::Frame;

use super::Senders;
use crate::client::StreamFuture;
use crate::codec::Format;
use crate::{Body, Code, Codec, Error, Result};

/// The messages that the other side sends, as they come.
///
/// It is a [`Stream`]; [`message`](Self::message) needs no trait. After an error there is nothing more. Dropping it ends the call.
pub struct Streaming<T> {
    body: Body,
    codec: Codec,
    decode: fn(Codec, Bytes) -> Result<T>,
    trailers: Option<Box<HeaderMap>>,
    /// At a client that has not waited for the response: the call, and then its metadata.
    deferred: Option<Deferred<T>>,
    /// At a client: who still sends.
    call: Option<Box<Answer>>,
}

enum Deferred<T> {
    Calling(Pin<Box<StreamFuture<T>>>),
    Answered(HeaderMap),
}

/// A response that is being read.
struct Answer {
    senders: Senders,
    finish: fn(Error) -> Error,
}

impl<T> Streaming<T> {
    pub(crate) fn new<F: Format<T>>(body: Body, codec: Codec) -> Self {
        Self { body, codec, decode: F::decode, trailers: None, deferred: None, call: None }
    }

    /// The messages of a response: `finish` sees the error that they end with, and senders of the request are told of it.
    pub(crate) fn answer<F: Format<T>>(body: Body, codec: Codec, senders: Senders, finish: fn(Error) -> Error) -> Self {
        Self { call: Some(Box::new(Answer { senders, finish })), ..Self::new::<F>(body, codec) }
    }

    /// The messages of a call that is made when the first of them is asked for.
    pub(crate) fn deferred(call: StreamFuture<T>) -> Self {
        let unread = |_, _| Err(Error::new(Code::Internal, "a call that is not made has no messages"));
        let deferred = Some(Deferred::Calling(Box::pin(call)));
        Self { body: Body::empty(), codec: Codec::Proto, decode: unread, trailers: None, deferred, call: None }
    }

    /// Leading metadata of a [deferred](StreamFuture::deferred) call, once its first message is there; `None` before. Others have it in their
    /// [`Response`](crate::Response).
    #[must_use]
    pub fn metadata(&self) -> Option<&HeaderMap> {
        match &self.deferred {
            Some(Deferred::Answered(metadata)) => Some(metadata),
            Some(Deferred::Calling(_)) | None => None,
        }
    }

    /// Waits for the response of a deferred call.
    fn poll_answered(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(Deferred::Calling(call)) = &mut self.deferred else { return Poll::Ready(Ok(())) };
        let response = ready!(call.as_mut().poll(cx));
        self.deferred = None;
        let (head, messages, _) = response?.into_parts();
        *self = Self { deferred: Some(Deferred::Answered(head.headers)), ..messages };
        Poll::Ready(Ok(()))
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

    /// Trailing metadata: what came after the messages. It is `None` before they have ended, and at a server. If they end with an error, its
    /// metadata is [in there](Error::trailers).
    #[must_use]
    pub fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_deref()
    }

    /// What its messages are decoded by.
    #[cfg(feature = "testing")]
    pub(crate) fn decoder(&self) -> impl Fn(Bytes) -> Result<T> + Send + use<T> {
        let (codec, decode) = (self.codec, self.decode);
        move |message| decode(codec, message)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn map_body(self, f: impl FnOnce(Body) -> Body) -> Self {
        Self { body: f(self.body), ..self }
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        if let Err(error) = ready!(self.poll_answered(cx)) {
            return Poll::Ready(Some(Err(error)));
        }
        let message = loop {
            match ready!(self.body.poll(cx)) {
                None => {
                    if self.call.is_some() {
                        self.trailers.get_or_insert_default();
                    }
                    self.end(None);
                    return Poll::Ready(None);
                }
                Some(Err(error)) => break Err(error),
                Some(Ok(frame)) => match frame.into_data().map_err(Frame::into_trailers) {
                    Ok(message) => break (self.decode)(self.codec, message),
                    Err(trailers) => self.trailers = trailers.ok().map(Box::new),
                },
            }
        };
        Poll::Ready(Some(message.map_err(|error| {
            self.body = Body::empty();
            let error = match &self.call {
                Some(call) => (call.finish)(error),
                None => error,
            };
            self.end(Some(&error));
            error
        })))
    }

    fn end(&mut self, error: Option<&Error>) {
        if let Some(call) = &mut self.call {
            call.senders.tell(error);
        }
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
