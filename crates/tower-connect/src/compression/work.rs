use std::num::NonZero;
use std::sync::LazyLock;
use std::task::{Context, Poll, ready};
use std::thread::available_parallelism;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};

use crate::{Code, Error, Result};

/// As much of such work as the machine can do at once. What waits is let go with its call, and what runs cannot be stopped: without a bound,
/// callers that send and go away would leave work and memory behind on hundreds of threads.
static PERMITS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(available_parallelism().map_or(2, NonZero::get)));

/// Work that may take long: done already, or under way on a thread for such work.
pub(crate) struct Work<T>(State<T>);

enum State<T> {
    Done(Option<Result<T>>),
    /// A set of one, which takes it along when it is dropped. A task of its own, because a permit that is given to somebody who does not ask
    /// again would be lost to all others.
    Running(JoinSet<Result<T>>),
}

impl<T: Send + 'static> Work<T> {
    pub(crate) fn done(outcome: Result<T>) -> Self {
        Self(State::Done(Some(outcome)))
    }

    /// Begins the work. Outside of a runtime it is done at once: there is nothing else that could be done meanwhile.
    pub(crate) fn start(work: impl FnOnce() -> Result<T> + Send + 'static) -> Self {
        let Ok(runtime) = Handle::try_current() else { return Self::done(work()) };
        let mut task = JoinSet::new();
        let begin = async move {
            let permit = PERMITS.acquire().await.map_err(failed)?;
            let work = move || {
                let outcome = work();
                drop(permit);
                outcome
            };
            // It has panicked, or the runtime is about to end.
            spawn_blocking(work).await.map_err(failed)?
        };
        task.spawn_on(begin, &runtime);
        Self(State::Running(task))
    }

    #[cfg(test)]
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.0, State::Done(_))
    }

    /// Not asked again once it is ready.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T>> {
        match &mut self.0 {
            State::Done(outcome) => Poll::Ready(outcome.take().expect("the work is not polled after it is ready")),
            State::Running(task) => match ready!(task.poll_join_next(cx)) {
                Some(outcome) => Poll::Ready(outcome.unwrap_or_else(|error| Err(failed(error)))),
                None => unreachable!("the work is not polled after it is ready"),
            },
        }
    }
}

fn failed(error: impl Into<crate::BoxError>) -> Error {
    Error::new(Code::Internal, "the work on a message has failed").with_source(error)
}

impl<T> std::fmt::Debug for Work<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}
