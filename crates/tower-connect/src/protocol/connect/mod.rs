//! The Connect protocol. Source: the Connect specification, <https://connectrpc.com/docs/protocol>.

mod ask;
mod error;
mod get;
mod parse;
mod reply;
mod unary;

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderName, HeaderValue, Method, request};

pub(super) use self::ask::ConnectAsk;
use self::get::Query;
pub(super) use self::parse::end_of_stream;
use self::reply::ConnectReply;
use super::media::{media_type, strip_prefix};
use super::{Accept, Claim, Claimed, Speak, timeout};
use crate::compression::{Coding, Compress, Compressor, Offer};
use crate::envelope::{Framing, Receive, Streams, take_reserved};
use crate::error::shown;
use crate::method::StreamType;
use crate::{Call, Codec, Error, Protocol, Result};

const VERSION: HeaderName = HeaderName::from_static("connect-protocol-version");
const CONNECT_CONTENT_ENCODING: HeaderName = HeaderName::from_static("connect-content-encoding");
const CONNECT_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("connect-accept-encoding");

/// The Connect protocol: unary calls as plain HTTP POST of `application/json` and `application/proto`, streams as
/// `application/connect+json` and `application/connect+proto`. Procedures without side effects are called by GET, too.
#[derive(Clone, Debug, Default)]
pub struct Connect {
    require_version: bool,
}

impl Connect {
    /// The protocol with its defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { require_version: false }
    }

    /// Refuses calls that do not name the protocol's version: by the header `connect-protocol-version: 1`, or by `connect=v1` in the query
    /// of a GET. By default they are served, so that curl needs no header.
    #[must_use]
    pub const fn require_protocol_version(mut self) -> Self {
        self.require_version = true;
        self
    }
}

impl Speak for Connect {
    type Reply = ConnectReply;

    fn accept(&self, parts: &mut request::Parts, claim: Claim, offer: Offer<'_>) -> Accept<ConnectReply> {
        if let Some(query) = Query::of(parts) {
            let Some(codec) = accept_get(&query, claim) else { return Accept::Pass };
            let message = query.message(&parts.headers, self.require_version);
            let inflate = query.compression().map_or(Ok(None), |name| offer.undo(&name));
            return claim_get(parts, codec, message, inflate, offer);
        }
        let Some((framing, codec)) = media_type(&parts.headers).and_then(parse) else {
            return Accept::Pass;
        };
        // A unary call looks like anybody's POST of JSON, unless it names the protocol's version.
        let ambiguous = framing == Framing::Whole && claim.is_ambiguous() && !parts.headers.contains_key(VERSION);
        let other_shape = claim.method().is_some_and(|method| framing != framing_of(method.stream_type()));
        if ambiguous || other_shape || parts.method != Method::POST {
            return Accept::Pass;
        }
        let call = Call::new(Protocol::Connect, codec, parts);
        let headers = take_headers(&mut parts.headers, framing, self.require_version, offer);
        let (timeout, inflate, compress) = headers.as_ref().copied().unwrap_or_default();
        let (call, reply) = match framing {
            Framing::Whole => (call.only(Streams::Never), ConnectReply::unary(codec, compress)),
            Framing::Prefixed => (call.only(Streams::Always), ConnectReply::stream(codec, compress, claim.method())),
        };
        let receive = headers.map(|_| Receive { inflate, ..Receive::new(framing) });
        Accept::Claim(Claimed { call: call.with_timeout(timeout), reply, receive })
    }

    fn content_types(&self, stream_type: StreamType, types: &mut String) {
        let own = match framing_of(stream_type) {
            Framing::Whole => "application/json, application/proto",
            Framing::Prefixed => "application/connect+json, application/connect+proto",
        };
        if !types.is_empty() {
            types.push_str(", ");
        }
        types.push_str(own);
    }
}

/// Whether a GET is a call, and in which codec: by what is known of its procedure, or by its own word.
fn accept_get(query: &Query<'_>, claim: Claim) -> Option<Codec> {
    let is_call = match claim.method() {
        Some(method) => method.allows_get(),
        None if claim.is_ambiguous() => query.is_complete() && query.connect.as_deref() == Some(b"v1"),
        None => query.connect.is_some(),
    };
    is_call.then(|| query.codec().unwrap_or(Codec::Json))
}

/// Claims a GET, of which message and compression are in the query.
fn claim_get(
    parts: &mut request::Parts,
    codec: Codec,
    message: Result<Bytes>,
    inflate: Result<Option<Compressor>>,
    offer: Offer<'_>,
) -> Accept<ConnectReply> {
    let call = Call::new(Protocol::Connect, codec, parts).only(Streams::Never);
    let _ = parts.headers.remove(CONTENT_ENCODING);
    let headers = take_headers(&mut parts.headers, Framing::Whole, false, offer);
    let (timeout, _, compress) = headers.as_ref().copied().unwrap_or_default();
    let receive =
        headers.and_then(|_| Ok(Receive { inflate: inflate?, inline: Some(message?), ..Receive::new(Framing::Whole) }));
    let head = std::mem::replace(&mut parts.method, Method::POST) == Method::HEAD;
    Accept::Claim(Claimed {
        call: call.with_timeout(timeout),
        reply: ConnectReply::get(codec, compress, head),
        receive,
    })
}

/// Unary calls are bare, streams are framed: the content type tells which of them a call is.
fn framing_of(stream_type: StreamType) -> Framing {
    if stream_type == StreamType::Unary { Framing::Whole } else { Framing::Prefixed }
}

fn parse(media_type: &[u8]) -> Option<(Framing, Codec)> {
    let subtype = strip_prefix(media_type, "application/")?;
    let (framing, codec) = match strip_prefix(subtype, "connect+") {
        Some(codec) => (Framing::Prefixed, codec),
        None => (Framing::Whole, subtype),
    };
    let known = |known: &Codec| known.as_str().as_bytes().eq_ignore_ascii_case(codec);
    Some((framing, [Codec::Json, Codec::Proto].into_iter().find(known)?))
}

fn content_type(framing: Framing, codec: Codec) -> &'static str {
    match (framing, codec) {
        (Framing::Whole, Codec::Json) => "application/json",
        (Framing::Whole, Codec::Proto) => "application/proto",
        (Framing::Prefixed, Codec::Json) => "application/connect+json",
        (Framing::Prefixed, Codec::Proto) => "application/connect+proto",
    }
}

/// Takes the protocol's headers off, and checks them: the timeout, and what is to be done about compression on both ways.
fn take_headers(headers: &mut HeaderMap, framing: Framing, require_version: bool, offer: Offer<'_>) -> Result<Headers> {
    let (encoding, accepts) = match framing {
        Framing::Whole => ("content-encoding", "accept-encoding"),
        Framing::Prefixed => ("connect-content-encoding", "connect-accept-encoding"),
    };
    let missing = || Err(Error::invalid_argument("connect-protocol-version is missing"));
    let mut version = if require_version { missing() } else { Ok(()) };
    let (mut coding, mut timeout) = (Coding::default(), Ok(None));
    take_reserved(headers, |name, value| match name {
        "connect-protocol-version" => version = check_version(value),
        "connect-timeout-ms" => timeout = timeout::connect(value).map(Some),
        name if name == encoding => coding.messages(value),
        name if name == accepts => coding.accepts(value),
        _ => {}
    });
    version?;
    let (inflate, compress) = coding.settle(offer)?;
    Ok((timeout?, inflate, compress))
}

type Headers = (Option<Duration>, Option<Compressor>, Option<Compress>);

fn check_version(value: &HeaderValue) -> Result<()> {
    if value == "1" {
        return Ok(());
    }
    let version = shown(value.as_bytes());
    Err(Error::invalid_argument(format!("connect-protocol-version must be \"1\", not \"{version}\"")))
}

#[cfg(test)]
mod tests;
