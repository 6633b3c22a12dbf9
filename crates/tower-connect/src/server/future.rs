use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::response;
use pin_project::pin_project;

use super::drain::Drain;
use super::status::take_error;
use super::wait::Wait;
use crate::envelope::Source;
use crate::error::{BoxError, Refusal};
use crate::protocol::Reply;
use crate::{Body, Error};

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
    Handling {
        #[pin]
        inner: F,
        wait: Option<Wait<R>>,
    },
    /// Our call, on the way back.
    Replying(Option<Replying<R>>),
    Done(Option<http::Response<Body>>),
}

#[derive(Debug)]
struct Replying<R> {
    head: response::Parts,
    body: Body,
    wait: Wait<R>,
}

impl<F, R: Reply> ResponseFuture<F, R> {
    pub(super) fn unclaimed(inner: Result<F, Error>) -> Self {
        inner.map_or_else(|error| Self::done(plain(&error)), |inner| Self { state: State::Unclaimed(inner) })
    }

    pub(super) fn outer(inner: Result<F, Error>) -> Self {
        inner.map_or_else(|error| Self::done(leave(error)), |inner| Self { state: State::Outer(inner) })
    }

    /// No call at all; on HTTP/1.1 the upload comes with it.
    pub(super) fn refused(refusal: Refusal, upload: Source) -> Self {
        Self::done(Drain::after(refusal.into_response(empty_head()), upload))
    }

    /// Our call, which fails before it reaches a handler.
    pub(super) fn failed(error: Error, wait: Wait<R>) -> Self {
        Self::done(wait.fail(error, empty_head()))
    }

    pub(super) fn handling(inner: F, wait: Wait<R>) -> Self {
        Self { state: State::Handling { inner, wait: Some(wait) } }
    }

    fn done(response: http::Response<Body>) -> Self {
        Self { state: State::Done(Some(response)) }
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
        let mut replying = match state.as_mut().project() {
            Project::Unclaimed(inner) => {
                let response = ready!(inner.poll(cx)).map(|response| response.map(Body::new));
                return Poll::Ready(Ok(response.unwrap_or_else(|error| plain(&error.into()))));
            }
            Project::Outer(inner) => {
                let response = ready!(inner.poll(cx)).map(|response| response.map(Body::new));
                return Poll::Ready(Ok(response.unwrap_or_else(|error| leave(error.into()))));
            }
            Project::Handling { inner, wait } => {
                let response = match wait.as_mut().expect(POLLED_AGAIN).poll_deadline(cx) {
                    Poll::Ready(expired) => leave(expired),
                    Poll::Pending => match ready!(inner.poll(cx)) {
                        Ok(response) => response.map(Body::new),
                        Err(error) => leave(error.into()),
                    },
                };
                Replying::new(response, wait.take().expect(POLLED_AGAIN))
            }
            Project::Replying(replying) => replying.take().expect(POLLED_AGAIN),
            Project::Done(response) => return Poll::Ready(Ok(response.take().expect(POLLED_AGAIN))),
        };
        // The handler's future goes before its body is read, and with it what it holds of the request.
        state.set(State::Done(None));
        match replying.poll(cx) {
            Poll::Ready(body) => Poll::Ready(Ok(replying.finish(body))),
            Poll::Pending => {
                state.set(State::Replying(Some(replying)));
                Poll::Pending
            }
        }
    }
}

const POLLED_AGAIN: &str = "the future is not polled after it is ready";

impl<R: Reply> Replying<R> {
    fn new(response: http::Response<Body>, mut wait: Wait<R>) -> Self {
        let (mut head, body) = response.into_parts();
        let body = wait.bound(body).unwrap_or_else(|error| {
            head.extensions.insert(error);
            Body::empty()
        });
        Self { head, body, wait }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Body, Error>> {
        if let Some(error) = take_error(&mut self.head) {
            return Poll::Ready(Err(error));
        }
        self.wait.reply().poll_reply(cx, &mut self.head, &mut self.body)
    }

    fn finish(self, body: Result<Body, Error>) -> http::Response<Body> {
        // What is left of the body goes first: it may hold the rest of the upload.
        drop(self.body);
        match body {
            Ok(body) => self.wait.succeed(self.head, body),
            Err(error) => self.wait.fail(error, self.head),
        }
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
    head.extensions.insert(error);
    http::Response::from_parts(head, Body::empty())
}

pub(super) fn empty_head() -> response::Parts {
    http::Response::new(()).into_parts().0
}
