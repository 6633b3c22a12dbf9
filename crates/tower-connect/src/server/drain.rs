//! HTTP/1.1 has no way to answer a caller that is still sending but to read on: a connection with unread bytes cannot carry the next
//! request, and closing it may take the answer with it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT};
use http::{HeaderValue, Method, StatusCode, Version, request};
use http_body::Frame;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::time::{Sleep, sleep};

use crate::envelope::{Source, WireBody};
use crate::{Body, Code, Result};

/// How much of an upload is read and thrown away after the answer.
const MOST_BYTES: usize = 256 << 10;
/// How long that may take.
const MOST_TIME: Duration = Duration::from_secs(1);

/// What will be left of an upload when its call has ended.
pub(crate) type Rest = oneshot::Receiver<Source>;

/// Holds the end of a response back until the upload has ended, or has been read for long enough; the connection closes then.
///
/// The head and all data go out at once, which is why the length must not be told in the head: the response would be over with its last
/// byte.
pub(crate) struct Drain {
    body: Body,
    upload: Source,
    /// Where the upload will come from, if it is still in other hands.
    rest: Option<Rest>,
    left: usize,
    broken: bool,
    timer: Option<Pin<Box<Sleep>>>,
    /// Trailers are the end of a response, and are held back as it is.
    trailers: Option<Frame<Bytes>>,
    ended: bool,
    failure: Option<Code>,
}

impl Drain {
    /// Whether uploads are to be read to their end: not on HTTP/2, which ends a stream by itself, and not for a caller who asks before it
    /// sends, and takes the answer for a no.
    pub(crate) fn is_needed(head: &request::Parts) -> bool {
        head.version < Version::HTTP_2 && head.method != Method::HEAD && !head.headers.contains_key(EXPECT)
    }

    pub(super) fn after(response: http::Response<Body>, upload: Source) -> http::Response<Body> {
        if upload.is_end() {
            return response;
        }
        let little = upload.at_most().is_some_and(|bytes| bytes <= MOST_BYTES as u64);
        Self::hold(response, upload, None, little)
    }

    /// The same for a call whose request body is, or was, in other hands.
    pub(super) fn after_call(response: http::Response<Body>, rest: Option<Rest>) -> http::Response<Body> {
        let Some(mut rest) = rest else { return response };
        match rest.try_recv() {
            Ok(upload) => Self::after(response, upload),
            // A stream of requests is let go when the response ends.
            Err(TryRecvError::Empty) => Self::hold(response, Source::Ended, Some(rest), false),
            Err(TryRecvError::Closed) => response,
        }
    }

    /// The same for any service of a connection. What the service has drained itself, it has said.
    #[cfg(feature = "serve")]
    pub(crate) fn after_service(
        mut response: http::Response<Body>,
        rest: Option<Rest>,
        cx: &mut Context<'_>,
    ) -> http::Response<Body> {
        let Some(mut rest) = rest else { return response };
        if response.extensions_mut().remove::<Drained>().is_some() {
            return response;
        }
        match rest.try_recv() {
            Ok(mut upload) => {
                let is_over = !has_body(&response) && has_come(&mut upload, cx);
                if is_over { response } else { Self::after(response, upload) }
            }
            // It may be read yet, while the response goes out.
            Err(TryRecvError::Empty) => Self::hold(response, Source::Ended, Some(rest), true),
            Err(TryRecvError::Closed) => response,
        }
    }

    /// A connection that may have to be closed says so in time: the caller must not send its next request on it.
    fn hold(
        mut response: http::Response<Body>,
        upload: Source,
        rest: Option<Rest>,
        stays_open: bool,
    ) -> http::Response<Body> {
        let has_body = has_body(&response);
        if !stays_open || !has_body {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if !has_body {
            return response;
        }
        response.headers_mut().remove(CONTENT_LENGTH);
        response.extensions_mut().insert(Drained);
        response.map(|body| Self::around(body, upload, rest))
    }

    fn around(body: Body, upload: Source, rest: Option<Rest>) -> Body {
        let (left, broken, timer, trailers, ended) = (MOST_BYTES, false, None, None, false);
        Body::wire(Self { body, upload, rest, left, broken, timer, trailers, ended, failure: None })
    }
}

/// Whether there is an end that could be held back. Source: RFC 9112, 6.3.
fn has_body<B>(response: &http::Response<B>) -> bool {
    let status = response.status();
    !status.is_informational() && status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// Whether all of an upload is there already; it is gone then.
#[cfg(feature = "serve")]
fn has_come(upload: &mut Source, cx: &mut Context<'_>) -> bool {
    let mut left = MOST_BYTES;
    loop {
        match upload.poll_data(cx) {
            Poll::Ready(Ok(Some(data))) if data.len() <= left => left -= data.len(),
            Poll::Ready(Ok(None)) => return true,
            Poll::Ready(Ok(Some(_)) | Err(_)) | Poll::Pending => return false,
        }
    }
}

/// Marks a response that holds its end back already.
#[derive(Clone, Debug)]
struct Drained;

impl WireBody for Drain {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        while !self.ended {
            match ready!(self.body.poll(cx)) {
                Some(Ok(frame)) if frame.is_trailers() => self.trailers = Some(frame),
                Some(frame) => return Poll::Ready(Some(frame)),
                None => {
                    self.ended = true;
                    self.failure = self.body.failure();
                    self.body = Body::empty();
                    if let Some(upload) = self.rest.take().and_then(|mut rest| rest.try_recv().ok()) {
                        self.upload = upload;
                    }
                }
            }
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(MOST_TIME)));
        while timer.as_mut().poll(cx).is_pending() {
            match ready!(self.upload.poll_data(cx)) {
                Ok(Some(data)) if data.len() <= self.left => self.left -= data.len(),
                // What it is decoded from may go on.
                Err(_) if !self.broken => self.broken = true,
                // The upload is over, too long, or broken.
                Ok(_) | Err(_) => break,
            }
        }
        self.upload = Source::Ended;
        Poll::Ready(self.trailers.take().map(Ok))
    }

    fn is_end(&self) -> bool {
        // The upload holds the end back until it has been polled to its own.
        self.ended && matches!(self.upload, Source::Ended) && self.trailers.is_none()
    }

    fn failure(&self) -> Option<Code> {
        self.failure.or_else(|| self.body.failure())
    }
}
