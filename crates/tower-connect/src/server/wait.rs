use std::task::{Context, Poll};

use http::response;

use super::drain::{Drain, Rest};
use super::outcome::Watch;
use crate::envelope::{Deadline, SendLimit};
use crate::protocol::Reply;
use crate::{Body, Call, Error};

/// What is remembered of a call until it is answered.
#[derive(Debug)]
pub(super) struct Wait<R> {
    reply: R,
    deadline: Option<Deadline>,
    send_limit: Option<SendLimit>,
    watch: Option<Watch>,
    rest: Option<Rest>,
}

impl<R: Reply> Wait<R> {
    pub(super) fn new(
        reply: R,
        call: &Call,
        send_limit: Option<SendLimit>,
        watch: Option<Watch>,
        rest: Option<Rest>,
    ) -> Self {
        Self { reply, deadline: call.deadline().map(Deadline::new), send_limit, watch, rest }
    }

    pub(super) fn reply(&mut self) -> &mut R {
        &mut self.reply
    }

    /// Ready with the error once the deadline has passed.
    pub(super) fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        self.deadline.as_mut().map_or(Poll::Pending, |deadline| deadline.poll(cx))
    }

    /// From here on deadline and limit are kept by the body.
    pub(super) fn bound(&mut self, body: Body) -> Result<Body, Error> {
        let body = match self.send_limit {
            Some(limit) => limit.bound(body)?,
            None => body,
        };
        Ok(match self.deadline.take() {
            Some(deadline) => deadline.bound(body),
            None => body,
        })
    }

    pub(super) fn succeed(self, head: response::Parts, body: Body) -> http::Response<Body> {
        let response = Drain::after_call(http::Response::from_parts(head, body), self.rest);
        match self.watch {
            Some(watch) => response.map(|body| watch.follow(body, None)),
            None => response,
        }
    }

    pub(super) fn fail(mut self, error: Error, head: response::Parts) -> http::Response<Body> {
        let code = error.code();
        let error = match self.send_limit {
            Some(limit) => limit.trim(error),
            None => error,
        };
        let response = Drain::after_call(self.reply.fail(error, head), self.rest);
        match self.watch {
            Some(watch) => response.map(|body| watch.follow(body, Some(code))),
            None => response,
        }
    }
}
