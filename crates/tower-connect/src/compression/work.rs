use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::{Code, Error, Result};

/// Work that may take long: done already, or under way on a thread for such work.
#[derive(Debug)]
pub(crate) struct Work<T>(State<T>);

#[derive(Debug)]
enum State<T> {
    Done(Option<Result<T>>),
    Running(JoinHandle<Result<T>>),
}

impl<T: Send + 'static> Work<T> {
    pub(crate) fn done(outcome: Result<T>) -> Self {
        Self(State::Done(Some(outcome)))
    }

    /// Begins the work. Outside of a runtime there is nothing else that could be done meanwhile.
    pub(crate) fn start(work: impl FnOnce() -> Result<T> + Send + 'static) -> Self {
        match Handle::try_current() {
            Ok(runtime) => Self(State::Running(runtime.spawn_blocking(work))),
            Err(_) => Self::done(work()),
        }
    }

    /// Not asked again once it is ready.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T>> {
        Poll::Ready(match &mut self.0 {
            State::Done(outcome) => outcome.take().expect("the work is not polled after it is ready"),
            State::Running(task) => match ready!(Pin::new(task).poll(cx)) {
                Ok(outcome) => outcome,
                // It has panicked, or the runtime is about to end.
                Err(error) => Err(Error::new(Code::Internal, "the work on a message has failed").with_source(error)),
            },
        })
    }
}
