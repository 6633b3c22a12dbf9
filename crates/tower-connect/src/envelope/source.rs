use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use super::erased::Erased;
use crate::{Body, Error, Result};

/// Where the bytes of a request or a response come from; without a box of our own where there is one already.
pub(crate) enum Source {
    /// Nothing, or nothing more.
    Ended,
    /// At its end, if the caller is still there.
    Ending,
    Erased(Erased),
    Boxed(UnsyncBoxBody<Bytes, Error>),
}

impl Source {
    /// The next bytes, `None` at the end. Trailers of a request have no meaning in any of the protocols.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        loop {
            let frame = ready!(self.poll_frame(cx)).map_err(broken_off)?;
            let Some(frame) = frame else {
                // HTTP/2 lets a caller end a stream without saying that it is not all there.
                if self.at_least() > 0 {
                    *self = Self::Ended;
                    return Poll::Ready(Err(Error::broken_off()));
                }
                // hyper takes a stream that is reset without an error for one that has ended. It drops the call if it is let look first,
                // while the handler still waits.
                if !self.is_end() && !matches!(self, Self::Ending) {
                    *self = Self::Ending;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                *self = Self::Ended;
                return Poll::Ready(Ok(None));
            };
            if self.is_end() {
                *self = Self::Ended;
            }
            if let Ok(data) = frame.into_data()
                && !data.is_empty()
            {
                return Poll::Ready(Ok(Some(data)));
            }
        }
    }

    /// The next frame of a response. What goes wrong is the transport's.
    pub(crate) fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = match ready!(self.poll_frame(cx)) {
            Ok(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
            Ok(None) if self.at_least() > 0 => Some(Err(Error::cut_off())),
            Ok(None) => None,
            Err(error) => Some(Err(Error::of_transport(error).without_retry())),
        };
        *self = Self::Ended;
        Poll::Ready(frame)
    }

    /// The next bytes of a response that needs no trailers.
    pub(crate) fn poll_answer_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        loop {
            match ready!(self.poll_answer(cx)?).map(Frame::into_data) {
                None => return Poll::Ready(Ok(None)),
                Some(Ok(data)) => return Poll::Ready(Ok(Some(data))),
                Some(Err(_)) => {}
            }
        }
    }

    pub(crate) fn is_end(&self) -> bool {
        match self {
            Self::Ended => true,
            Self::Ending => false,
            Self::Erased(body) => body.is_end_stream(),
            Self::Boxed(body) => body.is_end_stream(),
        }
    }

    /// How many bytes are still to come for certain: a `content-length` above the limit need not be read.
    pub(crate) fn at_least(&self) -> u64 {
        match self {
            Self::Ended | Self::Ending => 0,
            Self::Erased(body) => body.size_hint().lower(),
            Self::Boxed(body) => body.size_hint().lower(),
        }
    }

    /// How many bytes are still to come at the most, if that is told.
    pub(crate) fn at_most(&self) -> Option<u64> {
        match self {
            Self::Ended | Self::Ending => Some(0),
            Self::Erased(body) => body.size_hint().upper(),
            Self::Boxed(body) => body.size_hint().upper(),
        }
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Frame<Bytes>>>> {
        match self {
            Self::Ended | Self::Ending => Poll::Ready(Ok(None)),
            Self::Erased(body) => Pin::new(body).poll_frame(cx).map(Option::transpose).map_err(Error::from),
            Self::Boxed(body) => Pin::new(body).poll_frame(cx).map(Option::transpose),
        }
    }
}

/// An upload that the connection, or the caller, has broken off is the end of a call that nobody waits for; one that is not HTTP is the
/// caller's fault.
fn broken_off(error: Error) -> Error {
    let mut of_hyper = false;
    let mut cause = error.source();
    while let Some(error) = cause {
        of_hyper |= error.is::<hyper::Error>();
        let kind = error.downcast_ref().map(io::Error::kind);
        if of_hyper && matches!(kind, Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)) {
            return Error::invalid_argument("the body is malformed");
        }
        cause = error.source();
    }
    if of_hyper { Error::broken_off().with_source(error) } else { error }
}

impl From<Body> for Source {
    fn from(body: Body) -> Self {
        body.into_source().unwrap_or_else(|body| Self::Boxed(body.boxed_unsync()))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "Source::Ended",
            Self::Ending => "Source::Ending",
            Self::Erased(_) => "Source::Erased",
            Self::Boxed(_) => "Source::Boxed",
        })
    }
}
