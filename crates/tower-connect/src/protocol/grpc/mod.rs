//! gRPC. Source: gRPC over HTTP/2, `PROTOCOL-HTTP2.md` of the gRPC project.

mod reply;
mod status;

use std::time::Duration;

use http::{HeaderValue, Method, Version, request};

use self::reply::GrpcReply;
use super::media::{media_type, strip_prefix};
use super::{Accept, Claim, Claimed, Speak, timeout};
use crate::compression::{Compress, Compressor, Offer};
use crate::envelope::{Framing, Receive, take_reserved};
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

impl Speak for Grpc {
    type Reply = GrpcReply;

    fn accept(&self, parts: &mut request::Parts, claim: Claim, offer: &Offer) -> Accept<GrpcReply> {
        let Some(content_type) = media_type(&parts.headers).and_then(ContentType::parse) else {
            return Accept::Pass;
        };
        if parts.method != Method::POST {
            return Accept::Pass;
        }
        let call = Call::new(Protocol::Grpc, content_type.codec(), parts);
        let headers = take_headers(parts, offer);
        let (timeout, inflate, compress) = headers.as_ref().copied().unwrap_or_default();
        let reply = GrpcReply::new(content_type, parts.version, compress, claim.method());
        let receive = headers.map(|_| Receive { framing: Framing::Prefixed, inflate, inline: None });
        Accept::Claim(Claimed { call: call.with_timeout(timeout), reply, receive })
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
    fn parse(media_type: &[u8]) -> Option<Self> {
        let suffix = strip_prefix(media_type, "application/grpc")?;
        [Self::Bare, Self::Proto, Self::Json]
            .into_iter()
            .find(|known| known.as_str().as_bytes()["application/grpc".len()..].eq_ignore_ascii_case(suffix))
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

/// Takes the protocol's headers off, and checks them: the timeout, and what is to be done about compression on both ways.
fn take_headers(parts: &mut request::Parts, offer: &Offer) -> Result<Headers> {
    let (mut takes_trailers, mut inflate, mut timeout, mut accepted) = (false, Ok(None), Ok(None), None);
    take_reserved(&mut parts.headers, |name, value| match name {
        "te" => takes_trailers |= names_trailers(value),
        "grpc-encoding" => inflate = offer.undo(value),
        "grpc-accept-encoding" => accepted = Some(accepted.flatten().or_else(|| offer.choose(value))),
        "grpc-timeout" => timeout = timeout::grpc(value).map(Some),
        _ => {}
    });
    if parts.version < Version::HTTP_11 || (parts.version == Version::HTTP_11 && !takes_trailers) {
        return Err(Error::refusal(Refusal::HttpVersion));
    }
    let inflate = inflate?;
    Ok((timeout?, inflate, accepted.unwrap_or_else(|| inflate.map(|with| offer.with(with)))))
}

type Headers = (Option<Duration>, Option<&'static Compressor>, Option<Compress>);

fn names_trailers(te: &HeaderValue) -> bool {
    te.as_bytes().split(|byte| *byte == b',').any(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"trailers"))
}

#[cfg(test)]
mod tests;
