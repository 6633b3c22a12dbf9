use std::task::{Context, Poll};

use hyper::body::Incoming;
use tower_service::Service;

use crate::Peer;

/// Leaves in every request of a connection who is at its other end.
#[derive(Clone, Debug)]
pub(super) struct WithPeer<S> {
    pub(super) inner: S,
    pub(super) peer: Peer,
}

impl<S: Service<http::Request<Incoming>>> Service<http::Request<Incoming>> for WithPeer<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: http::Request<Incoming>) -> S::Future {
        request.extensions_mut().insert(self.peer.clone());
        self.inner.call(request)
    }
}
