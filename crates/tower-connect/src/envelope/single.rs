use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;

use crate::{Body, Error};

/// Reads a body that must hold exactly one message, and the trailers after it.
#[derive(Debug, Default)]
pub(crate) struct Single {
    bytes: Option<Bytes>,
    trailers: Option<Box<HeaderMap>>,
}

/// One message, taken off its body.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) bytes: Bytes,
    pub(crate) trailers: Option<Box<HeaderMap>>,
}

/// What a body held instead of one message.
#[derive(Debug)]
pub(crate) enum SingleError {
    None,
    Several,
    Failed(Error),
}

impl Single {
    /// The message and the trailers. One frame beyond the message is read, because a second message must not be overlooked.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, body: &mut Body) -> Poll<Result<Message, SingleError>> {
        loop {
            let frame = match ready!(body.poll(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Err(SingleError::Failed(error))),
                None => break,
            };
            match frame.into_data() {
                Ok(data) if self.bytes.is_none() => self.bytes = Some(data),
                Ok(_) => return Poll::Ready(Err(SingleError::Several)),
                Err(frame) => self.trailers = frame.into_trailers().ok().map(Box::new),
            }
        }
        let bytes = self.bytes.take().ok_or(SingleError::None)?;
        Poll::Ready(Ok(Message { bytes, trailers: self.trailers.take() }))
    }
}
