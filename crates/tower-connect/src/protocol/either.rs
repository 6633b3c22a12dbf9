//! Tuples of protocols are protocols: one layer, one claim, one future.

use std::task::{Context, Poll};

use http::{request, response};

use super::{Accept, Claim, Dialect, Reply, sealed};
use crate::method::StreamType;
use crate::{Body, Error, Result};

/// The answer in one of two protocols.
#[derive(Debug)]
pub enum Either<A, B> {
    /// In the first.
    A(A),
    /// In the second.
    B(B),
}

impl<A: Dialect, B: Dialect> sealed::Sealed for (A, B) {}

impl<A: Dialect, B: Dialect> Dialect for (A, B) {
    type Reply = Either<A::Reply, B::Reply>;

    fn accept(&self, parts: &mut request::Parts, claim: Claim) -> Accept<Self::Reply> {
        match self.0.accept(parts, claim) {
            Accept::Pass => self.1.accept(parts, claim).map_reply(Either::B),
            claimed @ Accept::Claim(_) => claimed.map_reply(Either::A),
        }
    }

    fn content_types(&self, stream_type: StreamType, types: &mut String) {
        self.0.content_types(stream_type, types);
        self.1.content_types(stream_type, types);
    }
}

impl<A: Reply, B: Reply> Reply for Either<A, B> {
    fn poll_reply(&mut self, cx: &mut Context<'_>, head: &mut response::Parts, body: &mut Body) -> Poll<Result<Body>> {
        match self {
            Self::A(reply) => reply.poll_reply(cx, head, body),
            Self::B(reply) => reply.poll_reply(cx, head, body),
        }
    }

    fn fail(&mut self, error: Error, head: response::Parts) -> http::Response<Body> {
        match self {
            Self::A(reply) => reply.fail(error, head),
            Self::B(reply) => reply.fail(error, head),
        }
    }
}
