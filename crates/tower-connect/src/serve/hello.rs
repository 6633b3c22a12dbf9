use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long a peer may take to say what it speaks: what hyper gives it for a head of HTTP/1.1.
const MOST_TIME: Duration = Duration::from_secs(30);
/// What a connection of HTTP/2 begins with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The head of the frame with settings, which must follow. Source: RFC 9113, 3.4.
const FRAME_HEAD: usize = 9;

/// The first bytes of a connection, for which hyper waits as long as it takes: it has not begun to count before it knows the version of
/// HTTP, and for HTTP/2 it never does.
#[derive(Default)]
pub(super) enum Hello {
    #[default]
    Expected,
    Awaited {
        timer: Pin<Box<Sleep>>,
        received: usize,
    },
    Said,
}

impl Hello {
    /// Reads from the connection, which fails when the time is up.
    pub(super) fn poll_read(
        &mut self,
        stream: Pin<&mut impl AsyncRead>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = stream.poll_read(cx, buf);
        if let Self::Expected = self {
            *self = Self::Awaited { timer: Box::pin(sleep(MOST_TIME)), received: 0 };
        }
        if let Self::Awaited { timer, received } = self {
            if read.is_pending() {
                ready!(timer.as_mut().poll(cx));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            if is_said(received, &buf.filled()[before..]) {
                *self = Self::Said;
            }
        }
        read
    }
}

/// Whether it is HTTP/1.1, the end, or all that HTTP/2 begins with.
fn is_said(received: &mut usize, piece: &[u8]) -> bool {
    let expected = PREFACE.get(*received..).unwrap_or_default();
    *received += piece.len();
    let is_other = piece.iter().zip(expected).any(|(byte, expected)| byte != expected);
    piece.is_empty() || is_other || *received >= PREFACE.len() + FRAME_HEAD
}
