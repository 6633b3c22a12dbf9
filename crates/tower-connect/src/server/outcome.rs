use std::fmt;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame};

use super::layer::OnEnd;
use crate::envelope::now;
use crate::{Body, Call, Code, Error, Result};

/// How a call ended: what [`RpcLayer::on_end`](super::RpcLayer::on_end) is told.
#[derive(Clone, Debug)]
pub struct Outcome {
    code: Option<Code>,
    duration: Duration,
}

impl Outcome {
    /// Why the call failed; `None` if it went well.
    ///
    /// A caller that went away before the end of the response makes it [`Code::Canceled`].
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.code
    }

    /// From the request's head to the end of the response.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

/// Reports a call when it is dropped: whatever becomes of the call, it is reported once.
pub(crate) struct Watch {
    call: Call,
    on_end: OnEnd,
    code: Option<Code>,
}

impl Watch {
    pub(super) fn new(call: Call, on_end: OnEnd) -> Self {
        // Until it is known to have ended, a call that is dropped is one that nobody waits for.
        Self {
            call,
            on_end,
            code: Some(Code::Canceled),
        }
    }

    /// Follows the body of the response to its end; `outcome` is what the head tells.
    pub(super) fn follow(self, body: Body, outcome: Option<Code>) -> Body {
        Body::watched(Watched {
            body,
            watch: self,
            outcome,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let outcome = Outcome {
            code: self.code,
            duration: now().saturating_duration_since(self.call.started()),
        };
        (self.on_end)(&self.call, &outcome);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("call", &self.call)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// A response's body with the watch that reports how it ends.
#[derive(Debug)]
pub(crate) struct Watched {
    body: Body,
    watch: Watch,
    outcome: Option<Code>,
}

impl Watched {
    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = ready!(self.body.poll(cx));
        if let Some(Err(error)) = &frame {
            self.outcome = Some(Error::code(error));
        }
        Poll::Ready(frame)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.body.is_end_stream() {
            self.watch.code = self.outcome;
        }
    }
}
