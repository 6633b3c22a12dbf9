use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::Frame;
use http_body_util::BodyExt;

use crate::frame::{PREFIX, write_prefix};
use crate::{Body, Error, Result};

/// How a protocol ends a body of framed messages: with trailers in gRPC, with a last frame in Connect.
pub(super) type End = fn(Result<HeaderMap>) -> Frame<Bytes>;

/// Puts each message of an envelope's body into its frame, and ends it: exactly once, whether it went well or not.
#[derive(Debug)]
pub(super) struct Outbound {
    body: Body,
    end: Option<End>,
}

impl Outbound {
    pub(super) fn body(body: Body, end: End) -> Body {
        Body::boxed(Self { body, end: Some(end) }.boxed_unsync())
    }
}

impl http_body::Body for Outbound {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let Some(end) = self.end else {
            return Poll::Ready(None);
        };
        let outcome = match ready!(self.body.poll(cx)) {
            None => Ok(HeaderMap::new()),
            Some(Err(error)) => Err(error),
            Some(Ok(frame)) => match frame.into_data().map_err(Frame::into_trailers) {
                Err(trailers) => Ok(trailers.unwrap_or_default()),
                Ok(message) => match prefixed(&message) {
                    Ok(framed) => return Poll::Ready(Some(Ok(Frame::data(framed)))),
                    Err(error) => Err(error),
                },
            },
        };
        self.end = None;
        self.body = Body::empty();
        Poll::Ready(Some(Ok(end(outcome))))
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none()
    }
}

fn prefixed(message: &[u8]) -> Result<Bytes> {
    let mut framed = BytesMut::with_capacity(PREFIX + message.len());
    framed.extend_from_slice(&[0; PREFIX]);
    framed.extend_from_slice(message);
    write_prefix(0, &mut framed)?;
    Ok(framed.freeze())
}
