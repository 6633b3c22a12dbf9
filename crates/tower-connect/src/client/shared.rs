use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use crate::error::{BoxError, Retry};
use crate::{Body, Error, Result};

/// A service of any type that all clones of a channel share: what [`Channel::layer`](super::Channel::layer) puts its layers around.
///
/// It is always ready: each call waits for a clone of the service by itself.
#[derive(Clone)]
pub struct Shared(Arc<dyn Call>);

/// The response future of [`Shared`].
pub type SharedFuture = Pin<Box<dyn Future<Output = Result<http::Response<Body>>> + Send>>;

/// A Tower service of HTTP that a [`Channel`](super::Channel) can send its requests through: it takes a [`Body`], answers with any body of
/// [`Bytes`], and its clones may be used from any thread.
///
/// It is implemented for all of them; there is nothing to implement.
pub trait HttpService: Clone + Send + Sync + 'static {
    /// Makes one request, as soon as the service is ready. `finish` sees what it fails with.
    #[doc(hidden)]
    fn carry(self, request: http::Request<Body>, finish: fn(Error) -> Error) -> SharedFuture;
}

impl<S, B> HttpService for S
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn carry(mut self, request: http::Request<Body>, finish: fn(Error) -> Error) -> SharedFuture {
        Box::pin(async move {
            let failed = |error: S::Error| finish(Error::from(error.into()));
            poll_fn(|cx| self.poll_ready(cx)).await.map_err(|error| failed(error).with_retry(Retry::NeverSent))?;
            Ok(self.call(request).await.map_err(failed)?.map(Body::new))
        })
    }
}

trait Call: Send + Sync {
    fn call(&self, request: http::Request<Body>) -> SharedFuture;
}

/// A service, and what becomes of its errors.
struct Erased<S>(S, fn(Error) -> Error);

impl<S: HttpService> Call for Erased<S> {
    fn call(&self, request: http::Request<Body>) -> SharedFuture {
        self.0.clone().carry(request, self.1)
    }
}

impl Shared {
    /// What carries calls.
    pub(super) fn transport(service: impl HttpService) -> Self {
        Self(Arc::new(Erased(service, Error::of_transport)))
    }

    /// What is between callers and transport.
    pub(super) fn layered(service: impl HttpService) -> Self {
        Self(Arc::new(Erased(service, std::convert::identity)))
    }

    /// One attempt.
    pub(super) fn attempt(&self, request: http::Request<Body>) -> SharedFuture {
        self.0.call(request)
    }
}

impl Service<http::Request<Body>> for Shared {
    type Response = http::Response<Body>;
    type Error = Error;
    type Future = SharedFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> SharedFuture {
        super::ready::call(self, request)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
