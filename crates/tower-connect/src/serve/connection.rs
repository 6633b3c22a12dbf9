use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::Incoming;
use pin_project::pin_project;
use tower_service::Service;

use super::Upload;
use super::stall::Paced;
use crate::error::BoxError;
use crate::server::{Drain, Rest};
use crate::{Body, Peer};

/// The service of one connection: requests tell who is at its other end, uploads that nobody has read do not end it, and readers who do not
/// read are found out.
#[derive(Clone, Debug)]
pub(super) struct Connection<S> {
    pub(super) inner: S,
    pub(super) peer: Peer,
}

impl<S, B> Service<http::Request<Incoming>> for Connection<S>
where
    S: Service<http::Request<Upload>, Response = http::Response<B>>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Paced>;
    type Error = S::Error;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Incoming>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        head.extensions.insert(self.peer.clone());
        let (upload, rest) = Upload::new(body, head.version, Drain::is_needed(&head));
        Answer { inner: self.inner.call(http::Request::from_parts(head, upload)), rest }
    }
}

/// The response future of [`Connection`].
#[pin_project]
pub(super) struct Answer<F> {
    #[pin]
    inner: F,
    rest: Option<Rest>,
}

impl<F, B, E> Future for Answer<F>
where
    F: Future<Output = Result<http::Response<B>, E>>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<http::Response<Paced>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx))?.map(Body::new);
        Poll::Ready(Ok(Drain::after_service(response, this.rest.take(), cx).map(Paced::new)))
    }
}
