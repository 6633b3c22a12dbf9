//! Uploads that wait for the peer to take more: hyper does not ask the body of a request then, which cannot tell that its call is over. What runs
//! the upload can, because hyper hands it over to be run; the body tells it whose it is.

use std::cell::Cell;
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
    over: OnceLock<()>,
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
        let _ = self.over.set(());
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether nothing more is to be sent. Otherwise whoever asks is woken when that changes, but not by the deadline.
    pub(super) fn is_over(&self, cx: &Context<'_>) -> bool {
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if !waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            *waker = Some(cx.waker().clone());
        }
        self.over.get().is_some() || self.deadline.is_some_and(|deadline| now() >= deadline)
    }
}

/// What a task of hyper's runs.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// The upload that was asked last.
    upload: Option<Arc<Upload>>,
    /// Whether all of that has been handed over, if not sent.
    done: bool,
    /// Whether the peer takes nothing of what is written.
    #[cfg(feature = "client")]
    stalled: bool,
}

/// What is to be done with a task.
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    GoOn,
    /// The same, up to a deadline.
    Until(Instant),
    /// What it is held up by is over.
    Abort,
}

#[cfg(feature = "client")]
impl Work {
    /// The task is woken when that changes, but not by a deadline.
    pub(crate) fn verdict(&mut self, cx: &Context<'_>) -> Verdict {
        let Some(upload) = &self.upload else { return Verdict::GoOn };
        let held_up = self.stalled || !self.done;
        match (upload.is_over(cx), upload.deadline) {
            (true, _) if held_up => Verdict::Abort,
            (true, _) => {
                // What comes next on a connection has nothing to do with it.
                self.upload = None;
                Verdict::GoOn
            }
            (false, Some(deadline)) if held_up => Verdict::Until(deadline),
            (false, _) => Verdict::GoOn,
        }
    }
}

thread_local! {
    /// What is being run, if it is by us.
    static RUNNING: Cell<Option<Work>> = const { Cell::new(None) };
}

/// Puts back what was being run, also after a panic.
struct Outside(Option<Work>);

impl Outside {
    fn of(work: Option<Work>) -> Self {
        Self(RUNNING.replace(work))
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        RUNNING.set(self.0.take());
    }
}

/// Runs what may hold an upload, and keeps to whom that belongs.
#[cfg(feature = "client")]
pub(crate) fn run<T>(work: &mut Work, run: impl FnOnce() -> T) -> T {
    let outside = Outside::of(Some(Work { stalled: false, ..std::mem::take(work) }));
    let done = run();
    *work = RUNNING.take().unwrap_or_default();
    drop(outside);
    done
}

/// Runs what has uploads of its own: the request of a call may make other calls.
pub(super) fn apart<T>(run: impl FnOnce() -> T) -> T {
    let _outside = Outside::of(None);
    run()
}

/// The upload that was asked last, and will be run by somebody else from now on.
#[cfg(feature = "client")]
pub(crate) fn hand_over() -> Work {
    let mut handed = None;
    change(|work| handed = work.upload.take_if(|_| !work.done));
    Work { upload: handed, ..Work::default() }
}

/// Says that the peer takes nothing of what is written.
#[cfg(feature = "client")]
pub(crate) fn stall() {
    change(|work| work.stalled = true);
}

/// Says to whoever runs this whose upload it is.
pub(super) fn claim(upload: &Arc<Upload>) {
    change(|work| {
        work.upload = Some(Arc::clone(upload));
        work.done = false;
    });
}

/// Says that an upload has all been handed over.
pub(super) fn release(upload: &Arc<Upload>) {
    change(|work| work.done |= work.upload.as_ref().is_some_and(|running| Arc::ptr_eq(running, upload)));
}

fn change(change: impl FnOnce(&mut Work)) {
    if let Some(mut work) = RUNNING.take() {
        change(&mut work);
        RUNNING.set(Some(work));
    }
}
