use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, response};
use http_body::{Body as _, Frame};

use super::super::outbound::Outbound;
use super::super::{Reply, not_one_message};
use super::error::{end_stream_json, to_json};
use super::unary::Unary;
use super::{CONNECT_ACCEPT_ENCODING, CONNECT_CONTENT_ENCODING, content_type};
use crate::compression::Compress;
use crate::envelope::{End, Framing, copy_metadata, remove_reserved};
use crate::error::Refusal;
use crate::frame::{END_STREAM, PREFIX, write_prefix};
use crate::method::Spec;
use crate::{Body, Codec, Error, Result};

/// The answer to a caller that speaks Connect.
#[derive(Debug)]
pub struct ConnectReply {
    codec: Codec,
    compress: Option<Compress>,
    kind: Kind,
    get: bool,
    head: bool,
}

#[derive(Debug)]
enum Kind {
    Unary(Unary),
    Stream(Option<&'static Spec>),
}

impl ConnectReply {
    pub(super) fn unary(codec: Codec, compress: Option<Compress>) -> Self {
        Self { codec, compress, kind: Kind::Unary(Unary::default()), get: false, head: false }
    }

    /// To a GET, or to a HEAD, which gets no body.
    pub(super) fn get(codec: Codec, compress: Option<Compress>, head: bool) -> Self {
        Self { get: true, head, ..Self::unary(codec, compress) }
    }

    pub(super) fn stream(codec: Codec, compress: Option<Compress>, method: Option<&'static Spec>) -> Self {
        Self { codec, compress, kind: Kind::Stream(method), get: false, head: false }
    }

    /// Caches must know that the same URL is answered in several ways.
    fn vary(&self, headers: &mut HeaderMap) {
        if self.get {
            headers.append(VARY, HeaderValue::from_static("accept-encoding"));
        }
    }

    /// A HEAD goes without the body, but not without its length.
    fn body(&self, headers: &mut HeaderMap, body: Body) -> Body {
        match body.size_hint().exact() {
            Some(length) if self.head => {
                headers.insert(CONTENT_LENGTH, length.into());
                Body::empty()
            }
            _ => body,
        }
    }

    fn accept_encoding(&self) -> HeaderName {
        match &self.kind {
            Kind::Unary(_) => ACCEPT_ENCODING,
            Kind::Stream(_) => CONNECT_ACCEPT_ENCODING,
        }
    }

    fn content_type(&self) -> HeaderValue {
        let framing = match &self.kind {
            Kind::Unary(_) => Framing::Whole,
            Kind::Stream(_) => Framing::Prefixed,
        };
        HeaderValue::from_static(content_type(framing, self.codec))
    }
}

impl Reply for ConnectReply {
    fn poll_reply(&mut self, cx: &mut Context<'_>, head: &mut response::Parts, body: &mut Body) -> Poll<Result<Body>> {
        let (body, encoding, compress) = match &mut self.kind {
            Kind::Stream(method) => {
                let body = Outbound::body(std::mem::take(body), *method, self.compress, END);
                (body, CONNECT_CONTENT_ENCODING, self.compress)
            }
            Kind::Unary(unary) => {
                let (message, compressed) = ready!(unary.poll(cx, body, self.compress, not_one_message))?;
                if let Some(trailers) = unary.take_trailers() {
                    add_trailers(*trailers, &mut head.headers);
                }
                (Body::data(message), CONTENT_ENCODING, self.compress.filter(|_| compressed))
            }
        };
        head.status = StatusCode::OK;
        remove_reserved(&mut head.headers);
        head.headers.insert(CONTENT_TYPE, self.content_type());
        if let Some(compress) = compress {
            head.headers.insert(encoding, compress.name());
        }
        if let Kind::Stream(_) = &self.kind {
            // Compression around a stream would hold its messages back: it leaves alone what names an encoding already.
            head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
        }
        self.vary(&mut head.headers);
        Poll::Ready(Ok(self.body(&mut head.headers, body)))
    }

    fn fail(&mut self, mut error: Error, mut head: response::Parts) -> http::Response<Body> {
        remove_reserved(&mut head.headers);
        let mut supported = None;
        match error.take_refusal() {
            Some(Refusal::Compression { supported: names }) => supported = HeaderValue::try_from(names).ok(),
            Some(refusal @ Refusal::UnknownProcedure) => {
                head.status = refusal.status();
                error = Error::unimplemented("the service has no such procedure");
            }
            Some(Refusal::NotModified) if self.get => {
                copy_metadata(error.take_metadata(), &mut head.headers);
                self.vary(&mut head.headers);
                return Refusal::NotModified.into_response(head);
            }
            None | Some(Refusal::NotModified) => {}
            Some(refusal) => return refusal.into_response(head),
        }
        copy_metadata(error.take_metadata(), &mut head.headers);
        if let Some(supported) = supported {
            head.headers.insert(self.accept_encoding(), supported);
        }
        let body = match &self.kind {
            Kind::Stream(_) => {
                head.status = StatusCode::OK;
                head.headers.insert(CONTENT_TYPE, self.content_type());
                end_stream_frame(Err(error))
            }
            Kind::Unary(_) => {
                // A status that middleware inside has set tells more than the code's own.
                if head.status.is_success() || head.status == StatusCode::NOT_MODIFIED {
                    head.status = error.code().http_status();
                }
                add_trailers(error.take_trailers(), &mut head.headers);
                head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Bytes::from(to_json(&error))
            }
        };
        self.vary(&mut head.headers);
        let body = self.body(&mut head.headers, Body::data(body));
        http::Response::from_parts(head, body)
    }
}

/// Unary calls send their trailers as headers with a prefix.
fn add_trailers(mut trailers: HeaderMap, headers: &mut HeaderMap) {
    remove_reserved(&mut trailers);
    let mut current = None;
    for (name, value) in trailers {
        // Every name of a header is still one with the prefix in front, unless it becomes too long.
        current = name.map(|name| HeaderName::try_from(format!("trailer-{name}")).ok()).or(current);
        if let Some(Some(name)) = &current {
            headers.append(name, value);
        }
    }
}

/// The limit is for headers, and this is none.
const END: End = End::new(|outcome, _| Frame::data(end_stream_frame(outcome)), 0);

fn end_stream_frame(mut outcome: Result<HeaderMap>) -> Bytes {
    match &mut outcome {
        Ok(trailers) => remove_reserved(trailers),
        Err(error) => remove_reserved(error.trailers_mut()),
    }
    let mut frame = vec![0; PREFIX];
    frame.append(&mut end_stream_json(&outcome));
    match write_prefix(END_STREAM, &mut frame) {
        Ok(()) => frame.into(),
        Err(error) => end_stream_frame(Err(error)),
    }
}
