use http::header::IF_NONE_MATCH;
use http::{Extensions, HeaderMap, request, response};

use crate::Call;
use crate::client::CallOptions;

/// A request with its message: the parts of the HTTP request, and a `T`.
///
/// It converts from a `T`: `SayRequest { .. }.into()`.
#[derive(Clone, Debug)]
pub struct Request<T> {
    head: request::Parts,
    message: T,
}

impl<T> Request<T> {
    /// A request with empty metadata.
    #[must_use]
    pub fn new(message: T) -> Self {
        let (head, ()) = http::Request::new(()).into_parts();
        Self { head, message }
    }

    /// Joins what [`Request::into_parts`] took apart.
    #[must_use]
    pub fn from_parts(head: request::Parts, message: T) -> Self {
        Self { head, message }
    }

    /// The HTTP request's parts, and the message.
    #[must_use]
    pub fn into_parts(self) -> (request::Parts, T) {
        (self.head, self.message)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn head(&self) -> &request::Parts {
        &self.head
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &T {
        &self.message
    }

    /// The message, to be changed.
    #[must_use]
    pub fn message_mut(&mut self) -> &mut T {
        &mut self.message
    }

    /// The message, without the rest.
    #[must_use]
    pub fn into_message(self) -> T {
        self.message
    }

    /// The caller's metadata: the headers that belong neither to HTTP's framing nor to the protocol.
    #[must_use]
    pub fn metadata(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The metadata, to be changed.
    #[must_use]
    pub fn metadata_mut(&mut self) -> &mut HeaderMap {
        &mut self.head.headers
    }

    /// What middleware left for the handler.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.head.extensions
    }

    /// The extensions, to be changed.
    #[must_use]
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.head.extensions
    }

    /// Sets how the call is made, where it is not to be made as the channel has it.
    #[must_use]
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.head.extensions.insert(options);
        self
    }

    /// Protocol, codec, procedure and deadline; `None` for a request that did not come through a protocol's layer.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        Call::of(&self.head.extensions)
    }

    /// Whether the caller of a GET has the version with this `ETag` already: its `if-none-match` names it, or any. The quotes belong to the
    /// tag. No other call is answered from a cache, so there it is `false`.
    ///
    /// A handler then answers with [`Error::not_modified`](crate::Error::not_modified), and sends the tag with the answer otherwise.
    ///
    /// Source: "If-None-Match" of RFC 9110, 13.1.2, with its weak comparison.
    #[must_use]
    pub fn has_cached(&self, etag: &str) -> bool {
        let Some(etag) = opaque_tags(etag.as_bytes()).next() else { return false };
        self.call().is_some_and(Call::is_get)
            && self.head.headers.get_all(IF_NONE_MATCH).into_iter().any(|named| {
                named.as_bytes().trim_ascii() == b"*" || opaque_tags(named.as_bytes()).any(|tag| tag == etag)
            })
    }

    /// The same request with another message.
    #[must_use]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Request<U> {
        Request { head: self.head, message: f(self.message) }
    }
}

impl<T> From<T> for Request<T> {
    fn from(message: T) -> Self {
        Self::new(message)
    }
}

/// A response with its message: the parts of the HTTP response, a `T`, and the trailing metadata.
///
/// It converts from a `T`: `Ok(SayResponse { .. }.into())`.
#[derive(Clone, Debug)]
pub struct Response<T> {
    head: response::Parts,
    message: T,
    trailers: HeaderMap,
}

impl<T> Response<T> {
    /// A response with empty metadata.
    #[must_use]
    pub fn new(message: T) -> Self {
        let (head, ()) = http::Response::new(()).into_parts();
        Self { head, message, trailers: HeaderMap::new() }
    }

    /// Joins what [`Response::into_parts`] took apart.
    #[must_use]
    pub fn from_parts(head: response::Parts, message: T, trailers: HeaderMap) -> Self {
        Self { head, message, trailers }
    }

    /// The HTTP response's parts, the message, and the trailing metadata.
    #[must_use]
    pub fn into_parts(self) -> (response::Parts, T, HeaderMap) {
        (self.head, self.message, self.trailers)
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &T {
        &self.message
    }

    /// The message, to be changed.
    #[must_use]
    pub fn message_mut(&mut self) -> &mut T {
        &mut self.message
    }

    /// The message, without the rest.
    #[must_use]
    pub fn into_message(self) -> T {
        self.message
    }

    /// Leading metadata: what is sent before the message, as HTTP headers.
    ///
    /// Names that belong to a protocol (`content-type`, `grpc-*`, `connect-*` and the like) are not sent.
    #[must_use]
    pub fn metadata(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The leading metadata, to be changed.
    #[must_use]
    pub fn metadata_mut(&mut self) -> &mut HeaderMap {
        &mut self.head.headers
    }

    /// Trailing metadata: what is sent after the message.
    #[must_use]
    pub fn trailers(&self) -> &HeaderMap {
        &self.trailers
    }

    /// The trailing metadata, to be changed.
    #[must_use]
    pub fn trailers_mut(&mut self) -> &mut HeaderMap {
        &mut self.trailers
    }

    /// What the handler leaves for middleware.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.head.extensions
    }

    /// The extensions, to be changed.
    #[must_use]
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.head.extensions
    }

    /// The same response with another message.
    #[must_use]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        Response { head: self.head, message: f(self.message), trailers: self.trailers }
    }
}

impl<T> From<T> for Response<T> {
    fn from(message: T) -> Self {
        Self::new(message)
    }
}

/// What stands between quotes; whether a tag is weak makes no difference.
fn opaque_tags(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b'"').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Codec, Protocol};

    fn request(method: &str, named: &[&'static str]) -> Request<()> {
        let (mut head, ()) = http::Request::builder().method(method).body(()).unwrap().into_parts();
        let call = Call::new(Protocol::Connect, Codec::Json, &head);
        head.extensions.insert(call);
        for value in named {
            head.headers.append(IF_NONE_MATCH, value.parse().unwrap());
        }
        Request::from_parts(head, ())
    }

    #[test]
    fn a_tag_is_found_among_others_and_weak_ones_are_as_good() {
        assert!(!request("GET", &[]).has_cached("\"1\""));
        let several = request("GET", &["\"0\", W/\"1\"", "\"a,b\""]);
        assert!(several.has_cached("\"1\"") && several.has_cached("W/\"0\"") && several.has_cached("\"a,b\""));
        assert!(!several.has_cached("\"2\"") && !several.has_cached("1"));
        assert!(request("GET", &["*"]).has_cached("\"2\""));
    }

    #[test]
    fn only_a_get_is_answered_from_a_cache() {
        assert!(!request("POST", &["\"1\""]).has_cached("\"1\""));
    }
}
