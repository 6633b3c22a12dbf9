//! A request that is sent while its response is read: what both halves of the call tell each other.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use tokio::sync::oneshot;

use crate::envelope::WireBody;
use crate::{Body, Code, Error, Result};

/// Ties a request to the call that it belongs to.
pub(super) fn tie(request: Body) -> (Body, Tie) {
    let (alive, call) = oneshot::channel();
    let failure = Arc::<OnceLock<Error>>::default();
    let upload = Upload { request, call: Some(call), failure: Arc::clone(&failure) };
    (Body::wire(upload), Tie { _alive: alive, failure })
}

/// Held while the response is waited for or read. When it goes, nothing more is sent.
#[derive(Debug)]
pub(super) struct Tie {
    _alive: oneshot::Sender<Infallible>,
    failure: Arc<OnceLock<Error>>,
}

impl Tie {
    /// The error of a response: of the request, if it could not be sent to its end.
    pub(super) fn explain(&self, error: Error) -> Error {
        self.failure.get().cloned().unwrap_or(error)
    }

    /// Holds on to the call until its response has ended.
    pub(super) fn hold(self, response: Body) -> Body {
        Body::wire(Held { response, tie: Some(self) })
    }
}

/// The request, until its call has ended.
struct Upload {
    request: Body,
    call: Option<oneshot::Receiver<Infallible>>,
    /// Why the request could not be sent to its end.
    failure: Arc<OnceLock<Error>>,
}

impl WireBody for Upload {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let Some(call) = &mut self.call else { return Poll::Ready(None) };
        let frame = if Pin::new(call).poll(cx).is_ready() {
            Some(Err(canceled()))
        } else {
            ready!(self.request.poll(cx)).map(|frame| {
                frame.map_err(|error| {
                    // Nobody else has set it.
                    let _ = self.failure.set(error);
                    canceled()
                })
            })
        };
        if !matches!(frame, Some(Ok(_))) {
            self.call = None;
            self.request = Body::empty();
        }
        Poll::Ready(frame)
    }

    fn is_end(&self) -> bool {
        self.call.is_none() || self.request.is_end_stream()
    }

    fn failure(&self) -> Option<Code> {
        None
    }
}

/// What the transport is told of a call that is over.
fn canceled() -> Error {
    let error = Error::new(Code::Canceled, "the call has ended");
    #[cfg(feature = "client")]
    // By this hyper knows with which reason to reset the stream.
    let error = error.with_source(h2::Error::from(h2::Reason::CANCEL));
    error
}

/// The response, which keeps its request going.
struct Held {
    response: Body,
    tie: Option<Tie>,
}

impl WireBody for Held {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = ready!(self.response.poll(cx));
        match (frame, self.tie.take()) {
            (Some(Err(error)), Some(tie)) => Poll::Ready(Some(Err(tie.explain(error)))),
            (Some(Ok(frame)), tie) => {
                self.tie = tie;
                Poll::Ready(Some(Ok(frame)))
            }
            (frame, _) => Poll::Ready(frame),
        }
    }

    fn is_end(&self) -> bool {
        self.response.is_end_stream()
    }

    fn failure(&self) -> Option<Code> {
        self.response.failure()
    }
}
