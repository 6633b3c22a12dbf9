use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::Frame;

use super::Amount;
use super::fault::reset;
use super::scan::Scan;
use crate::envelope::WireBody;
use crate::{Body, Code, Result};

/// How a response stops that has more to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Reset,
    End,
}

/// A response that stops too early.
pub(super) struct Cut {
    body: Body,
    scan: Scan,
    stop: Stop,
    ended: bool,
}

impl Cut {
    pub(super) fn after(amount: Amount, stop: Stop, head: &HeaderMap, body: Body) -> Body {
        let scan = match amount {
            Amount::Bytes(count) => Scan::bytes(count),
            Amount::Frames(count) => Scan::frames(count),
            Amount::Messages(count) => Scan::messages(count, has_envelopes(head)),
        };
        Body::wire(Self { body, scan, stop, ended: false })
    }

    pub(super) fn trailers(head: &HeaderMap, body: Body) -> Body {
        Body::wire(Self { body, scan: Scan::trailers(has_envelopes(head)), stop: Stop::End, ended: false })
    }

    fn stop(&mut self) -> Option<Result<Frame<Bytes>>> {
        self.ended = true;
        // Whoever writes it learns that nobody reads.
        self.body = Body::empty();
        match self.stop {
            Stop::Reset => Some(Err(reset())),
            Stop::End => None,
        }
    }
}

/// Whether messages of the response have prefixes, and are not in base64.
fn has_envelopes(head: &HeaderMap) -> bool {
    let content_type = head.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let starts_with = |prefix: &[u8]| content_type.starts_with(prefix);
    (starts_with(b"application/grpc") && !starts_with(b"application/grpc-web-text"))
        || starts_with(b"application/connect+")
}

impl WireBody for Cut {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.scan.is_done() {
            return Poll::Ready(self.stop());
        }
        let frame = match ready!(self.body.poll(cx)) {
            Some(Ok(frame)) => frame,
            None if self.scan.is_done_at_end() => return Poll::Ready(self.stop()),
            other => {
                self.ended = true;
                return Poll::Ready(other);
            }
        };
        Poll::Ready(match frame.into_data() {
            Ok(mut data) => {
                data.truncate(self.scan.take(&data));
                if data.is_empty() && self.scan.is_done() { self.stop() } else { Some(Ok(Frame::data(data))) }
            }
            Err(_) if self.scan.is_done_at_end() => self.stop(),
            Err(trailers) => Some(Ok(trailers)),
        })
    }

    fn is_end(&self) -> bool {
        self.ended
    }

    fn failure(&self) -> Option<Code> {
        self.body.failure()
    }
}
