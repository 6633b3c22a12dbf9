use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{request, response};
use http_body::Body as _;
use pin_project::pin_project;
use tower_service::Service;

use super::ready::WaitForReady;
use super::upload::{Tie, tie};
use crate::envelope::Deadline;
use crate::error::{BoxError, Retry};
use crate::protocol::Ask;
use crate::{Body, Error, Result};

/// The response future of [`Egress`](super::Egress).
#[pin_project]
#[derive(Debug)]
pub struct ResponseFuture<S, F> {
    #[pin]
    state: State<S, F>,
    pending: Option<Pending>,
}

#[pin_project(project = Project)]
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "they are the steps of one call, and none is worth a box")]
enum State<S, F> {
    /// No call of ours.
    Pass(#[pin] F),
    /// On its way to the wire.
    Asking {
        service: S,
        request: Option<(request::Parts, Body)>,
    },
    /// On the wire.
    Waiting(#[pin] F),
    /// On its way back.
    Reading(Option<(response::Parts, Body)>),
    Failed(Option<Error>),
}

/// What is remembered of a call until it is answered.
#[derive(Debug)]
pub(super) struct Pending {
    ask: Ask,
    deadline: Option<Deadline>,
    tie: Option<Tie>,
    waiting: Option<WaitForReady>,
}

impl Pending {
    pub(super) fn new(ask: Ask, deadline: Option<Deadline>, waiting: Option<WaitForReady>) -> Self {
        Self { ask, deadline, tie: None, waiting }
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let expired = ready!(self.deadline.as_mut().map_or(Poll::Pending, |deadline| deadline.poll(cx)));
        Poll::Ready(match &self.waiting {
            Some(waiting) => waiting.explain(expired),
            None => expired,
        })
    }

    /// From here on the call is kept by its response's body.
    fn hold(mut self, body: Body) -> Body {
        let body = match self.tie.take() {
            Some(tie) => tie.hold(body),
            None => body,
        };
        match self.deadline.take() {
            Some(deadline) => deadline.bound_answer(body),
            None => body,
        }
    }

    fn explain(&self, error: Error) -> Error {
        let error = match &self.tie {
            Some(tie) => tie.explain(error),
            None => error,
        };
        match &self.deadline {
            Some(deadline) => deadline.explain(error),
            None => error,
        }
    }
}

impl<S, F> ResponseFuture<S, F> {
    pub(super) fn pass(inner: F) -> Self {
        Self { state: State::Pass(inner), pending: None }
    }

    pub(super) fn failed(error: Error) -> Self {
        Self { state: State::Failed(Some(error)), pending: None }
    }

    pub(super) fn asking(service: S, head: request::Parts, body: Body, pending: Pending) -> Self {
        Self { state: State::Asking { service, request: Some((head, body)) }, pending: Some(pending) }
    }
}

impl<S, B> Future for ResponseFuture<S, S::Future>
where
    S: Service<http::Request<Body>, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<http::Response<Body>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let outcome = ready!(poll_state(&mut this.state, this.pending, cx));
        // What is still under way is let go at once.
        this.state.set(State::Failed(None));
        Poll::Ready(match (outcome, this.pending.take()) {
            (Ok((head, body)), Some(pending)) => Ok(http::Response::from_parts(head, pending.hold(body))),
            (Ok((head, body)), None) => Ok(http::Response::from_parts(head, body)),
            (Err(error), Some(pending)) => Err(pending.explain(error)),
            (Err(error), None) => Err(error),
        })
    }
}

fn poll_state<S, B>(
    state: &mut Pin<&mut State<S, S::Future>>,
    pending: &mut Option<Pending>,
    cx: &mut Context<'_>,
) -> Poll<Result<(response::Parts, Body)>>
where
    S: Service<http::Request<Body>, Response = http::Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    if let Some(Poll::Ready(expired)) = pending.as_mut().map(|pending| pending.poll_deadline(cx)) {
        let unsent = matches!(&**state, State::Asking { .. });
        return Poll::Ready(Err(if unsent { expired.with_retry(Retry::NeverSent) } else { expired }));
    }
    loop {
        let next = match (state.as_mut().project(), pending.as_mut()) {
            (Project::Pass(inner), _) | (Project::Waiting(inner), None) => {
                let response = ready!(inner.poll(cx)).map_err(Error::of_transport)?;
                return Poll::Ready(Ok(response.map(Body::new).into_parts()));
            }
            (Project::Failed(error), _) => return Poll::Ready(Err(error.take().expect(POLLED_AGAIN))),
            (Project::Asking { service, request }, Some(pending)) => {
                let (head, body) = request.as_mut().expect(POLLED_AGAIN);
                let body = ready!(pending.ask.poll_request(cx, head, body))?;
                let (head, _) = request.take().expect(POLLED_AGAIN);
                let body = if body.size_hint().exact().is_some_and(|size| size <= AT_ONCE) {
                    body
                } else {
                    let (body, tie) = tie(body, pending.deadline.as_ref());
                    pending.tie = Some(tie);
                    body
                };
                State::Waiting(service.call(http::Request::from_parts(head, body)))
            }
            (Project::Waiting(inner), Some(_)) => {
                let response = ready!(inner.poll(cx)).map_err(Error::of_transport)?;
                State::Reading(Some(response.map(Body::new).into_parts()))
            }
            (Project::Reading(response), Some(pending)) => {
                let (head, body) = response.as_mut().expect(POLLED_AGAIN);
                let body = ready!(pending.ask.poll_response(cx, head, body))?;
                let (head, _) = response.take().expect(POLLED_AGAIN);
                return Poll::Ready(Ok((head, body)));
            }
            (Project::Asking { .. } | Project::Reading(_), None) => unreachable!("a call of ours is remembered"),
        };
        state.set(next);
    }
}

/// A request of so many bytes is sent at once, as a rule, and not worth to be followed.
const AT_ONCE: u64 = 16 << 10;

const POLLED_AGAIN: &str = "the future is not polled after it is ready";
