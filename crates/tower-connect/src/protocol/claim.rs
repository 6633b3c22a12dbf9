use crate::envelope::Receive;
use crate::method::Spec;
use crate::{Call, Result};

/// What the layer knows of a request when it asks a protocol whether the request is its own.
#[derive(Clone, Copy, Debug)]
pub enum Claim {
    /// Nothing: only what could be nothing else is claimed.
    Unambiguous,
    /// Whatever arrives here is a call.
    Any,
    /// It is a call of this procedure.
    Method(&'static Spec),
}

impl Claim {
    pub(super) fn is_ambiguous(self) -> bool {
        matches!(self, Self::Unambiguous)
    }

    pub(crate) fn method(self) -> Option<&'static Spec> {
        match self {
            Self::Method(method) => Some(method),
            Self::Unambiguous | Self::Any => None,
        }
    }
}

/// What a protocol says of a request.
#[derive(Debug)]
pub enum Accept<R> {
    /// It is not of this protocol, and nothing was changed.
    Pass,
    /// It is a call in this protocol.
    Claim(Claimed<R>),
}

/// A call that a protocol has claimed.
#[derive(Debug)]
pub struct Claimed<R> {
    /// For the request's extensions.
    pub call: Call,
    /// How to answer.
    pub reply: R,
    /// How the body is to be read; or why the call has failed already.
    pub receive: Result<Receive>,
}

impl<R> Accept<R> {
    pub(super) fn map_reply<T>(self, f: impl FnOnce(R) -> T) -> Accept<T> {
        match self {
            Self::Pass => Accept::Pass,
            Self::Claim(Claimed { call, reply, receive }) => Accept::Claim(Claimed { call, reply: f(reply), receive }),
        }
    }
}
