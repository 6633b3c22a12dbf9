use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::Executor;
use pin_project::pin_project;
use tokio::time::{Sleep, sleep_until};

use crate::client::running::{Running, run, take_over};

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
        tokio::spawn(Task { future, running: take_over(), timer: None });
    }
}

#[pin_project]
struct Task<F> {
    #[pin]
    future: F,
    running: Running,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<F: Future<Output = ()>> Future for Task<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let done = run(this.running, || this.future.poll(cx));
        let upload = match this.running.upload() {
            Some(upload) if done.is_pending() => upload,
            Some(_) | None => return done,
        };
        if upload.is_over(cx) {
            return Poll::Ready(());
        }
        let Some(deadline) = upload.deadline() else { return Poll::Pending };
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline.into())));
        if timer.deadline() != deadline.into() {
            timer.as_mut().reset(deadline.into());
        }
        timer.as_mut().poll(cx)
    }
}
