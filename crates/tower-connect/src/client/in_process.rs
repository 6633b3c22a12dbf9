use std::task::{Context, Poll};

use http::Version;
use tower_service::Service;

use crate::{Body, Peer};

/// A server in this process. Nothing is written, so that it can do whatever HTTP/2 can.
#[derive(Clone, Debug)]
pub(super) struct InProcess<S>(pub(super) S);

impl<S: Service<http::Request<Body>>> Service<http::Request<Body>> for InProcess<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> S::Future {
        *request.version_mut() = Version::HTTP_2;
        // Who has called this process is not who calls this server.
        request.extensions_mut().remove::<Peer>();
        self.0.call(request)
    }
}
