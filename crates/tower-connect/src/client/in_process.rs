use http::Version;

use super::{HttpService, SharedFuture};
use crate::{Body, Error, Peer};

/// A server in this process. Nothing is written, so that it can do whatever HTTP/2 can.
#[derive(Clone, Debug)]
pub(super) struct InProcess<S>(pub(super) S);

impl<S: HttpService> HttpService for InProcess<S> {
    fn carry(self, mut request: http::Request<Body>, finish: fn(Error) -> Error) -> SharedFuture {
        *request.version_mut() = Version::HTTP_2;
        // Who has called this process is not who calls this server.
        request.extensions_mut().remove::<Peer>();
        self.0.carry(request, finish)
    }
}
