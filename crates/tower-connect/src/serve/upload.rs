use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::oneshot;

use crate::Body;
use crate::envelope::Source;
use crate::server::Rest;

/// The body of a request, as [`serve()`](super::serve()) hands it to its service.
///
/// What nobody has read of it when it is dropped is read and thrown away on HTTP/1.1, up to 256 KiB or for a second, so that the connection can
/// carry the next request.
#[derive(Debug)]
pub struct Upload {
    body: Option<Incoming>,
    rest: Option<oneshot::Sender<Source>>,
}

impl Upload {
    /// Who wants to know what is left of it gets the other end of a channel.
    pub(super) fn new(body: Incoming, wanted: bool) -> (Self, Option<Rest>) {
        if !wanted || body.is_end_stream() {
            return (Self { body: Some(body), rest: None }, None);
        }
        let (sender, receiver) = oneshot::channel();
        (Self { body: Some(body), rest: Some(sender) }, Some(receiver))
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
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
