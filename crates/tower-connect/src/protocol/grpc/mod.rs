//! gRPC. Source: gRPC over HTTP/2, `PROTOCOL-HTTP2.md` of the gRPC project.

mod reply;
mod status;

use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TE};
use http::{HeaderMap, HeaderName, Method, Version, request};

use self::reply::GrpcReply;
use super::media::{media_type, strip_prefix};
use super::{Accept, Claim, Claimed, Dialect, sealed, timeout};
use crate::envelope::{Framing, remove_reserved};
use crate::error::Refusal;
use crate::method::StreamType;
use crate::{Call, Codec, Error, Protocol, Result};

/// gRPC: `application/grpc` (which is `application/grpc+proto`) and `application/grpc+json`.
///
/// It needs trailers. HTTP/2 has them; callers on HTTP/1.1 are served if they send `te: trailers`, and get a 505 otherwise.
#[derive(Clone, Debug, Default)]
pub struct Grpc {
    _private: (),
}

impl Grpc {
    /// The protocol with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

impl sealed::Sealed for Grpc {}

impl Dialect for Grpc {
    type Reply = GrpcReply;

    fn accept(&self, parts: &mut request::Parts, _: Claim) -> Accept<GrpcReply> {
        let Some(content_type) = media_type(&parts.headers).and_then(ContentType::parse) else {
            return Accept::Pass;
        };
        if parts.method != Method::POST {
            return Accept::Pass;
        }
        let call = Call::new(Protocol::Grpc, content_type.codec(), parts);
        let reply = GrpcReply::new(content_type, parts.version);
        let timeout = check_headers(parts).and_then(|()| timeout::grpc(&mut parts.headers));
        let (timeout, framing) = match timeout {
            Ok(timeout) => (timeout, Ok(Framing::Prefixed)),
            Err(error) => (None, Err(error)),
        };
        remove_reserved(&mut parts.headers);
        Accept::Claim(Claimed {
            call: call.with_timeout(timeout),
            reply,
            framing,
        })
    }

    fn content_types(&self, _: StreamType, types: &mut String) {
        for content_type in [ContentType::Bare, ContentType::Proto, ContentType::Json] {
            if !types.is_empty() {
                types.push_str(", ");
            }
            types.push_str(content_type.as_str());
        }
    }
}

/// The spellings of the content type; a reply repeats the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ContentType {
    Bare,
    Proto,
    Json,
}

impl ContentType {
    fn parse(media_type: &str) -> Option<Self> {
        let suffix = strip_prefix(media_type, "application/grpc")?;
        [Self::Bare, Self::Proto, Self::Json]
            .into_iter()
            .find(|known| known.as_str()["application/grpc".len()..].eq_ignore_ascii_case(suffix))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Bare => "application/grpc",
            Self::Proto => "application/grpc+proto",
            Self::Json => "application/grpc+json",
        }
    }

    const fn codec(self) -> Codec {
        match self {
            Self::Bare | Self::Proto => Codec::Proto,
            Self::Json => Codec::Json,
        }
    }
}

/// Takes off what every request carries, and checks it.
fn check_headers(parts: &mut request::Parts) -> Result<()> {
    let headers = &mut parts.headers;
    for name in [
        CONTENT_TYPE,
        CONTENT_LENGTH,
        ACCEPT_ENCODING,
        HeaderName::from_static("grpc-accept-encoding"),
    ] {
        headers.remove(name);
    }
    let wants_trailers = takes_trailers(headers);
    headers.remove(TE);
    if parts.version < Version::HTTP_2 && !wants_trailers {
        return Err(Error::refusal(Refusal::HttpVersion));
    }
    super::check_compression(headers, &HeaderName::from_static("grpc-encoding"))
}

fn takes_trailers(headers: &HeaderMap) -> bool {
    headers
        .get_all(TE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| coding.trim().eq_ignore_ascii_case("trailers"))
}

#[cfg(test)]
mod tests;
