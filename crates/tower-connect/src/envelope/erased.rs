//! The body that messages cross an axum router in: axum has boxed it already, so it needs no box of ours.

#[cfg(feature = "axum")]
pub(crate) use axum::body::Body as Erased;

#[cfg(not(feature = "axum"))]
pub(crate) use self::absent::Erased;

/// Without axum there is no such body.
#[cfg(not(feature = "axum"))]
mod absent {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use http_body::Frame;

    #[derive(Debug)]
    pub(crate) enum Erased {}

    impl http_body::Body for Erased {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match *self {}
        }
    }
}
