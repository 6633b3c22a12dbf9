//! How connections are made.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::Uri;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::Connection;
use tower_service::Service;

use super::stream::Stream;
use crate::Error;
use crate::error::{BoxError, Origin, Retry};

#[cfg(not(feature = "tls"))]
pub(super) use self::plain::Secured;
#[cfg(feature = "tls")]
pub(super) use super::tls::Secured;

/// What makes connections: hyper-util's `HttpConnector`, or another service of URLs that gives streams which hyper can read and write.
///
/// It is implemented for all of them; there is nothing to implement.
pub trait Connector:
    Service<Uri, Response = Self::Stream, Future = Self::Connecting, Error = Self::Failure> + Clone + Send + Sync + 'static
{
    /// A connection.
    type Stream: Read + Write + Connection + Unpin + Send + 'static;
    /// Why there is none.
    type Failure: Into<BoxError>;
    /// One on its way.
    type Connecting: Future<Output = Result<Self::Stream, Self::Failure>> + Send + 'static;
}

impl<C> Connector for C
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Stream = C::Response;
    type Failure = C::Error;
    type Connecting = C::Future;
}

/// A connector that does not try for ever, and gives connections that tell when nothing is taken of them.
#[derive(Clone, Debug)]
pub struct Limited<C> {
    inner: Secured<C>,
    limit: Duration,
    is_http2: bool,
}

impl<C> Limited<C> {
    pub(super) fn new(inner: Secured<C>, limit: Duration, is_http2: bool) -> Self {
        Self { inner, limit, is_http2 }
    }
}

pub(super) type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl<C: Connector> Service<Uri> for Limited<C> {
    type Response = Stream<<Secured<C> as Service<Uri>>::Response>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.limit, self.inner.call(uri));
        let is_http2 = self.is_http2;
        Box::pin(async move {
            let stream = connecting.await.unwrap_or_else(|_| Err(too_late().into()))?;
            Ok(Stream::new(stream, is_http2))
        })
    }
}

fn too_late() -> Error {
    let error = Error::unavailable("connecting has taken too long");
    error.with_origin(Origin::Transport).with_retry(Retry::NeverSent)
}

#[cfg(not(feature = "tls"))]
mod plain {
    use super::{BoxError, Connecting, Connector, Context, Error, Poll, Retry, Service, Uri};

    /// Connections without TLS.
    #[derive(Clone, Debug)]
    pub struct Secured<C>(pub(in crate::transport) C);

    impl<C: Connector> Service<Uri> for Secured<C> {
        type Response = C::Stream;
        type Error = BoxError;
        type Future = Connecting<C::Stream>;

        fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            self.0.poll_ready(cx).map_err(Into::into)
        }

        fn call(&mut self, uri: Uri) -> Self::Future {
            if uri.scheme() == Some(&::http::uri::Scheme::HTTPS) {
                let error = Error::invalid_argument("https needs the feature `tls` of tower-connect");
                return Box::pin(async move { Err(error.with_retry(Retry::NeverSent).into()) });
            }
            let connecting = self.0.call(uri);
            Box::pin(async move { connecting.await.map_err(Into::into) })
        }
    }
}
