use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};
use tokio::time::{Sleep, sleep, sleep_until};

use super::{Encode, Encoded, WireBody, now};
use crate::error::Origin;
use crate::{Body, Code, Error, Result};

/// How late a timer may be, and how much shorter a timeout is told than it is.
const TICK: Duration = Duration::from_millis(3);

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

    pub(crate) fn at(&self) -> Instant {
        self.at
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

    /// An error as it looks to who knows of the deadline: a server that was told of it may be the first to give up, and an upload that ends with it
    /// may take its connection along.
    pub(crate) fn explain(&self, error: Error) -> Error {
        let broken = matches!(error.code(), Code::Unavailable | Code::Canceled);
        let under_way = broken && error.origin() == Origin::Transport;
        if !under_way || now() + TICK < self.at {
            return error;
        }
        let retry = error.retry();
        let expired = Error::deadline_exceeded().with_source(error);
        match retry {
            Some(retry) => expired.with_retry(retry),
            None => expired,
        }
    }

    /// Puts a bound on a response that is read: what has come in time is there for a reader who comes late.
    pub(crate) fn bound_answer(self, body: Body) -> Body {
        if body.is_whole() { body } else { Body::wire(Answer { body, deadline: self, in_time: false, grace: None }) }
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

/// A response, until the deadline. The deadline counts where there is nothing to be read.
struct Answer {
    body: Body,
    deadline: Deadline,
    /// Whether the deadline was still to come when this wait began.
    in_time: bool,
    grace: Option<Pin<Box<Sleep>>>,
}

/// For a reader who comes after the deadline: a transport that is not asked may leave what has come where it is.
const GRACE: Duration = Duration::from_millis(20);

impl WireBody for Answer {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        if let Poll::Ready(frame) = self.body.poll(cx) {
            (self.in_time, self.grace) = (false, None);
            return Poll::Ready(frame.map(|frame| frame.map_err(|error| self.deadline.explain(error))));
        }
        let Poll::Ready(expired) = self.deadline.poll(cx) else {
            self.in_time = true;
            return Poll::Pending;
        };
        if self.body.is_settled() {
            return Poll::Pending;
        }
        if !self.in_time {
            ready!(self.grace.get_or_insert_with(|| Box::pin(sleep(GRACE))).as_mut().poll(cx));
        }
        self.body = Body::empty();
        Poll::Ready(Some(Err(expired)))
    }

    fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    fn failure(&self) -> Option<Code> {
        self.body.failure()
    }
}
