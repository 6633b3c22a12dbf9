//! A request that is sent while its response is read.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::running::{self, Upload};
use crate::envelope::{Deadline, WireBody};
use crate::error::Origin;
use crate::{Body, Code, Error, Result};

/// Ties a request to the call that it belongs to.
pub(super) fn tie(request: Body, deadline: Option<&Deadline>) -> (Body, Tie) {
    let deadline = deadline.map(Deadline::at);
    let upload = Arc::new(Upload::new(deadline));
    let request = Tied { request: Some(request), upload: Arc::clone(&upload), deadline: deadline.map(Deadline::new) };
    (Body::wire(request), Tie(upload))
}

/// Held while the response is waited for or read. When it goes, nothing more is sent.
#[derive(Debug)]
pub(super) struct Tie(Arc<Upload>);

impl Tie {
    /// The error of a response: of the request, if it could not be sent to its end.
    pub(super) fn explain(&self, error: Error) -> Error {
        self.0.failure().cloned().unwrap_or(error)
    }

    /// Holds on to the call until its response has ended.
    pub(super) fn hold(self, response: Body) -> Body {
        Body::wire(Held { response, tie: Some(self) })
    }
}

impl Drop for Tie {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The request, until its call has ended.
struct Tied {
    request: Option<Body>,
    upload: Arc<Upload>,
    deadline: Option<Deadline>,
}

impl Tied {
    fn poll_request(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let Some(request) = &mut self.request else { return Poll::Ready(None) };
        let expired = self.deadline.as_mut().is_some_and(|deadline| deadline.poll(cx).is_ready());
        if expired || self.upload.is_over(cx) {
            // The caller may find it in what becomes of the transport's error.
            let expired = expired || self.upload.is_expired();
            let reason = if expired { Error::deadline_exceeded() } else { ended() };
            return Poll::Ready(Some(Err(canceled(reason))));
        }
        Poll::Ready(match ready!(request.poll(cx)) {
            Some(Err(error)) => {
                // Part of the request may have been sent, whatever it is that this side tells of.
                self.upload.fail(error.without_retry().with_origin(Origin::Local));
                Some(Err(canceled(ended())))
            }
            frame => frame,
        })
    }
}

impl WireBody for Tied {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = running::apart(|| self.poll_request(cx));
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.request = None;
        }
        if self.request.is_some() {
            running::claim(&self.upload);
        } else {
            running::release(&self.upload);
        }
        frame
    }

    fn is_end(&self) -> bool {
        let ended = running::apart(|| self.request.as_ref().is_none_or(Body::is_end_stream));
        // hyper asks for it before it begins to send, and may then wait before it asks for more.
        if !ended {
            running::claim(&self.upload);
        }
        ended
    }

    fn size_hint(&self) -> SizeHint {
        self.request.as_ref().map_or_else(|| SizeHint::with_exact(0), http_body::Body::size_hint)
    }

    fn failure(&self) -> Option<Code> {
        None
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        running::release(&self.upload);
    }
}

fn ended() -> Error {
    Error::new(Code::Canceled, "the call has ended")
}

/// What the transport is told of a call that is over. By its source hyper knows with which reason to reset the stream.
#[cfg(feature = "client")]
fn canceled(reason: Error) -> Error {
    reason.with_source(h2::Error::from(h2::Reason::CANCEL))
}

/// What the transport is told of a call that is over.
#[cfg(not(feature = "client"))]
fn canceled(reason: Error) -> Error {
    reason
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

    fn is_settled(&self) -> bool {
        self.response.is_settled()
    }
}
