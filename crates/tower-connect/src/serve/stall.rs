//! Readers that do not read. HTTP/2 lets a peer close the window of a stream, and hyper waits there without asking the body again: neither
//! the body nor the connection can tell. What runs the stream can, because hyper hands it over to be run.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::rt::Executor;
use pin_project::pin_project;
use tokio::time::{Sleep, sleep};

use crate::{Body, Error, Result};

/// How much of a body is handed over at a time, in bytes: what h2 has taken it keeps as long as the connection, also when the stream has
/// nothing more to send and nobody runs it any longer.
const PIECE: usize = 64 << 10;

thread_local! {
    /// Of the stream that is being run.
    static PACE: Cell<Pace> = const { Cell::new(Pace { asked: 0, holds: false }) };
}

/// How far the body of a response has come.
#[derive(Clone, Copy, Default)]
struct Pace {
    /// How often it was asked.
    asked: u64,
    /// Whether it has given data the last time, and was not asked again.
    holds: bool,
}

/// Runs the streams of HTTP/2, and drops one, which resets it, that nobody reads for so long.
#[derive(Clone)]
pub(super) struct Streams(pub(super) Duration);

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(Watched { stream, pace: Pace::default(), most: self.0, stalled: None });
    }
}

#[pin_project]
struct Watched<F> {
    #[pin]
    stream: F,
    pace: Pace,
    most: Duration,
    /// The time of the last question, and the end of all patience.
    stalled: Option<(u64, Pin<Box<Sleep>>)>,
}

impl<F: Future<Output = ()>> Future for Watched<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let others = PACE.replace(*this.pace);
        let done = this.stream.poll(cx);
        *this.pace = PACE.replace(others);
        if done.is_ready() || !this.pace.holds {
            *this.stalled = None;
            return done;
        }
        if !matches!(this.stalled, Some((asked, _)) if *asked == this.pace.asked) {
            *this.stalled = Some((this.pace.asked, Box::pin(sleep(*this.most))));
        }
        let (_, timer) = this.stalled.as_mut().expect("it is there by now");
        timer.as_mut().poll(cx)
    }
}

/// The body of a response, which says how far it has come.
pub(super) struct Paced {
    body: Body,
    rest: Bytes,
}

impl Paced {
    pub(super) fn new(body: Body) -> Self {
        Self { body, rest: Bytes::new() }
    }
}

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let asked = PACE.get().asked + 1;
        PACE.set(Pace { asked, holds: false });
        let mut data = std::mem::take(&mut self.rest);
        if data.is_empty() {
            match ready!(self.body.poll(cx)).transpose()?.map(Frame::into_data) {
                Some(Ok(next)) => data = next,
                Some(Err(frame)) => return Poll::Ready(frame.into_trailers().ok().map(|it| Ok(Frame::trailers(it)))),
                None => return Poll::Ready(None),
            }
        }
        if data.len() > PIECE {
            self.rest = data.split_off(PIECE);
        }
        PACE.set(Pace { asked, holds: true });
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}
