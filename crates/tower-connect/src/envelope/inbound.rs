use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::source::Source;
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
    done: bool,
    /// Whoever wants what is left of the body when nobody reads messages any more.
    rest: Option<oneshot::Sender<Source>>,
}

impl Inbound {
    pub(super) fn new(mut body: Body, framing: Framing, limit: u32, rest: Option<oneshot::Sender<Source>>) -> Self {
        let mut buffer = Buffer::new();
        let source = if let Some(data) = body.take_data() {
            buffer.push(data);
            Source::Ended
        } else {
            Source::from(body)
        };
        Self { source, buffer, limit, framing, done: false, rest }
    }

    pub(super) fn is_end(&self) -> bool {
        match self.framing {
            Framing::Whole => self.done,
            Framing::Prefixed => self.done || (self.buffer.len() == 0 && self.source.is_end()),
        }
    }

    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if self.done {
            return Poll::Ready(None);
        }
        let message = ready!(match self.framing {
            Framing::Whole => self.poll_whole(cx).map(Some),
            Framing::Prefixed => self.poll_prefixed(cx).map(Result::transpose),
        });
        if self.framing == Framing::Whole || !matches!(message, Some(Ok(_))) {
            // What follows an error has no meaning, and the source is let go at once.
            self.finish();
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

    fn finish(&mut self) {
        self.done = true;
        self.buffer = Buffer::new();
        let source = std::mem::replace(&mut self.source, Source::Ended);
        if let Some(rest) = self.rest.take()
            && !source.is_end()
        {
            // Nobody may be there any more who wants it.
            let _ = rest.send(source);
        }
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        self.finish();
    }
}
