use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::Frame;

use crate::compression::{Compress, Work};
use crate::envelope::{Encode, Encoded, End, WireBody};
use crate::frame::{COMPRESSED, PREFIX, write_prefix};
use crate::method::{Spec, StreamType};
use crate::{Body, Code, Error, Result};

/// What one batch of messages may grow to before it is sent, in bytes; a larger message is a batch of its own.
const BATCH: usize = 16 << 10;

/// Puts each message of an envelope's body into its frame, and ends it: exactly once, whether it went well or not.
///
/// Messages that are ready at once go out as one piece.
pub(super) struct Outbound {
    messages: Box<dyn Encode>,
    compress: Option<Compress>,
    /// A message that takes long to compress.
    work: Option<Work<BytesMut>>,
    /// How a reply ends; a request ends by itself.
    end: Option<End>,
    done: bool,
    /// How the messages ended, while what came before it is still to be sent.
    ended: Option<Result<HeaderMap>>,
    failure: Option<Code>,
}

impl Outbound {
    /// The procedure tells, where it is known, how many messages there must be.
    pub(super) fn body(body: Body, method: Option<&Spec>, compress: Option<Compress>, end: End) -> Body {
        let single = |method: &Spec| matches!(method.stream_type(), StreamType::Unary | StreamType::ClientStream);
        Self::around(body, method.is_some_and(single), compress, Some(end))
    }

    /// The messages of a request, which go on until there are no more. An error is the body's.
    pub(super) fn request(body: Body, method: Option<&Spec>, compress: Option<Compress>) -> Body {
        let single = |method: &Spec| matches!(method.stream_type(), StreamType::Unary | StreamType::ServerStream);
        Self::around(body, method.is_some_and(single), compress, None)
    }

    fn around(mut body: Body, single: bool, compress: Option<Compress>, end: Option<End>) -> Body {
        let messages = body.take_messages().unwrap_or_else(|| Box::new(Frames { body, single, count: 0 }));
        Body::wire(Self { messages, compress, work: None, end, done: false, ended: None, failure: None })
    }

    /// Frames messages until one has to be waited for, the batch is full, or there are no more.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Bytes> {
        if let Some(work) = &mut self.work {
            let framed = ready!(work.poll(cx));
            self.work = None;
            match framed {
                Ok(framed) => return Poll::Ready(framed.freeze()),
                Err(error) => self.ended = Some(Err(error)),
            }
        }
        let mut batch = BytesMut::new();
        while self.ended.is_none() && batch.len() < BATCH {
            let start = batch.len();
            batch.extend_from_slice(&[0; PREFIX]);
            let encoded = self.messages.poll_encode(cx, &mut batch).map(|encoded| match encoded? {
                Encoded::Message => self.frame(&mut batch, start).map(|()| None),
                Encoded::End(trailers) => Ok(Some(trailers)),
            });
            match encoded {
                Poll::Ready(Ok(None)) if self.work.is_none() => continue,
                Poll::Ready(Ok(None)) if start == 0 => return self.poll_batch(cx),
                Poll::Ready(outcome) => self.ended = outcome.transpose(),
                Poll::Pending if start == 0 => return Poll::Pending,
                Poll::Pending => {}
            }
            batch.truncate(start);
            break;
        }
        Poll::Ready(batch.freeze())
    }

    /// Finishes the frame that begins at `start`, or takes it away to be compressed elsewhere.
    fn frame(&mut self, batch: &mut BytesMut, start: usize) -> Result<()> {
        match self.compress {
            Some(compress) if compress.is_long(batch.len() - start - PREFIX) => {
                let mut message = batch.split_off(start);
                self.work = Some(Work::start(move || frame(&mut message, 0, Some(compress)).map(|()| message)));
                Ok(())
            }
            compress => frame(batch, start, compress),
        }
    }
}

impl WireBody for Outbound {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        if self.done {
            return Poll::Ready(None);
        }
        let batch = ready!(self.poll_batch(cx));
        if !batch.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(batch))));
        }
        let outcome = self.ended.take().unwrap_or_else(|| Ok(HeaderMap::new()));
        self.failure = outcome.as_ref().err().map(Error::code);
        self.done = true;
        Poll::Ready(match self.end {
            Some(end) => Some(Ok(end.frame(outcome))),
            None => outcome.err().map(Err),
        })
    }

    fn is_end(&self) -> bool {
        self.done
    }

    fn failure(&self) -> Option<Code> {
        self.failure
    }
}

/// Finishes the frame that begins at `start`: compresses its message, if that is worth it, and writes its prefix.
fn frame(batch: &mut BytesMut, start: usize, compress: Option<Compress>) -> Result<()> {
    let mut flags = 0;
    if let Some(compress) = compress {
        let message = batch.split_off(start + PREFIX);
        if compress.apply(&message, batch)? {
            flags = COMPRESSED;
        } else {
            batch.unsplit(message);
        }
    }
    write_prefix(flags, &mut batch[start..])
}

/// A body that is not a typed stream: each of its frames is a message, by the envelope's contract.
struct Frames {
    body: Body,
    /// Whether there must be exactly one message, and how many there were.
    single: bool,
    count: usize,
}

impl Encode for Frames {
    fn poll_encode(&mut self, cx: &mut Context<'_>, buf: &mut BytesMut) -> Poll<Result<Encoded>> {
        let trailers = match ready!(self.body.poll(cx)?) {
            None => HeaderMap::new(),
            Some(frame) => match frame.into_data().map_err(Frame::into_trailers) {
                Err(trailers) => trailers.unwrap_or_default(),
                Ok(message) => {
                    self.count += 1;
                    if self.count > 1 {
                        self.check_count()?;
                    }
                    buf.extend_from_slice(&message);
                    return Poll::Ready(Ok(Encoded::Message));
                }
            },
        };
        self.check_count()?;
        Poll::Ready(Ok(Encoded::End(trailers)))
    }
}

impl Frames {
    fn check_count(&self) -> Result<()> {
        if self.single && self.count != 1 {
            let message = format!("{} messages where there must be one", self.count);
            return Err(Error::new(Code::Internal, message));
        }
        Ok(())
    }
}
