//! gRPC-Web: gRPC without trailers of HTTP. Source: `PROTOCOL-WEB.md` of the gRPC project.

mod reply;
mod trailers;

use std::cmp::Reverse;

use http::header::{ACCEPT, ORIGIN};
use http::{HeaderMap, Method, request};

use self::reply::GrpcWebReply;
pub(super) use self::trailers::trailers_of;
use super::grpc::{ContentType, Flavor, Headers, Spelling};
use super::media::media_type;
use super::{Accept, Claim, Claimed, Speak};
use crate::compression::{Offer, wishes};
use crate::envelope::{Framing, Receive};
use crate::method::StreamType;
use crate::{Call, Protocol};

/// gRPC-Web, binary and text: `application/grpc-web` and `application/grpc-web-text`, each with `+proto` (which is the default) or `+json`.
///
/// A text call is base64 both ways. A caller that asks for text by `accept` gets it for a binary call, too.
#[derive(Clone, Debug, Default)]
pub struct GrpcWeb {
    _private: (),
}

impl GrpcWeb {
    /// The protocol with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

impl Speak for GrpcWeb {
    type Reply = GrpcWebReply;

    fn accept(&self, parts: &mut request::Parts, claim: Claim, offer: Offer<'_>) -> Accept<GrpcWebReply> {
        let content_type = media_type(&parts.headers).and_then(ContentType::parse);
        let Some(content_type) = content_type.filter(|known| known.flavor() != Flavor::Grpc) else {
            return Accept::Pass;
        };
        if parts.method != Method::POST {
            return Accept::Pass;
        }
        let call = Call::new(Protocol::GrpcWeb, content_type.codec(), parts);
        let from_page = parts.headers.contains_key(ORIGIN);
        let wanted = wanted(&parts.headers, content_type);
        let headers = Headers::take(&mut parts.headers, offer);
        let Headers { timeout, inflate, compress } = headers.as_ref().copied().unwrap_or_default();
        let reply = GrpcWebReply::new(Spelling::new(wanted, compress, claim.method()), from_page);
        let base64 = content_type.flavor() == Flavor::WebText;
        let receive = headers.map(|_| Receive { inflate, base64, ..Receive::new(Framing::Prefixed) });
        Accept::Claim(Claimed { call: call.with_timeout(timeout), reply, receive })
    }

    fn content_types(&self, _: StreamType, types: &mut String) {
        ContentType::list(&[Flavor::Web, Flavor::WebText], types);
    }
}

/// What the caller wants to be answered in: text or not, as it says that it accepts, else what it has sent.
fn wanted(headers: &HeaderMap, sent: &'static ContentType) -> &'static ContentType {
    let accepted = headers.get_all(ACCEPT).into_iter().flat_map(|value| wishes(value.as_bytes()));
    let known = accepted.filter_map(|(media_type, weight)| Some((ContentType::parse(media_type)?, weight)));
    let acceptable = known.filter(|(wanted, weight)| wanted.flavor() != Flavor::Grpc && *weight > 0);
    // The first of the heaviest.
    let wanted = acceptable.min_by_key(|(_, weight)| Reverse(*weight)).map(|(wanted, _)| wanted);
    match wanted {
        Some(wanted) if wanted.codec() == sent.codec() => wanted,
        Some(wanted) => sent.in_flavor(wanted.flavor()),
        None => sent,
    }
}

#[cfg(test)]
mod tests;
