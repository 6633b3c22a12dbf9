use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};

use super::{Encode, Encoded, WireBody};
use crate::frame::check_size;
use crate::{Body, Code, Error, Result};

/// The largest message that is sent, in bytes, before it is compressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendLimit(pub(crate) u32);

impl SendLimit {
    /// Puts the limit on every message of a body.
    ///
    /// # Errors
    ///
    /// [`Code::ResourceExhausted`] for a message that is there already.
    pub(crate) fn bound(self, mut body: Body) -> Result<Body> {
        if let Some(messages) = body.take_messages() {
            return Ok(Body::encoding(Messages { messages, limit: self.0 }));
        }
        if let Some(len) = body.whole_len() {
            check_size(len as u64, self.0)?;
            return Ok(body);
        }
        Ok(Body::wire(Frames { body, limit: self.0 }))
    }

    /// An error that is too large loses its details: code and message are worth more than nothing.
    pub(crate) fn trim(self, error: Error) -> Error {
        let details = error.details().iter().map(|detail| detail.type_name().len() + detail.value().len());
        let size = error.message().len() + details.sum::<usize>();
        if size as u64 > u64::from(self.0) { error.without_details() } else { error }
    }
}

/// Typed messages.
struct Messages {
    messages: Box<dyn Encode>,
    limit: u32,
}

impl Encode for Messages {
    fn poll_encode(&mut self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<Result<Encoded>> {
        let start = buf.len();
        let encoded = ready!(self.messages.poll_encode(cx, buf)).map_err(|error| SendLimit(self.limit).trim(error))?;
        check_size((buf.len() - start) as u64, self.limit)?;
        Poll::Ready(Ok(encoded))
    }
}

/// Any other body.
struct Frames {
    body: Body,
    limit: u32,
}

impl WireBody for Frames {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = ready!(self.body.poll(cx)).transpose().map_err(|error| SendLimit(self.limit).trim(error))?;
        if let Some(message) = frame.as_ref().and_then(Frame::data_ref) {
            check_size(message.len() as u64, self.limit)?;
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    fn failure(&self) -> Option<Code> {
        self.body.failure()
    }
}
