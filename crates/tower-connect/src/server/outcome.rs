use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::config::OnEnd;
use crate::envelope::{WireBody, now};
use crate::{Body, Call, Code, Result};

/// How a call ended: what [`ProtocolLayer::on_end`](super::ProtocolLayer::on_end) is told.
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
pub(super) struct Watch {
    call: Call,
    on_end: OnEnd,
    code: Option<Code>,
}

impl Watch {
    pub(super) fn new(call: Call, on_end: OnEnd) -> Self {
        // Until it is known to have ended, a call that is dropped is one that nobody waits for.
        Self { call, on_end, code: Some(Code::Canceled) }
    }

    /// Follows the body of the response to its end; `failure` is what the head has told already.
    pub(super) fn follow(self, body: Body, failure: Option<Code>) -> Body {
        Body::wire(Watched { body, watch: self, failure })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A handler that panics takes the call down with it.
        let code = if std::thread::panicking() { Some(Code::Internal) } else { self.code };
        let duration = now().saturating_duration_since(self.call.started());
        let outcome = Outcome { code, duration };
        // The call must not suffer from whoever listens to it, least of all while it unwinds itself.
        let _ = catch_unwind(AssertUnwindSafe(|| (self.on_end)(&self.call, &outcome)));
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("call", &self.call).field("code", &self.code).finish_non_exhaustive()
    }
}

/// A response's body with the watch that reports how it ends.
struct Watched {
    body: Body,
    watch: Watch,
    failure: Option<Code>,
}

impl WireBody for Watched {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.body.poll(cx)
    }

    fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }

    fn failure(&self) -> Option<Code> {
        self.failure.or_else(|| self.body.failure())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.is_end() {
            self.watch.code = self.failure();
        }
    }
}
