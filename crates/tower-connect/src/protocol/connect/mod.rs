//! The Connect protocol. Source: the Connect specification, <https://connectrpc.com/docs/protocol>.

mod error;
mod reply;

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, request};

use self::reply::ConnectReply;
use super::media::{media_type, strip_prefix};
use super::{Accept, Claim, Claimed, Dialect, sealed, timeout};
use crate::envelope::{Framing, Shapes, take_reserved};
use crate::method::StreamType;
use crate::{Call, Codec, Error, Protocol, Result};

const VERSION: HeaderName = HeaderName::from_static("connect-protocol-version");

/// The Connect protocol: unary calls as plain HTTP POST of `application/json` and `application/proto`, streams as
/// `application/connect+json` and `application/connect+proto`.
#[derive(Clone, Debug, Default)]
pub struct Connect {
    _private: (),
}

impl Connect {
    /// The protocol with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

impl sealed::Sealed for Connect {}

impl Dialect for Connect {
    type Reply = ConnectReply;

    fn accept(&self, parts: &mut request::Parts, claim: Claim) -> Accept<ConnectReply> {
        let Some((shape, codec)) = media_type(&parts.headers).and_then(Shape::parse) else {
            return Accept::Pass;
        };
        // A unary call looks like anybody's POST of JSON, unless it names the protocol's version.
        let foreign = shape == Shape::Unary && claim.is_ambiguous() && !parts.headers.contains_key(VERSION);
        if foreign
            || parts.method != Method::POST
            || claim.method().is_some_and(|method| !shape.fits(method.stream_type()))
        {
            return Accept::Pass;
        }
        let call = Call::new(Protocol::Connect, codec, parts);
        let (call, reply, framing) = match shape {
            Shape::Unary => (
                call.with_shapes(Shapes::Unary),
                ConnectReply::unary(codec),
                Framing::Whole,
            ),
            Shape::Stream => (
                call.with_shapes(Shapes::Streams),
                ConnectReply::stream(codec),
                Framing::Prefixed,
            ),
        };
        let (timeout, framing) = match take_headers(&mut parts.headers, shape) {
            Ok(timeout) => (timeout, Ok(framing)),
            Err(error) => (None, Err(error)),
        };
        Accept::Claim(Claimed {
            call: call.with_timeout(timeout),
            reply,
            framing,
        })
    }

    fn content_types(&self, stream_type: StreamType, types: &mut String) {
        let own = if Shape::Unary.fits(stream_type) {
            "application/json, application/proto"
        } else {
            "application/connect+json, application/connect+proto"
        };
        if !types.is_empty() {
            types.push_str(", ");
        }
        types.push_str(own);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Unary,
    Stream,
}

impl Shape {
    fn parse(media_type: &[u8]) -> Option<(Self, Codec)> {
        let subtype = strip_prefix(media_type, "application/")?;
        let (shape, codec) = match strip_prefix(subtype, "connect+") {
            Some(codec) => (Self::Stream, codec),
            None => (Self::Unary, subtype),
        };
        let codec = [Codec::Json, Codec::Proto]
            .into_iter()
            .find(|known| known.as_str().as_bytes().eq_ignore_ascii_case(codec))?;
        Some((shape, codec))
    }

    fn fits(self, stream_type: StreamType) -> bool {
        (self == Self::Unary) == (stream_type == StreamType::Unary)
    }

    const fn encoding_header(self) -> &'static str {
        match self {
            Self::Unary => "content-encoding",
            Self::Stream => "connect-content-encoding",
        }
    }
}

/// Takes the protocol's headers off, checks them, and gives the timeout.
fn take_headers(headers: &mut HeaderMap, shape: Shape) -> Result<Option<Duration>> {
    let (mut version, mut compression, mut timeout) = (Ok(()), Ok(()), Ok(None));
    take_reserved(headers, |name, value| match name {
        "connect-protocol-version" => version = check_version(value),
        "connect-timeout-ms" => timeout = timeout::connect(value).map(Some),
        name if name == shape.encoding_header() => compression = super::check_compression(value),
        _ => {}
    });
    version.and(compression).and(timeout)
}

fn check_version(value: &HeaderValue) -> Result<()> {
    if value == "1" {
        return Ok(());
    }
    let version = value.as_bytes().escape_ascii();
    Err(Error::invalid_argument(format!(
        "connect-protocol-version must be \"1\", not \"{version}\""
    )))
}

#[cfg(test)]
mod tests;
