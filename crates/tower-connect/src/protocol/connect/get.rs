//! A call as a GET: codec, compression and message are in the query. Source: "Unary-Get-Request" of the Connect specification.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Uri, request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::error::Refusal;
use crate::{Codec, Error, Result};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const URL_ALPHABET: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
const STANDARD_ALPHABET: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);

/// The parameters of a call, as they stand in the query; others have no meaning.
#[derive(Debug, Default)]
pub(super) struct Query<'a> {
    pub(super) connect: Option<Text<'a>>,
    encoding: Option<Text<'a>>,
    compression: Option<Text<'a>>,
    base64: bool,
    message: Option<Text<'a>>,
}

type Text<'a> = Cow<'a, [u8]>;

impl<'a> Query<'a> {
    /// The query of a GET, or of a HEAD, which is a GET without the answer's body.
    pub(super) fn of(parts: &'a request::Parts) -> Option<Self> {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return None;
        }
        let mut query = Self::default();
        for pair in parts.uri.query().unwrap_or_default().split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let parameter = match &*unescape(name) {
                b"connect" => &mut query.connect,
                b"encoding" => &mut query.encoding,
                b"compression" => &mut query.compression,
                b"message" => &mut query.message,
                b"base64" => {
                    query.base64 = *unescape(value) == *b"1";
                    continue;
                }
                _ => continue,
            };
            parameter.get_or_insert_with(|| unescape(value));
        }
        Some(query)
    }

    /// Whether it has what every call has.
    pub(super) fn is_complete(&self) -> bool {
        self.encoding.is_some() && self.message.is_some()
    }

    /// The codec, if it is one that there is.
    pub(super) fn codec(&self) -> Option<Codec> {
        let encoding = self.encoding.as_deref()?;
        [Codec::Json, Codec::Proto].into_iter().find(|codec| codec.as_str().as_bytes() == encoding)
    }

    /// The name of the compression that the message has gone through.
    pub(super) fn compression(&self) -> Option<HeaderValue> {
        // What could be no header is no name of a compression either.
        let name = HeaderValue::from_bytes(self.compression.as_deref()?);
        Some(name.unwrap_or(HeaderValue::from_static("malformed")))
    }

    /// What may be wrong with it, and the message.
    ///
    /// # Errors
    ///
    /// A refusal for a codec that there is not and for a request with a body, [`Code::InvalidArgument`](crate::Code::InvalidArgument)
    /// for the rest.
    pub(super) fn message(&self, headers: &HeaderMap, require_version: bool) -> Result<Bytes> {
        if self.codec().is_none() || has_body(headers) {
            return Err(Error::refusal(Refusal::UnsupportedMediaType { accept_post: None }));
        }
        if let Some(version) = self.connect.as_deref().filter(|version| *version != b"v1") {
            let version = crate::error::shown(version);
            return Err(Error::invalid_argument(format!("the parameter connect must be \"v1\", not \"{version}\"")));
        }
        if require_version && self.connect.is_none() {
            return Err(Error::invalid_argument("the parameter connect is missing"));
        }
        let missing = || Error::invalid_argument("the parameter message is missing");
        let message = self.message.as_deref().ok_or_else(missing)?;
        if !self.base64 {
            return Ok(Bytes::copy_from_slice(message));
        }
        // A plus of the standard alphabet is a space in a query.
        let text: Vec<u8> = message.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect();
        let decoded = URL_ALPHABET.decode(&text).or_else(|_| STANDARD_ALPHABET.decode(&text));
        let malformed = |error| Error::invalid_argument("the parameter message is not base64").with_source(error);
        decoded.map(Bytes::from).map_err(malformed)
    }
}

/// Where a call is made by GET, and how many bytes that is: path and query are what servers have limits for.
///
/// The order of the parameters is always the same, so that the same call is the same URL to caches. Source: "Unary-Get-Request" and
/// "Query-Get" of the Connect specification.
pub(super) fn uri(uri: &Uri, codec: Codec, message: &[u8], compression: Option<&HeaderValue>) -> Option<(usize, Uri)> {
    let text = std::str::from_utf8(message).ok().filter(|_| codec == Codec::Json && compression.is_none());
    let mut target = format!("{}?connect=v1", uri.path());
    if text.is_none() {
        target.push_str("&base64=1");
    }
    if let Some(compression) = compression.and_then(|name| name.to_str().ok()) {
        target.push_str("&compression=");
        target.push_str(compression);
    }
    target.push_str("&encoding=");
    target.push_str(codec.as_str());
    target.push_str("&message=");
    match text {
        Some(text) => target.extend(utf8_percent_encode(text, ESCAPED)),
        None => BASE64_URL_SAFE_NO_PAD.encode_string(message, &mut target),
    }
    let len = target.len();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.try_into().ok()?);
    Some((len, Uri::from_parts(parts).ok()?))
}

/// All but what RFC 3986, 2.3, has as unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING) || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
}

fn unescape(value: &str) -> Cow<'_, [u8]> {
    if value.contains('+') {
        return Cow::Owned(percent_decode(value.replace('+', " ").as_bytes()).collect());
    }
    percent_decode(value.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use http::Request;
    use proptest::prelude::*;

    use super::*;
    use crate::Code;

    fn parse(query: &str) -> Result<(Codec, Bytes)> {
        let (parts, ()) = Request::get(format!("/a.B/C?{query}")).body(()).unwrap().into_parts();
        let query = Query::of(&parts).unwrap();
        let message = query.message(&parts.headers, false)?;
        Ok((query.codec().unwrap(), message))
    }

    #[test]
    fn a_message_is_escaped_or_base64_in_any_alphabet() {
        for (query, message) in [
            ("encoding=json&message=%7B%7D", &b"{}"[..]),
            ("message=%7B%22a%22%3A+1%7D&encoding=json&connect=v1&x=y", b"{\"a\": 1}"),
            ("connect=v1&base64=1&encoding=proto&message=-_8", b"\xfb\xff"),
            ("base64=1&encoding=proto&message=-_8%3D", b"\xfb\xff"),
            ("base64=1&encoding=proto&message=%2B/8=", b"\xfb\xff"),
            ("base64=1&encoding=proto&message=+/8", b"\xfb\xff"),
            ("base64=0&encoding=proto&message=", b""),
            ("base64=%31&%65ncoding=%70roto&mess%61ge=-_8", b"\xfb\xff"),
            ("base64=1&encoding=proto&message=", b""),
        ] {
            assert_eq!(parse(query).unwrap().1, message, "{query}");
        }
    }

    #[test]
    fn a_call_is_always_the_same_url() {
        let base = Uri::from_static("http://h/x/a.B/C");
        for (codec, message, compression, expected) in [
            (Codec::Json, &br#"{"a":" ~"}"#[..], None, "connect=v1&encoding=json&message=%7B%22a%22%3A%22%20~%22%7D"),
            (Codec::Proto, b"\xfb\xff", None, "connect=v1&base64=1&encoding=proto&message=-_8"),
            (Codec::Json, b"\xfb\xff", Some("gzip"), "connect=v1&base64=1&compression=gzip&encoding=json&message=-_8"),
            (Codec::Proto, b"", None, "connect=v1&base64=1&encoding=proto&message="),
        ] {
            let compression = compression.map(HeaderValue::from_static);
            let (len, uri) = uri(&base, codec, message, compression.as_ref()).unwrap();
            assert_eq!(uri, format!("http://h/x/a.B/C?{expected}").parse::<Uri>().unwrap());
            assert_eq!(len, "/x/a.B/C?".len() + expected.len());
            assert_eq!(parse(expected).unwrap(), (codec, Bytes::copy_from_slice(message)));
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_told() {
        for query in ["encoding=json", "connect=v2&encoding=json&message=", "base64=1&encoding=proto&message=%25"] {
            assert_eq!(parse(query).unwrap_err().code(), Code::InvalidArgument, "{query}");
        }
        for query in ["message=", "encoding=xml&message=", ""] {
            let refusal = parse(query).unwrap_err().take_refusal();
            assert!(matches!(refusal, Some(Refusal::UnsupportedMediaType { .. })), "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_a_message_or_an_error(query in "(encoding=json&|encoding=proto&|base64=1&|message=|[a-z0-9=&%+_/-]){0,20}") {
            if let Ok((_, message)) = parse(&query) {
                prop_assert!(message.len() <= query.len());
            }
        }

        #[test]
        fn what_was_encoded_comes_back(message in prop::collection::vec(any::<u8>(), 0..60), padded in any::<bool>()) {
            let engine = if padded { base64::prelude::BASE64_URL_SAFE } else { BASE64_URL_SAFE_NO_PAD };
            let query = format!("base64=1&encoding=proto&message={}", engine.encode(&message).replace('=', "%3D"));
            prop_assert_eq!(parse(&query).unwrap().1, message);
        }
    }
}
