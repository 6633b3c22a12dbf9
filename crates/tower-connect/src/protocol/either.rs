//! Tuples of protocols are protocols: one layer, one claim, one future.

use std::task::{Context, Poll};

use http::{request, response};

use super::{Accept, Claim, Reply, Speak};
use crate::compression::Offer;
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

impl<A: Speak, B: Speak> Speak for (A, B) {
    type Reply = Either<A::Reply, B::Reply>;

    fn accept(&self, parts: &mut request::Parts, claim: Claim, offer: Offer<'_>) -> Accept<Self::Reply> {
        match self.0.accept(parts, claim, offer) {
            Accept::Pass => self.1.accept(parts, claim, offer).map_reply(Either::B),
            claimed @ Accept::Claim(_) => claimed.map_reply(Either::A),
        }
    }

    fn content_types(&self, stream_type: StreamType, types: &mut String) {
        self.0.content_types(stream_type, types);
        self.1.content_types(stream_type, types);
    }
}

impl<A: Speak, B: Speak, C: Speak> Speak for (A, B, C) {
    type Reply = Either<A::Reply, Either<B::Reply, C::Reply>>;

    fn accept(&self, parts: &mut request::Parts, claim: Claim, offer: Offer<'_>) -> Accept<Self::Reply> {
        match self.0.accept(parts, claim, offer) {
            Accept::Pass => {}
            claimed @ Accept::Claim(_) => return claimed.map_reply(Either::A),
        }
        match self.1.accept(parts, claim, offer) {
            Accept::Pass => self.2.accept(parts, claim, offer).map_reply(|reply| Either::B(Either::B(reply))),
            claimed @ Accept::Claim(_) => claimed.map_reply(|reply| Either::B(Either::A(reply))),
        }
    }

    fn content_types(&self, stream_type: StreamType, types: &mut String) {
        self.0.content_types(stream_type, types);
        self.1.content_types(stream_type, types);
        self.2.content_types(stream_type, types);
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
