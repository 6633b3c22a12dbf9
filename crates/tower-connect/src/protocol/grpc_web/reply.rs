use std::task::{Context, Poll, ready};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, response};
use http_body::{Body as _, Frame};

use crate::envelope::{End, WireBody};
use crate::frame::{PREFIX, TRAILERS, write_prefix};
use crate::protocol::Reply;
use crate::protocol::grpc::{Failure, Flavor, Spelling, size, trailers};
use crate::{Body, Code, Error, Result};

/// The answer to a caller that speaks gRPC-Web.
#[derive(Debug)]
pub struct GrpcWebReply {
    spelling: Spelling,
    /// From a page of another origin headers are hidden, unless they are exposed one by one; what is in the body is not.
    from_page: bool,
}

impl GrpcWebReply {
    pub(super) fn new(spelling: Spelling, from_page: bool) -> Self {
        Self { spelling, from_page }
    }

    /// The body as it is, or as text.
    fn write(&self, body: Body) -> Body {
        if self.spelling.content_type().flavor() == Flavor::WebText { Body::wire(Text(body)) } else { body }
    }
}

impl Reply for GrpcWebReply {
    fn poll_reply(&mut self, _: &mut Context<'_>, head: &mut response::Parts, body: &mut Body) -> Poll<Result<Body>> {
        self.spelling.write_head(head);
        let whole = body.take_whole();
        let body = self.spelling.write_body(&mut head.headers, whole, body, END);
        Poll::Ready(body.map(|body| self.write(body)))
    }

    fn fail(&mut self, error: Error, head: response::Parts) -> http::Response<Body> {
        self.spelling.fail(error, head, |Failure { error, mut head, has_metadata }| {
            let trailers = trailers(Err(error), usize::MAX);
            if has_metadata || self.from_page || size(&trailers) > MOST_IN_HEAD {
                return http::Response::from_parts(head, self.write(Body::data(frame(&trailers))));
            }
            head.headers.extend(trailers);
            http::Response::from_parts(head, Body::empty())
        })
    }
}

/// What of an error is told in the head, in bytes as HTTP/2 counts them: any client takes that many. The body has no such limit.
const MOST_IN_HEAD: usize = 4 << 10;

/// The limit is for headers, and this is none.
const END: End = End::new(|outcome, _| Frame::data(frame(&trailers(outcome, usize::MAX))), 0);

/// The last frame: a line for each trailer. It is never compressed, since not all callers expect that it may be.
fn frame(of: &HeaderMap) -> Bytes {
    let mut frame = BytesMut::from(&[0; PREFIX][..]);
    for (name, value) in of {
        frame.put_slice(name.as_str().as_bytes());
        frame.put_slice(b": ");
        frame.put_slice(value.as_bytes());
        frame.put_slice(b"\r\n");
    }
    match write_prefix(TRAILERS, &mut frame) {
        Ok(()) => frame.freeze(),
        Err(error) => self::frame(&trailers(Err(error), usize::MAX)),
    }
}

/// A body as base64. Each piece is encoded by itself, with padding, so that the caller can read all of it when it comes.
struct Text(Body);

impl WireBody for Text {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = ready!(self.0.poll(cx)?);
        Poll::Ready(frame.map(|frame| Ok(frame.map_data(|data| BASE64_STANDARD.encode(data).into()))))
    }

    fn is_end(&self) -> bool {
        self.0.is_end_stream()
    }

    fn failure(&self) -> Option<Code> {
        self.0.failure()
    }
}
