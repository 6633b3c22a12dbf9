use std::task::{Context, Poll};

use http::{request, response};

use super::{Accept, Claim};
use crate::compression::Offer;
use crate::method::StreamType;
use crate::{Body, Error, Result};

/// The seam between protocols and Tower: how a caller's spelling is recognised, and who will answer in it.
pub trait Speak: Clone + Send + Sync + 'static {
    /// Remembers how to answer one caller.
    type Reply: Reply;

    /// Looks at a request's head, and claims it if it is of this protocol. The protocol's headers are then gone from it.
    fn accept(&self, parts: &mut request::Parts, claim: Claim, offer: Offer<'_>) -> Accept<Self::Reply>;

    /// Appends the content types under which this protocol serves such procedures, in the form of `Accept-Post`.
    fn content_types(&self, stream_type: StreamType, types: &mut String);
}

/// The answer to one caller, in its protocol.
pub trait Reply: Unpin + Send {
    /// Turns a response of the envelope into one for the wire. It is called again, with the same arguments, while it is pending.
    ///
    /// # Errors
    ///
    /// What is to be answered by [`Reply::fail`] instead: the head has not been sent.
    fn poll_reply(&mut self, cx: &mut Context<'_>, head: &mut response::Parts, body: &mut Body) -> Poll<Result<Body>>;

    /// The answer to a call that failed before anything was sent. The head is the one that middleware wrote to.
    fn fail(&mut self, error: Error, head: response::Parts) -> http::Response<Body>;
}
