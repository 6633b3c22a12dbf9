use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::response;
use tokio::time::{Sleep, sleep_until};

use super::drain::{Drain, Rest};
use super::outcome::Watch;
use crate::protocol::Reply;
use crate::{Body, Code, Error};

/// What is remembered of a call until it is answered.
#[derive(Debug)]
pub(super) struct Wait<R> {
    reply: R,
    deadline: Option<Deadline>,
    watch: Option<Watch>,
    rest: Option<Rest>,
}

/// The timer is made when it is first waited for, inside the runtime.
#[derive(Debug)]
enum Deadline {
    At(Instant),
    Armed(Pin<Box<Sleep>>),
}

impl<R: Reply> Wait<R> {
    pub(super) fn new(reply: R, deadline: Option<Instant>, watch: Option<Watch>, rest: Option<Rest>) -> Self {
        Self { reply, deadline: deadline.map(Deadline::At), watch, rest }
    }

    pub(super) fn reply(&mut self) -> &mut R {
        &mut self.reply
    }

    /// Ready with the error once the deadline has passed.
    pub(super) fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let sleep = match &mut self.deadline {
            None => return Poll::Pending,
            Some(Deadline::Armed(sleep)) => sleep,
            Some(Deadline::At(at)) => {
                let sleep = Box::pin(sleep_until((*at).into()));
                self.deadline = Some(Deadline::Armed(sleep));
                return self.poll_deadline(cx);
            }
        };
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(Error::new(Code::DeadlineExceeded, "the deadline of the call has passed"))
    }

    pub(super) fn succeed(self, head: response::Parts, body: Body) -> http::Response<Body> {
        let body = Drain::after_call(body, self.rest);
        let body = match self.watch {
            Some(watch) => watch.follow(body, None),
            None => body,
        };
        http::Response::from_parts(head, body)
    }

    pub(super) fn fail(mut self, error: Error, head: response::Parts) -> http::Response<Body> {
        let code = error.code();
        let response = self.reply.fail(error, head).map(|body| Drain::after_call(body, self.rest));
        match self.watch {
            Some(watch) => response.map(|body| watch.follow(body, Some(code))),
            None => response,
        }
    }
}
