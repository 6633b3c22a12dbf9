use std::path::PathBuf;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tower_service::Service;

use super::connector::Connecting;
use crate::error::BoxError;

/// Connections to a socket of Unix.
#[derive(Clone, Debug)]
pub struct UnixConnector {
    path: Arc<PathBuf>,
}

impl UnixConnector {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path: Arc::new(path) }
    }
}

impl Service<Uri> for UnixConnector {
    type Response = TokioIo<UnixStream>;
    type Error = BoxError;
    type Future = Connecting<TokioIo<UnixStream>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let path = Arc::clone(&self.path);
        Box::pin(async move { Ok(TokioIo::new(UnixStream::connect(&*path).await?)) })
    }
}
