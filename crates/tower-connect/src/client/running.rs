//! Uploads that wait for the peer to take more: hyper does not ask the body of a request then, which cannot tell that its call is over. What runs
//! the upload can, because hyper hands it over to be run; the body tells it whose it is.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Waker};
use std::time::Instant;

use crate::Error;
use crate::envelope::now;

/// What both halves of a call tell each other whose request is sent while its response is read.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    /// Why the request could not be sent to its end.
    failure: OnceLock<Error>,
    over: AtomicBool,
    deadline: Option<Instant>,
    /// Of who runs the upload. The lock is held for as long as it takes to copy it.
    waker: Mutex<Option<Waker>>,
}

impl Upload {
    pub(super) fn new(deadline: Option<Instant>) -> Self {
        Self { deadline, ..Self::default() }
    }

    pub(super) fn fail(&self, error: Error) {
        // The first one counts.
        let _ = self.failure.set(error);
    }

    pub(super) fn failure(&self) -> Option<&Error> {
        self.failure.get()
    }

    /// Nobody waits for the response any more.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Release);
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether nothing more is to be sent. Otherwise whoever asks is woken when that changes, but not by the deadline.
    pub(crate) fn is_over(&self, cx: &Context<'_>) -> bool {
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if !waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            *waker = Some(cx.waker().clone());
        }
        self.over.load(Ordering::Acquire) || self.is_expired()
    }

    pub(super) fn is_expired(&self) -> bool {
        self.deadline.is_some_and(|deadline| now() >= deadline)
    }
}

/// What a task of hyper's runs.
#[derive(Debug, Default)]
pub(crate) struct Running {
    /// The upload that was asked last, while it is not all sent.
    upload: Option<Arc<Upload>>,
    /// Whether all of it has been handed over.
    handed_over: bool,
    /// Whether the task ends with it: one that runs nothing else, or a connection of HTTP/1.1.
    #[cfg(feature = "client")]
    is_all: bool,
    /// Whether the peer takes nothing of what is written.
    #[cfg(feature = "client")]
    stalled: bool,
}

#[cfg(feature = "client")]
impl Running {
    /// What the task waits to be sent. It is woken when that is over, but not by the deadline.
    pub(crate) fn upload(&self) -> Option<&Upload> {
        self.upload.as_deref().filter(|_| self.is_all)
    }
}

impl Running {
    fn is_of(&self, upload: &Arc<Upload>) -> bool {
        self.upload.as_ref().is_some_and(|last| Arc::ptr_eq(last, upload))
    }
}

thread_local! {
    /// What is being run, if it is by us.
    static RUNNING: Cell<Option<Running>> = const { Cell::new(None) };
}

/// Puts back what was being run, also after a panic.
struct Outside(Option<Running>);

impl Outside {
    fn of(running: Option<Running>) -> Self {
        Self(RUNNING.replace(running))
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        RUNNING.set(self.0.take());
    }
}

/// Runs what may hold an upload, and keeps to whom that belongs.
#[cfg(feature = "client")]
pub(crate) fn run<T>(running: &mut Running, run: impl FnOnce() -> T) -> T {
    let outside = Outside::of(Some(std::mem::take(running)));
    let done = run();
    *running = RUNNING.take().unwrap_or_default();
    drop(outside);
    if running.handed_over && !running.stalled {
        // It is sent, and what comes next on a connection has nothing to do with it.
        running.upload = None;
    }
    done
}

/// Runs what has uploads of its own: the request of a call may make other calls.
pub(super) fn apart<T>(run: impl FnOnce() -> T) -> T {
    let _outside = Outside::of(None);
    run()
}

/// Takes the upload that was asked last, for a task of its own.
#[cfg(feature = "client")]
pub(crate) fn take_over() -> Running {
    let mut upload = None;
    change(|running| upload = running.upload.take_if(|_| !running.handed_over));
    Running { is_all: upload.is_some(), upload, ..Running::default() }
}

/// Says that this is a connection of HTTP/1.1, and whether its peer takes what is written.
#[cfg(feature = "client")]
pub(crate) fn note_http1(stalled: bool) {
    change(|running| {
        running.is_all = true;
        running.stalled = stalled;
    });
}

/// Says to whoever runs this whose upload it is.
pub(super) fn claim(upload: &Arc<Upload>) {
    change(|running| {
        if !running.is_of(upload) {
            running.upload = Some(Arc::clone(upload));
        }
        running.handed_over = false;
    });
}

/// Says that an upload has all been handed over.
pub(super) fn release(upload: &Arc<Upload>) {
    change(|running| running.handed_over |= running.is_of(upload));
}

fn change(change: impl FnOnce(&mut Running)) {
    // A body may be dropped with its thread.
    let _ = RUNNING.try_with(|cell| {
        if let Some(mut running) = cell.take() {
            change(&mut running);
            cell.set(Some(running));
        }
    });
}
