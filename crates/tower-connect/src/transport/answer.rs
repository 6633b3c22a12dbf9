use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::http::Version;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::{Code, Error};

/// The body of a response, as it comes.
#[derive(Debug)]
pub struct Answer {
    body: Incoming,
    /// Whether the stream may be reset without a sign.
    resettable: bool,
    ended: bool,
}

impl Answer {
    pub(super) fn new(body: Incoming, version: Version) -> Self {
        Self { body, resettable: version == Version::HTTP_2, ended: false }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let frame = frame.map(|frame| frame.map_err(Error::of_transport));
        self.ended = !matches!(frame, Some(Ok(_)));
        // hyper takes a stream of HTTP/2 for ended that was reset with NO_ERROR or CANCEL, however much of it is still to come. Servers that give up
        // a call use the latter.
        if frame.is_none() && self.resettable && !self.body.is_end_stream() && self.body.size_hint().exact() != Some(0)
        {
            return Poll::Ready(Some(Err(Error::of_answer(Code::Canceled, "the stream was reset before its end"))));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
