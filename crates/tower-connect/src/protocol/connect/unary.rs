use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;

use crate::compression::{Compress, Work};
use crate::envelope::{Message, Single, SingleError};
use crate::{Body, Error, Result};

/// The one message of a unary call, on its way out. It is collected, because what comes after it goes into the head.
#[derive(Debug, Default)]
pub(super) struct Unary {
    single: Single,
    trailers: Option<Box<HeaderMap>>,
    /// The message that is being compressed.
    work: Option<Box<Work<(Bytes, bool)>>>,
}

impl Unary {
    /// The message as it will be sent, and whether it is compressed. It is asked with the same arguments while it is pending.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        body: &mut Body,
        compress: Option<Compress>,
        describe: fn(SingleError) -> Error,
    ) -> Poll<Result<(Bytes, bool)>> {
        if let Some(work) = &mut self.work {
            return work.poll(cx);
        }
        let Message { bytes, trailers } = match body.take_whole() {
            Some(whole) => whole.into_message(),
            None => ready!(self.single.poll(cx, body)).map_err(describe)?,
        };
        self.trailers = trailers;
        let Some(compress) = compress else { return Poll::Ready(Ok((bytes, false))) };
        let is_long = compress.is_long(bytes.len());
        let work = move || {
            let mut buf = BytesMut::new();
            Ok(if compress.apply(&bytes, &mut buf)? { (buf.freeze(), true) } else { (bytes, false) })
        };
        if is_long { self.work.insert(Box::new(Work::start(work))).poll(cx) } else { Poll::Ready(work()) }
    }

    /// What came after the message.
    pub(super) fn take_trailers(&mut self) -> Option<Box<HeaderMap>> {
        self.trailers.take()
    }
}
