use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::hello::Hello;

/// How long a connection that this side has closed is read to the peer's end.
const MOST_TIME: Duration = Duration::from_secs(1);

/// Closes a connection in two steps: this side first, and the socket when the peer has closed too.
///
/// To close a socket that has unread bytes is to reset it, and a peer that is still sending would lose the answer it has not read yet.
#[pin_project]
pub(super) struct Linger<S> {
    #[pin]
    stream: S,
    hello: Hello,
    stall_timeout: Duration,
    /// Since when nothing can be written.
    stalled: Option<Pin<Box<Sleep>>>,
    closing: Option<Pin<Box<Sleep>>>,
}

impl<S> Linger<S> {
    pub(super) fn new(stream: S, stall_timeout: Duration) -> Self {
        Self { stream, hello: Hello::default(), stall_timeout, stalled: None, closing: None }
    }

    /// Fails what has waited for too long.
    fn patiently<T>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let this = self.project();
        let polled = poll(this.stream, cx);
        if polled.is_ready() {
            *this.stalled = None;
            return polled;
        }
        let timer = this.stalled.get_or_insert_with(|| Box::pin(sleep(*this.stall_timeout)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead> AsyncRead for Linger<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        this.hello.poll_read(this.stream, cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite> AsyncWrite for Linger<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.patiently(cx, |stream, cx| stream.poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.patiently(cx, |stream, cx| stream.poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.patiently(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut this = self;
        if this.closing.is_none() {
            ready!(this.as_mut().patiently(cx, AsyncWrite::poll_shutdown))?;
        }
        let mut this = this.project();
        let timer = this.closing.get_or_insert_with(|| Box::pin(sleep(MOST_TIME)));
        while timer.as_mut().poll(cx).is_pending() {
            let mut discarded = [0; 8192];
            let mut buf = ReadBuf::new(&mut discarded);
            // An error is an end as well: there is nothing more to lose.
            if ready!(this.stream.as_mut().poll_read(cx, &mut buf)).is_err() || buf.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
