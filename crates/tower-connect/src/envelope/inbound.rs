use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Body as _;

use super::erased::Erased;
use crate::frame::{Buffer, check_size};
use crate::{Body, Code, Error, Result};

/// How messages lie in the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The body is one message.
    Whole,
    /// Each message has a prefix of five bytes.
    Prefixed,
}

/// Takes messages off the wire. Nothing is read before somebody asks, and never more than one message ahead.
#[derive(Debug)]
pub(super) struct Inbound {
    source: Source,
    buffer: Buffer,
    limit: u32,
    framing: Framing,
    state: State,
}

/// Where the bytes come from; without a box of our own where there is one already.
#[derive(Debug)]
enum Source {
    Ended,
    Body(Box<Body>),
    Erased(Erased),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

impl Inbound {
    pub(super) fn new(mut body: Body, framing: Framing, limit: u32) -> Self {
        let mut buffer = Buffer::new();
        let source = if let Some(data) = body.take_data() {
            buffer.push(data);
            Source::Ended
        } else {
            Source::from(body)
        };
        Self {
            source,
            buffer,
            limit,
            framing,
            state: State::Open,
        }
    }

    pub(super) fn is_end(&self) -> bool {
        match self.framing {
            Framing::Whole => self.state == State::Done,
            Framing::Prefixed => self.state == State::Done || (self.buffer.len() == 0 && self.source.is_end()),
        }
    }

    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if self.state == State::Done {
            return Poll::Ready(None);
        }
        let message = ready!(match self.framing {
            Framing::Whole => self.poll_whole(cx).map(Some),
            Framing::Prefixed => self.poll_prefixed(cx).map(Result::transpose),
        });
        if self.framing == Framing::Whole || !matches!(message, Some(Ok(_))) {
            // What follows an error has no meaning, and the source is let go at once.
            self.state = State::Done;
            self.source = Source::Ended;
            self.buffer = Buffer::new();
        }
        Poll::Ready(message)
    }

    fn poll_whole(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes>> {
        loop {
            let expected = self.buffer.len() as u64 + self.source.at_least();
            check_size(expected, self.limit)?;
            match ready!(self.source.poll_data(cx)?) {
                Some(data) => self.buffer.push(data),
                None => return Poll::Ready(Ok(self.buffer.take())),
            }
        }
    }

    fn poll_prefixed(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        loop {
            if let Some(message) = self.buffer.next_message(self.limit)? {
                return Poll::Ready(Ok(Some(message)));
            }
            match ready!(self.source.poll_data(cx)?) {
                Some(data) => self.buffer.push(data),
                None if self.buffer.len() == 0 => return Poll::Ready(Ok(None)),
                None => {
                    return Poll::Ready(Err(Error::new(Code::Internal, "the body ended inside a message")));
                }
            }
        }
    }
}

impl Source {
    /// The next bytes, `None` at the end. Trailers of a request have no meaning in any of the protocols.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        loop {
            let frame = match self {
                Self::Ended => return Poll::Ready(Ok(None)),
                Self::Body(body) => ready!(body.poll(cx)?),
                Self::Erased(body) => ready!(Pin::new(body).poll_frame(cx)?),
            };
            match frame {
                None => *self = Self::Ended,
                Some(frame) => {
                    if let Ok(data) = frame.into_data() {
                        if self.is_end() {
                            *self = Self::Ended;
                        }
                        if !data.is_empty() {
                            return Poll::Ready(Ok(Some(data)));
                        }
                    }
                }
            }
        }
    }

    fn is_end(&self) -> bool {
        match self {
            Self::Ended => true,
            Self::Body(body) => body.is_end_stream(),
            Self::Erased(body) => body.is_end_stream(),
        }
    }

    /// How many bytes are still to come for certain: a `content-length` above the limit need not be read.
    fn at_least(&self) -> u64 {
        match self {
            Self::Ended => 0,
            Self::Body(body) => body.size_hint().lower(),
            Self::Erased(body) => body.size_hint().lower(),
        }
    }
}

impl From<Body> for Source {
    fn from(body: Body) -> Self {
        match body.into_erased() {
            Ok(body) => Self::Erased(body),
            Err(body) => Self::Body(Box::new(body)),
        }
    }
}
