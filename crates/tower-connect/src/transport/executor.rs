use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::Executor;
use pin_project::pin_project;
use tokio::time::{Sleep, sleep_until};

use crate::client::running::{Verdict, Work, hand_over, run};

/// Runs the connections and uploads of hyper's client, and lets go of an upload whose call is over, however long the server takes nothing of
/// it: over HTTP/2 that resets the stream, over HTTP/1.1 it closes the connection.
#[derive(Clone, Debug)]
pub(super) struct Tasks;

impl<F> Executor<F> for Tasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        // An upload that a connection of HTTP/2 has begun goes on by itself.
        tokio::spawn(Task { future, work: hand_over(), timer: None });
    }
}

#[pin_project]
struct Task<F> {
    #[pin]
    future: F,
    work: Work,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<F: Future<Output = ()>> Future for Task<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.work.verdict(cx) == Verdict::Abort {
            return Poll::Ready(());
        }
        let done = run(this.work, || this.future.poll(cx));
        if done.is_ready() {
            return done;
        }
        match this.work.verdict(cx) {
            Verdict::GoOn => Poll::Pending,
            Verdict::Abort => Poll::Ready(()),
            Verdict::Until(deadline) => {
                let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline.into())));
                if timer.deadline() != deadline.into() {
                    timer.as_mut().reset(deadline.into());
                }
                timer.as_mut().poll(cx)
            }
        }
    }
}
