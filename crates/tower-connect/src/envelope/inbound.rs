use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::base64::Base64;
use super::source::Source;
use crate::compression::{Compressor, Work};
use crate::frame::{Buffer, Flags, Payload, check_size};
use crate::{Body, Code, Error, Result};

/// How messages lie in the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// The body is one message.
    Whole,
    /// Each message has a prefix of five bytes.
    Prefixed,
}

/// Whose body it is: what it means that it breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Request,
    Response,
}

/// How messages are taken off the wire.
#[derive(Debug)]
pub struct Receive {
    pub(crate) side: Side,
    pub(crate) framing: Framing,
    /// What the caller's messages have gone through.
    pub(crate) inflate: Option<Compressor>,
    /// The message of a GET, which has no body.
    pub(crate) inline: Option<Bytes>,
    /// Whether the body is base64.
    pub(crate) base64: bool,
}

impl Receive {
    pub(crate) fn new(framing: Framing) -> Self {
        Self { side: Side::Request, framing, inflate: None, inline: None, base64: false }
    }

    /// The one message of a response.
    pub(crate) fn answer(inflate: Option<Compressor>) -> Self {
        Self { side: Side::Response, inflate, ..Self::new(Framing::Whole) }
    }
}

/// Takes messages off the wire, as they are there. Nothing is read before somebody asks, and never more than one message ahead.
#[derive(Debug)]
pub(super) struct Inbound {
    source: Source,
    buffer: Buffer,
    limit: u32,
    side: Side,
    framing: Framing,
    may_be_compressed: bool,
    done: bool,
    /// Whoever wants what is left of the body when nobody reads messages any more.
    rest: Option<oneshot::Sender<Source>>,
}

impl Inbound {
    pub(super) fn new(body: Body, receive: Receive, limit: u32, rest: Option<oneshot::Sender<Source>>) -> Self {
        let Receive { side, framing, inflate, inline, base64 } = receive;
        let mut body = inline.map_or(body, Body::data);
        if base64 {
            body = Body::wire(Base64::new(body));
        }
        let mut buffer = Buffer::new();
        let source = if let Some(data) = body.take_data() {
            buffer.push(data);
            Source::Ended
        } else {
            Source::from(body)
        };
        let may_be_compressed = inflate.is_some();
        let limit = if may_be_compressed { compressed_limit(limit) } else { limit };
        Self { source, buffer, limit, side, framing, may_be_compressed, done: false, rest }
    }

    pub(super) fn is_end(&self) -> bool {
        match self.framing {
            Framing::Whole => self.done,
            Framing::Prefixed => self.done || (self.buffer.len() == 0 && self.source.is_end()),
        }
    }

    pub(super) fn poll_payload(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Payload>>> {
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

    fn poll_whole(&mut self, cx: &mut Context<'_>) -> Poll<Result<Payload>> {
        loop {
            let expected = self.buffer.len() as u64 + self.source.at_least();
            check_size(expected, self.limit)?;
            let Some(data) = ready!(self.poll_data(cx)?) else {
                return Poll::Ready(Ok(Payload {
                    bytes: self.buffer.take(),
                    compressed: self.may_be_compressed,
                    end: false,
                }));
            };
            self.buffer.push(data);
        }
    }

    fn poll_prefixed(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Payload>>> {
        // A stream cannot end from the caller's side.
        let flags = Flags { compressed: self.may_be_compressed, end: 0 };
        loop {
            if let Some(payload) = self.buffer.next_frame(self.limit, flags)? {
                return Poll::Ready(Ok(Some(payload)));
            }
            match ready!(self.poll_data(cx)?) {
                Some(data) => self.buffer.push(data),
                None if self.buffer.len() == 0 => return Poll::Ready(Ok(None)),
                None => {
                    return Poll::Ready(Err(Error::new(Code::Internal, "the body ended inside a message")));
                }
            }
        }
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        match self.side {
            Side::Request => self.source.poll_data(cx),
            Side::Response => self.source.poll_answer_data(cx),
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

/// How large a compressed message may be that must not become larger than the limit: what does not compress becomes a little larger.
pub(crate) fn compressed_limit(limit: u32) -> u32 {
    limit.saturating_add((limit >> 8).saturating_add(1024))
}

/// The same for a caller whose messages may be compressed.
#[derive(Debug)]
pub(super) struct Inflating {
    inbound: Inbound,
    with: Compressor,
    /// Of a message, when it is decompressed.
    limit: u32,
    /// The message that is being decompressed.
    work: Option<Work<Bytes>>,
}

impl Inflating {
    pub(super) fn new(inbound: Inbound, with: Compressor, limit: u32) -> Self {
        Self { inbound, with, limit, work: None }
    }

    pub(super) fn is_end(&self) -> bool {
        self.work.is_none() && self.inbound.is_end()
    }

    pub(super) fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if self.work.is_none() {
            let Some(payload) = ready!(self.inbound.poll_payload(cx)?) else { return Poll::Ready(None) };
            self.work = Some(self.inflate(payload));
        }
        let work = self.work.as_mut().expect("there is some by now");
        let message = ready!(work.poll(cx));
        self.work = None;
        if message.is_err() {
            self.inbound.finish();
        }
        Poll::Ready(Some(message))
    }

    fn inflate(&self, payload: Payload) -> Work<Bytes> {
        // Nothing at all is an empty message, however it is compressed.
        if payload.compressed && !payload.bytes.is_empty() {
            return self.with.decompress(payload.bytes, self.limit);
        }
        Work::done(check_size(payload.bytes.len() as u64, self.limit).map(|()| payload.bytes))
    }
}
