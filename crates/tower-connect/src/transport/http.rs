use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::Version;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use tower_service::Service;

use super::builder::Only;
use super::connector::{Connector, Limited};
use super::{Answer, Builder};
use crate::error::Retry;
use crate::{Body, Error};

pub(super) type Pool<C> = Client<Limited<C>, Body>;

/// A pool of connections of HTTP/1.1 and HTTP/2: hyper's client.
///
/// Connections are made when they are needed, kept for a while, and shared by all clones. A request is sent again only if it was given to a
/// connection that had been closed before anything of it was sent.
pub struct HttpTransport<C = HttpConnector> {
    other: Pool<C>,
    /// For what needs HTTP/2.
    http2: Pool<C>,
    only: Option<Only>,
}

impl HttpTransport {
    /// A transport with the defaults of its [`Builder`].
    #[must_use]
    #[allow(clippy::new_without_default, reason = "a pool of connections is nothing to have by the way")]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Another transport over TCP.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A transport over a socket of Unix, wherever a URL leads.
    #[cfg(unix)]
    pub fn unix(path: impl Into<std::path::PathBuf>) -> Builder<super::unix::UnixConnector> {
        Builder::new(super::unix::UnixConnector::new(path.into()))
    }

    /// A transport over connections of your own making. What TLS a URL asks for is put around them, so that a connector gets URLs of `https`, too:
    /// hyper-util's own takes them after `enforce_http(false)`.
    pub fn with_connector<C: Connector>(connector: C) -> Builder<C> {
        Builder::new(connector)
    }
}

impl<C> HttpTransport<C> {
    pub(super) fn new_with(other: Pool<C>, http2: Pool<C>, only: Option<Only>) -> Self {
        Self { other, http2, only }
    }
}

impl<C: Connector> Service<::http::Request<Body>> for HttpTransport<C> {
    type Response = ::http::Response<Answer>;
    type Error = Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: ::http::Request<Body>) -> ResponseFuture {
        let needs_http2 = self.only == Some(Only::Http2) || request.version() == Version::HTTP_2;
        if self.only == Some(Only::Http1) || !needs_http2 {
            *request.version_mut() = Version::HTTP_11;
            return ResponseFuture(self.other.request(request));
        }
        ResponseFuture(self.http2.request(request))
    }
}

impl<C> Clone for HttpTransport<C>
where
    Pool<C>: Clone,
{
    fn clone(&self) -> Self {
        Self { other: self.other.clone(), http2: self.http2.clone(), only: self.only }
    }
}

impl<C> fmt::Debug for HttpTransport<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("only", &self.only).finish_non_exhaustive()
    }
}

/// The response future of [`HttpTransport`].
#[derive(Debug)]
pub struct ResponseFuture(legacy::ResponseFuture);

impl Future for ResponseFuture {
    type Output = Result<::http::Response<Answer>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = Pin::new(&mut self.0).poll(cx);
        let answer = |response: ::http::Response<_>| {
            let version = response.version();
            response.map(|body| Answer::new(body, version))
        };
        response.map_ok(answer).map_err(|error| {
            let connecting = error.is_connect();
            let error = Error::of_transport(error);
            // A connector has errors of its own.
            if connecting { error.with_retry(Retry::NeverSent) } else { error }
        })
    }
}
