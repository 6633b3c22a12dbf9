//! Calls that wait for a connection.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::oneshot;

use super::shared::{Shared, SharedFuture};
use crate::envelope::WireBody;
use crate::error::{Origin, Retry};
use crate::{Body, Code, Error, Result};

/// In the extensions of a request that waits for a connection; with the reason for which there was none the last time.
#[derive(Clone, Debug, Default)]
pub(super) struct WaitForReady(Arc<Mutex<Option<Error>>>);

impl WaitForReady {
    fn set(&self, reason: Option<Error>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    /// The error of a call whose deadline has passed while it waited.
    pub(super) fn explain(&self, expired: Error) -> Error {
        let reason = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(reason) = reason else { return expired };
        let message = format!("the deadline of the call has passed without a connection: {}", reason.message());
        Error::new(expired.code(), message)
            .with_origin(Origin::Transport)
            .with_retry(Retry::NeverSent)
            .with_source_of(&reason)
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) fn call(transport: &Shared, request: http::Request<Body>) -> SharedFuture {
    let Some(waiting) = request.extensions().get::<WaitForReady>().cloned() else {
        return transport.attempt(request);
    };
    let transport = transport.clone();
    Box::pin(async move { wait(&transport, request, &waiting).await })
}

/// Tries again while nothing has been sent. The deadline of the call ends it, or whoever drops it.
async fn wait(
    transport: &Shared,
    request: http::Request<Body>,
    waiting: &WaitForReady,
) -> Result<http::Response<Body>> {
    let (mut head, mut body) = request.into_parts();
    head.extensions.remove::<WaitForReady>();
    let mut pause = FIRST_PAUSE;
    loop {
        let (lent, mut back) = Lent::lend(body);
        let error = match transport.attempt(http::Request::from_parts(head.clone(), lent)).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        body = match back.try_recv() {
            Ok(body) if is_connection_missing(&error) => body,
            _ => return Err(error),
        };
        waiting.set(Some(error));
        tokio::time::sleep(pause.mul_f64(jitter())).await;
        waiting.set(None);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Between 0.8 and 1.2, so that those who wait do not come all at once.
fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish() % 1000;
    0.8 + f64::from(u16::try_from(random).unwrap_or_default()) / 2500.0
}

fn is_connection_missing(error: &Error) -> bool {
    error.code() == Code::Unavailable && error.retry() == Some(Retry::NeverSent)
}

/// A body that comes back if nobody has read of it.
struct Lent {
    body: Body,
    back: Option<oneshot::Sender<Body>>,
}

impl Lent {
    fn lend(body: Body) -> (Body, oneshot::Receiver<Body>) {
        let (back, receiver) = oneshot::channel();
        (Body::wire(Self { body, back: Some(back) }), receiver)
    }
}

impl WireBody for Lent {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.back = None;
        self.body.poll(cx)
    }

    fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }

    fn failure(&self) -> Option<Code> {
        self.body.failure()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(back) = self.back.take() {
            // The call may have been dropped.
            let _ = back.send(std::mem::take(&mut self.body));
        }
    }
}
