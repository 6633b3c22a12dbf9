use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, response};
use http_body::{Body as _, Frame};

use super::super::outbound::Outbound;
use super::super::{Reply, not_one_message};
use super::error::{end_stream_json, to_json};
use crate::compression::{Compress, Work};
use crate::envelope::{End, Message, Single, copy_metadata, remove_reserved};
use crate::error::Refusal;
use crate::frame::{END_STREAM, PREFIX, write_prefix};
use crate::method::Spec;
use crate::{Body, Codec, Error, Result};

const CONNECT_CONTENT_ENCODING: HeaderName = HeaderName::from_static("connect-content-encoding");

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

/// The message and the trailers are collected, because the trailers go into the head.
#[derive(Debug, Default)]
struct Unary {
    single: Single,
    /// The message that is being compressed.
    work: Option<Box<Work<(Bytes, bool)>>>,
}

impl Unary {
    /// The message as it will be sent, and whether it is compressed.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        headers: &mut HeaderMap,
        body: &mut Body,
        compress: Option<Compress>,
    ) -> Poll<Result<(Bytes, bool)>> {
        if let Some(work) = &mut self.work {
            return work.poll(cx);
        }
        let Message { bytes, trailers } = match body.take_whole() {
            Some(whole) => whole.into_message(),
            None => ready!(self.single.poll(cx, body)).map_err(not_one_message)?,
        };
        if let Some(trailers) = trailers {
            add_trailers(*trailers, headers);
        }
        let Some(compress) = compress else { return Poll::Ready(Ok((bytes, false))) };
        let is_long = compress.is_long(bytes.len());
        let work = move || {
            let mut buf = BytesMut::new();
            Ok(if compress.apply(&bytes, &mut buf)? { (buf.freeze(), true) } else { (bytes, false) })
        };
        if is_long { self.work.insert(Box::new(Work::start(work))).poll(cx) } else { Poll::Ready(work()) }
    }
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
            Kind::Stream(_) => HeaderName::from_static("connect-accept-encoding"),
        }
    }

    fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match (&self.kind, self.codec) {
            (Kind::Unary(_), Codec::Json) => "application/json",
            (Kind::Unary(_), Codec::Proto) => "application/proto",
            (Kind::Stream(_), Codec::Json) => "application/connect+json",
            (Kind::Stream(_), Codec::Proto) => "application/connect+proto",
        })
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
                let (message, compressed) = ready!(unary.poll(cx, &mut head.headers, body, self.compress))?;
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
