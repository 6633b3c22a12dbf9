use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Version;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::oneshot;

use crate::envelope::Source;
use crate::error::BoxError;
use crate::server::Rest;
use crate::{Body, Error};

/// The body of a request, as [`serve()`](super::serve()) hands it to its service.
///
/// What nobody has read of it when it is dropped is read and thrown away on HTTP/1.1, up to 256 KiB or for a second, so that the connection can
/// carry the next request.
#[derive(Debug)]
pub struct Upload {
    body: Option<Incoming>,
    version: Version,
    rest: Option<oneshot::Sender<Source>>,
}

impl Upload {
    /// Who wants to know what is left of it gets the other end of a channel.
    pub(super) fn new(body: Incoming, version: Version, wanted: bool) -> (Self, Option<Rest>) {
        let (sender, receiver) = if wanted && !body.is_end_stream() {
            let (sender, receiver) = oneshot::channel();
            (Some(sender), Some(receiver))
        } else {
            (None, None)
        };
        (Self { body: Some(body), version, rest: sender }, receiver)
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let tells_its_end = self.version == Version::HTTP_2;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(&mut *body).poll_frame(cx)?);
        if frame.is_some() {
            return Poll::Ready(frame.map(Ok));
        }
        // hyper takes a stream that is reset without an error for one that has ended.
        let broken_off = tells_its_end && !body.is_end_stream();
        self.body = None;
        Poll::Ready(broken_off.then(|| Err(Error::broken_off().into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let (Some(rest), Some(body)) = (self.rest.take(), self.body.take())
            && !body.is_end_stream()
        {
            // Nobody may be there any more who wants it.
            let _ = rest.send(Source::from(Body::new(body)));
        }
    }
}
