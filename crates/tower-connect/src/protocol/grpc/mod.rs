//! gRPC. Source: gRPC over HTTP/2, `PROTOCOL-HTTP2.md` of the gRPC project.

mod ask;
mod content_type;
mod headers;
mod outcome;
mod reply;
mod spelling;
mod status;

use http::header::TE;
use http::{HeaderMap, Method, Version, request};

pub(super) use self::ask::GrpcAsk;
pub(super) use self::content_type::{ContentType, Flavor};
pub(super) use self::headers::Headers;
pub(super) use self::outcome::outcome_of;
use self::reply::GrpcReply;
pub(super) use self::spelling::{Failure, Spelling};
pub(super) use self::status::{size, trailers};
use super::media::media_type;
use super::{Accept, Claim, Claimed, Speak};
use crate::compression::Offer;
use crate::envelope::{Framing, Receive};
use crate::error::Refusal;
use crate::method::StreamType;
use crate::{Call, Error, Protocol};

/// gRPC: `application/grpc` (which is `application/grpc+proto`) and `application/grpc+json`.
///
/// It needs trailers. HTTP/2 has them; callers on HTTP/1.1 are served if they send `te: trailers`, and get a 505 otherwise. There the head names
/// the trailers that will come, so that trailing metadata of a stream, which is not known by then, is left out.
#[derive(Clone, Debug)]
pub struct Grpc {
    header_limit: usize,
}

/// What gRPC's HTTP/2 protocol suggests, under "Custom-Metadata".
const HEADER_LIMIT: usize = 8 << 10;
/// What of a head is left for others: `:status`, `date`, and what layers further out write.
const RESERVE: usize = 512;

impl Grpc {
    /// The protocol with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { header_limit: HEADER_LIMIT }
    }

    /// How large a block of headers that tells of an error may be, in bytes; the default is 8 KiB.
    ///
    /// Many peers end a connection, or a call, for more than they like, and what HTTP/2 tells of that does not reach a service of hyper's. Where
    /// an error does not fit, its last details are left out, and then the end of its message; metadata is sent as it is. A header counts as
    /// in RFC 9113, 6.5.2: its name, its value and 32 bytes. Half a kilobyte of a head is left for what others add to it.
    #[must_use]
    pub const fn header_limit(mut self, bytes: usize) -> Self {
        self.header_limit = bytes;
        self
    }
}

impl Default for Grpc {
    fn default() -> Self {
        Self::new()
    }
}

impl Speak for Grpc {
    type Reply = GrpcReply;

    fn accept(&self, parts: &mut request::Parts, claim: Claim, offer: Offer<'_>) -> Accept<GrpcReply> {
        let content_type = media_type(&parts.headers).and_then(ContentType::parse);
        let Some(content_type) = content_type.filter(|known| known.flavor() == Flavor::Grpc) else {
            return Accept::Pass;
        };
        if parts.method != Method::POST {
            return Accept::Pass;
        }
        let call = Call::new(Protocol::Grpc, content_type.codec(), parts);
        let has_trailers =
            parts.version >= Version::HTTP_2 || (parts.version == Version::HTTP_11 && takes_trailers(&parts.headers));
        let headers = Headers::take(&mut parts.headers, offer);
        let headers = if has_trailers { headers } else { Err(Error::refusal(Refusal::HttpVersion)) };
        let Headers { timeout, inflate, compress } = headers.as_ref().copied().unwrap_or_default();
        let spelling = Spelling::new(content_type, compress, claim.method());
        let receive = headers.map(|_| Receive { inflate, ..Receive::new(Framing::Prefixed) });
        let reply = GrpcReply::new(spelling, parts.version, self.header_limit);
        Accept::Claim(Claimed { call: call.with_timeout(timeout), reply, receive })
    }

    fn content_types(&self, _: StreamType, types: &mut String) {
        ContentType::list(&[Flavor::Grpc], types);
    }
}

fn takes_trailers(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TE).into_iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings.any(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"trailers"))
}

#[cfg(test)]
mod tests;
