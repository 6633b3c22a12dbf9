use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::{timeout, timeout_at};

use super::now;
use crate::{Code, Error, Result};

/// What both sides of a channel know of its call.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    panicked: AtomicBool,
    /// Whether there is a response to be read: at a client.
    has_response: AtomicBool,
    deadline: OnceLock<Instant>,
    reason: OnceLock<Error>,
    told: Notify,
}

/// How long a sender waits to be told why it cannot send: the transport lets go of a request before anybody has read the response.
const TELLING: Duration = Duration::from_millis(100);

impl Ended {
    /// A task that sends has panicked.
    pub(super) fn panic(&self) {
        self.panicked.store(true, Ordering::Release);
    }

    pub(super) fn has_panicked(&self) -> bool {
        self.panicked.load(Ordering::Acquire)
    }

    /// Tells senders why they cannot send any more; what they are told first counts.
    fn tell(&self, reason: Error) {
        // Whoever asks again gets the first.
        let _ = self.reason.set(reason);
        self.told.notify_waiters();
    }

    /// Waits until a message is sent, unless the call ends before.
    pub(super) async fn unless_ended<E>(&self, send: impl Future<Output = Result<(), E>>) -> Result<()> {
        let (mut send, mut told) = (pin!(send), pin!(self.told.notified()));
        if let Some(reason) = self.known() {
            return Err(reason);
        }
        let outcome = poll_fn(|cx| match send.as_mut().poll(cx) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending => told.as_mut().poll(cx).map(|()| None),
        });
        let outcome = match self.deadline.get() {
            Some(deadline) => timeout_at((*deadline).into(), outcome).await.unwrap_or(None),
            None => outcome.await,
        };
        match outcome {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) => Err(self.reason().await),
            None => Err(self.known().unwrap_or_else(Error::deadline_exceeded)),
        }
    }

    /// How the call has ended, once that is known.
    fn known(&self) -> Option<Error> {
        let expired = || self.deadline.get().is_some_and(|deadline| now() >= *deadline);
        self.reason.get().cloned().or_else(|| expired().then(Error::deadline_exceeded))
    }

    /// Why nobody takes messages any more.
    async fn reason(&self) -> Error {
        let told = self.told.notified();
        if self.reason.get().is_none() {
            // Who waits for nothing is told nothing; then it is as if nobody had been there.
            let _ = timeout(TELLING, told).await;
        }
        let message = if self.has_response.load(Ordering::Acquire) {
            "the call has ended, and its response tells how"
        } else {
            "nobody reads the messages any more"
        };
        self.known().unwrap_or_else(|| Error::new(Code::Canceled, message))
    }
}

/// The response's side of it: tells senders how the call has ended that they send for, at the latest when nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct Senders(Option<Arc<Ended>>);

impl Senders {
    pub(crate) fn new(senders: Option<Arc<Ended>>) -> Self {
        if let Some(senders) = &senders {
            senders.has_response.store(true, Ordering::Release);
        }
        Self(senders)
    }

    /// Senders keep the deadline by themselves: nobody may be looking at the response.
    pub(crate) fn until(&self, deadline: Option<Instant>) {
        if let Some((senders, deadline)) = self.0.as_ref().zip(deadline) {
            // A call is made once.
            let _ = senders.deadline.set(deadline);
        }
    }

    /// Hands them over to who reads the response from now on.
    pub(crate) fn take(&mut self) -> Self {
        Self(self.0.take())
    }

    pub(crate) fn tell(&mut self, error: Option<&Error>) {
        if let Some(senders) = self.0.take() {
            let ended = || Error::new(Code::Canceled, "the call has ended");
            senders.tell(error.cloned().unwrap_or_else(ended));
        }
    }
}

impl Drop for Senders {
    fn drop(&mut self) {
        self.tell(None);
    }
}
