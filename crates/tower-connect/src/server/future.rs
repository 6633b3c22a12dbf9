use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http::{StatusCode, response};
use pin_project::pin_project;
use tokio::time::Sleep;

use super::outcome::Watch;
use super::status::take_error;
use crate::error::{BoxError, Refusal};
use crate::protocol::Reply;
use crate::{Body, Code, Error};

/// The response future of [`Rpc`](super::Rpc).
#[pin_project]
#[derive(Debug)]
pub struct ResponseFuture<F, R> {
    #[pin]
    state: State<F, R>,
}

#[pin_project(project = Project)]
#[derive(Debug)]
enum State<F, R> {
    /// Nobody's call: whatever comes back goes out as it is.
    Unclaimed(#[pin] F),
    /// The call of a layer further out: an error is left for it in the extensions.
    Outer(#[pin] F),
    /// Our call, at its handler.
    Claimed {
        #[pin]
        inner: F,
        claimed: Option<Claimed<R>>,
    },
    /// Our call, on the way back.
    Replying {
        head: Option<response::Parts>,
        body: Body,
        claimed: Option<Claimed<R>>,
    },
    Done(Option<http::Response<Body>>),
}

/// What is remembered of a call while its handler runs.
#[derive(Debug)]
struct Claimed<R> {
    reply: R,
    deadline: Option<Deadline>,
    watch: Option<Watch>,
}

/// The timer is made when it is first waited for: there the runtime is sure to be.
#[derive(Debug)]
enum Deadline {
    At(Instant),
    Armed(Pin<Box<Sleep>>),
}

impl<F, R: Reply> ResponseFuture<F, R> {
    pub(super) fn unclaimed(inner: Result<F, Error>) -> Self {
        match inner {
            Ok(inner) => Self {
                state: State::Unclaimed(inner),
            },
            Err(error) => Self::done(plain(&error)),
        }
    }

    pub(super) fn outer(inner: Result<F, Error>) -> Self {
        match inner {
            Ok(inner) => Self {
                state: State::Outer(inner),
            },
            Err(error) => Self::done(leave(error)),
        }
    }

    pub(super) fn refused(refusal: Refusal) -> Self {
        Self::done(refusal.into_response(empty_head()))
    }

    pub(super) fn failed(error: Error, reply: R, watch: Option<Watch>) -> Self {
        Self::done(
            Claimed {
                reply,
                deadline: None,
                watch,
            }
            .fail(error, empty_head()),
        )
    }

    pub(super) fn claimed(inner: F, reply: R, deadline: Option<Instant>, watch: Option<Watch>) -> Self {
        let claimed = Claimed {
            reply,
            deadline: deadline.map(Deadline::At),
            watch,
        };
        Self {
            state: State::Claimed {
                inner,
                claimed: Some(claimed),
            },
        }
    }

    fn done(response: http::Response<Body>) -> Self {
        Self {
            state: State::Done(Some(response)),
        }
    }
}

impl<F, R, E, B> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<http::Response<B>, E>>,
    R: Reply,
    E: Into<Error>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<http::Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                Project::Unclaimed(inner) => {
                    return inner.poll(cx).map(|response| {
                        Ok(response.map_or_else(|error| plain(&error.into()), |response| response.map(Body::new)))
                    });
                }
                Project::Outer(inner) => {
                    return inner.poll(cx).map(|response| {
                        Ok(response.map_or_else(|error| leave(error.into()), |response| response.map(Body::new)))
                    });
                }
                Project::Claimed { inner, claimed } => {
                    let response = if poll_deadline(claimed, cx).is_ready() {
                        Err(Error::new(
                            Code::DeadlineExceeded,
                            "the deadline of the call has passed",
                        ))
                    } else {
                        ready!(inner.poll(cx)).map_err(Into::into)
                    };
                    let (head, body) = match response {
                        Ok(response) => response.into_parts(),
                        Err(error) => return Poll::Ready(Ok(take(claimed).fail(error, empty_head()))),
                    };
                    State::Replying {
                        head: Some(head),
                        body: Body::new(body),
                        claimed: claimed.take(),
                    }
                }
                Project::Replying {
                    head: head_slot,
                    body,
                    claimed,
                } => {
                    let mut head = head_slot.take().expect("the future is not polled after it is ready");
                    if let Some(error) = take_error(&mut head) {
                        return Poll::Ready(Ok(take(claimed).fail(error, head)));
                    }
                    let poll = if poll_deadline(claimed, cx).is_ready() {
                        Poll::Ready(Err(Error::new(
                            Code::DeadlineExceeded,
                            "the deadline of the call has passed",
                        )))
                    } else {
                        claimed
                            .as_mut()
                            .map_or(Poll::Pending, |claimed| claimed.reply.poll_reply(cx, &mut head, body))
                    };
                    match poll {
                        Poll::Ready(Ok(body)) => return Poll::Ready(Ok(take(claimed).succeed(head, body))),
                        Poll::Ready(Err(error)) => return Poll::Ready(Ok(take(claimed).fail(error, head))),
                        Poll::Pending => *head_slot = Some(head),
                    }
                    return Poll::Pending;
                }
                Project::Done(response) => {
                    return Poll::Ready(Ok(response.take().expect("the future is not polled after it is ready")));
                }
            };
            // The handler's future goes here, before its body is read.
            state.set(next);
        }
    }
}

impl<R: Reply> Claimed<R> {
    fn succeed(self, head: response::Parts, body: Body) -> http::Response<Body> {
        let body = match self.watch {
            Some(watch) => watch.follow(body, None),
            None => body,
        };
        http::Response::from_parts(head, body)
    }

    fn fail(mut self, error: Error, head: response::Parts) -> http::Response<Body> {
        let code = error.code();
        let response = self.reply.fail(error, head);
        match self.watch {
            Some(watch) => response.map(|body| watch.follow(body, Some(code))),
            None => response,
        }
    }
}

fn take<R>(claimed: &mut Option<Claimed<R>>) -> Claimed<R> {
    claimed.take().expect("the future is not polled after it is ready")
}

fn poll_deadline<R>(claimed: &mut Option<Claimed<R>>, cx: &mut Context<'_>) -> Poll<()> {
    let Some(deadline) = claimed.as_mut().and_then(|claimed| claimed.deadline.as_mut()) else {
        return Poll::Pending;
    };
    if let Deadline::At(at) = *deadline {
        *deadline = Deadline::Armed(Box::pin(tokio::time::sleep_until(at.into())));
    }
    match deadline {
        Deadline::At(_) => Poll::Pending,
        Deadline::Armed(sleep) => sleep.as_mut().poll(cx),
    }
}

/// The answer of a failed service to a caller of whom nothing is known.
fn plain(error: &Error) -> http::Response<Body> {
    let mut head = empty_head();
    head.status = error.code().http_status();
    http::Response::from_parts(head, Body::empty())
}

/// Leaves an error to the layer that claimed the call.
pub(super) fn leave(error: Error) -> http::Response<Body> {
    let mut head = empty_head();
    head.status = StatusCode::OK;
    head.extensions.insert(error);
    http::Response::from_parts(head, Body::empty())
}

pub(super) fn empty_head() -> response::Parts {
    http::Response::new(()).into_parts().0
}
