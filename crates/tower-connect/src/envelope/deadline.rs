use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};
use tokio::time::{Sleep, sleep_until};

use super::{Encode, Encoded, WireBody, now};
use crate::{Body, Code, Error, Result};

/// The deadline of a call. The timer is made when it is first waited for, inside the runtime.
#[derive(Debug)]
pub(crate) struct Deadline {
    at: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    pub(crate) fn new(at: Instant) -> Self {
        Self { at, timer: None }
    }

    /// Ready with the error once the deadline has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let at = self.at;
        // A timer is never ready at once, but a deadline may be.
        if self.timer.is_none() && now() >= at {
            return Poll::Ready(Error::deadline_exceeded());
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at.into())));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Error::deadline_exceeded())
    }

    /// Puts a bound on a body whose messages are not there yet.
    pub(crate) fn bound(self, mut body: Body) -> Body {
        if let Some(messages) = body.take_messages() {
            return Body::encoding(Messages { messages, deadline: self });
        }
        if body.is_whole() { body } else { Body::wire(Frames { body, deadline: self }) }
    }
}

/// Typed messages, until the deadline.
struct Messages {
    messages: Box<dyn Encode>,
    deadline: Deadline,
}

impl Encode for Messages {
    fn poll_encode(&mut self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<Result<Encoded>> {
        match self.deadline.poll(cx) {
            Poll::Ready(expired) => Poll::Ready(Err(expired)),
            Poll::Pending => self.messages.poll_encode(cx, buf),
        }
    }
}

/// Any other body, until the deadline.
struct Frames {
    body: Body,
    deadline: Deadline,
}

impl WireBody for Frames {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        match self.deadline.poll(cx) {
            Poll::Ready(expired) => Poll::Ready(Some(Err(expired))),
            Poll::Pending => self.body.poll(cx),
        }
    }

    fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    fn failure(&self) -> Option<Code> {
        self.body.failure()
    }
}
