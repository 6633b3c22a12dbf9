use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::Frame;

use crate::envelope::WireBody;
use crate::frame::{PREFIX, write_prefix};
use crate::method::{Spec, StreamType};
use crate::{Body, Code, Error, Result};

/// How a protocol ends a body of framed messages: with trailers in gRPC, with a last frame in Connect.
pub(super) type End = fn(Result<HeaderMap>) -> Frame<Bytes>;

/// Puts each message of an envelope's body into its frame, and ends it: exactly once, whether it went well or not.
pub(super) struct Outbound {
    body: Body,
    end: Option<End>,
    /// Whether there must be exactly one message, and how many there were.
    single: bool,
    messages: usize,
    failure: Option<Code>,
}

impl Outbound {
    /// The procedure tells, where it is known, how many messages there must be.
    pub(super) fn body(body: Body, method: Option<&Spec>, end: End) -> Body {
        let single =
            method.is_some_and(|method| matches!(method.stream_type(), StreamType::Unary | StreamType::ClientStream));
        Body::wire(Self { body, end: Some(end), single, messages: 0, failure: None })
    }

    /// The next message in its frame, or the metadata that comes after the last.
    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Result<Bytes, HeaderMap>>> {
        let Some(frame) = ready!(self.body.poll(cx)?) else {
            return Poll::Ready(self.check_count().map(|()| Err(HeaderMap::new())));
        };
        Poll::Ready(match frame.into_data().map_err(Frame::into_trailers) {
            Ok(message) => {
                self.messages += 1;
                if self.messages > 1 {
                    self.check_count()?;
                }
                prefixed(&message).map(Ok)
            }
            Err(trailers) => self.check_count().map(|()| Err(trailers.unwrap_or_default())),
        })
    }

    fn check_count(&self) -> Result<()> {
        if self.single && self.messages != 1 {
            let message = format!("{} messages where there must be one", self.messages);
            return Err(Error::new(Code::Internal, message));
        }
        Ok(())
    }
}

impl WireBody for Outbound {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let Some(end) = self.end else {
            return Poll::Ready(None);
        };
        let outcome = match ready!(self.poll_message(cx)) {
            Ok(Ok(message)) => return Poll::Ready(Some(Ok(Frame::data(message)))),
            Ok(Err(trailers)) => Ok(trailers),
            Err(error) => Err(error),
        };
        self.failure = outcome.as_ref().err().map(Error::code);
        self.end = None;
        self.body = Body::empty();
        Poll::Ready(Some(Ok(end(outcome))))
    }

    fn is_end(&self) -> bool {
        self.end.is_none()
    }

    fn failure(&self) -> Option<Code> {
        self.failure
    }
}

fn prefixed(message: &[u8]) -> Result<Bytes> {
    let mut framed = BytesMut::with_capacity(PREFIX + message.len());
    framed.extend_from_slice(&[0; PREFIX]);
    framed.extend_from_slice(message);
    write_prefix(0, &mut framed)?;
    Ok(framed.freeze())
}
