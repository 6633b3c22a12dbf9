use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, request, response};
use http_body::Frame;

use super::super::ask::{Terms, code_of, foreign_status, foreign_type, not_one_request, spell};
use super::super::download::{Download, Ending};
use super::super::media::media_type;
use super::super::outbound::Outbound;
use super::unary::Unary;
use super::{CONNECT_ACCEPT_ENCODING, CONNECT_CONTENT_ENCODING, VERSION, content_type, get, parse};
use crate::compression::Compress;
use crate::envelope::{Framing, Receive, Single, SingleError, WireBody, remove_reserved};
use crate::error::{Origin, Refusal};
use crate::{Body, Code, Error, Result};

const TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");

/// A call in Connect.
#[derive(Debug)]
pub(crate) struct ConnectAsk {
    terms: Terms,
    request: Unary,
    /// The body of an answer that tells of an error.
    failure: Option<(Body, Single)>,
}

impl ConnectAsk {
    pub(in crate::protocol) fn new(terms: Terms) -> Self {
        Self { terms, request: Unary::default(), failure: None }
    }

    fn framing(&self) -> Framing {
        if self.terms.unary { Framing::Whole } else { Framing::Prefixed }
    }

    /// The names of the headers that tell what messages have gone through, and may go through.
    fn encoding_headers(&self) -> (HeaderName, HeaderName) {
        match self.framing() {
            Framing::Whole => (CONTENT_ENCODING, ACCEPT_ENCODING),
            Framing::Prefixed => (CONNECT_CONTENT_ENCODING, CONNECT_ACCEPT_ENCODING),
        }
    }

    pub(in crate::protocol) fn poll_request(
        &mut self,
        cx: &mut Context<'_>,
        head: &mut request::Parts,
        body: &mut Body,
    ) -> Poll<Result<Body>> {
        let compress = self.terms.compress;
        if !self.terms.unary {
            self.write_head(&mut head.headers, compress.is_some());
            // What the transport might compress or expand of a stream is to be left alone.
            head.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            return Poll::Ready(Ok(Outbound::request(std::mem::take(body), self.terms.method, compress)));
        }
        let (message, compressed) = ready!(self.request.poll(cx, body, compress, not_one_request))?;
        if let Some(uri) = self.get(&head.uri, &message, compressed) {
            self.write_metadata(&mut head.headers);
            head.method = Method::GET;
            head.uri = uri;
            return Poll::Ready(Ok(Body::empty()));
        }
        self.write_head(&mut head.headers, compressed);
        Poll::Ready(Ok(Body::data(message)))
    }

    /// Where a call goes that is made by GET, unless that is too long.
    fn get(&self, uri: &Uri, message: &[u8], compressed: bool) -> Option<Uri> {
        let most = self.terms.get?;
        let compression = self.terms.compress.filter(|_| compressed).map(Compress::name);
        let (len, uri) = get::uri(uri, self.terms.codec, message, compression.as_ref())?;
        (len <= most).then_some(uri)
    }

    /// What a call by GET has, too.
    fn write_metadata(&self, headers: &mut HeaderMap) {
        remove_reserved(headers);
        if let Some(timeout) = self.terms.timeout().and_then(spell::connect) {
            headers.insert(TIMEOUT, timeout);
        }
        headers.insert(self.encoding_headers().1, self.terms.accept.names().clone());
    }

    fn write_head(&self, headers: &mut HeaderMap, compressed: bool) {
        self.write_metadata(headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(self.framing(), self.terms.codec)));
        headers.insert(VERSION, HeaderValue::from_static("1"));
        if let Some(compress) = self.terms.compress.filter(|_| compressed) {
            headers.insert(self.encoding_headers().0, compress.name());
        }
    }

    pub(in crate::protocol) fn poll_response(
        &mut self,
        cx: &mut Context<'_>,
        head: &mut response::Parts,
        body: &mut Body,
    ) -> Poll<Result<Body>> {
        if head.status != StatusCode::OK {
            return self.poll_failure(cx, head, body).map(Err);
        }
        let inflate = self
            .check_head(&head.headers)
            .and_then(|()| self.terms.inflate(head.headers.get(self.encoding_headers().0)));
        let trailers = self.take_metadata(&mut head.headers);
        let inflate = match inflate {
            Ok(inflate) => inflate,
            Err(error) => return Poll::Ready(Err(with_head(error, head, trailers))),
        };
        let body = std::mem::take(body);
        Poll::Ready(Ok(match self.framing() {
            Framing::Whole => {
                let message = body.inbound(Receive::answer(inflate), self.terms.receive_limit, None);
                if trailers.is_empty() { message } else { Body::wire(Followed { message, trailers: Some(trailers) }) }
            }
            Framing::Prefixed => Download::new(body, inflate, self.terms.receive_limit, Ending::Connect).into_body(),
        }))
    }

    /// The error of an answer that is no success: its body tells, or else its status.
    fn poll_failure(&mut self, cx: &mut Context<'_>, head: &mut response::Parts, body: &mut Body) -> Poll<Error> {
        let status = head.status;
        let json = if self.terms.unary && is_json(&head.headers) {
            let inflate = self.terms.inflate(head.headers.get(self.encoding_headers().0)).ok().flatten();
            let limit = self.terms.receive_limit;
            let (body, single) = self.failure.get_or_insert_with(|| {
                let body = std::mem::take(body).inbound(Receive::answer(inflate), limit, None);
                (body, Single::default())
            });
            match ready!(single.poll(cx, body)) {
                Ok(json) => Some(json),
                // What it would have told nobody knows, and the status alone may tell something else.
                Err(SingleError::Failed(error)) if error.origin() == Origin::Transport => return Poll::Ready(error),
                Err(SingleError::Failed(_) | SingleError::None | SingleError::Several) => None,
            }
        } else {
            None
        };
        let error = json.and_then(|json| parse::error(&json.bytes, code_of(status)));
        let error = error.unwrap_or_else(|| {
            let error = foreign_status(status);
            if status == StatusCode::NOT_MODIFIED { error.with_refusal(Refusal::NotModified) } else { error }
        });
        let trailers = self.take_metadata(&mut head.headers);
        Poll::Ready(with_head(error, head, trailers))
    }

    /// Whether the answer is of the protocol, and in the codec of the call.
    fn check_head(&self, headers: &HeaderMap) -> Result<()> {
        let answered = media_type(headers).unwrap_or_default();
        if answered.eq_ignore_ascii_case(content_type(self.framing(), self.terms.codec).as_bytes()) {
            return Ok(());
        }
        let family = match self.framing() {
            Framing::Whole => "application/",
            Framing::Prefixed => "application/connect+",
        };
        let is_ours = super::strip_prefix(answered, family).is_some();
        Err(foreign_type(headers, is_ours))
    }

    /// Leaves the leading metadata, and takes the trailing, which unary answers have as headers with a prefix.
    fn take_metadata(&self, headers: &mut HeaderMap) -> HeaderMap {
        remove_reserved(headers);
        let mut trailers = HeaderMap::new();
        if self.framing() == Framing::Prefixed {
            return trailers;
        }
        let prefixed = headers.keys().filter(|name| name.as_str().starts_with("trailer-")).cloned();
        for name in prefixed.collect::<Vec<_>>() {
            let Ok(plain) = HeaderName::try_from(&name.as_str()["trailer-".len()..]) else { continue };
            for value in headers.get_all(&name) {
                trailers.append(&plain, value.clone());
            }
            headers.remove(name);
        }
        remove_reserved(&mut trailers);
        trailers
    }
}

/// An error with the metadata that came before it.
fn with_head(error: Error, head: &mut response::Parts, trailers: HeaderMap) -> Error {
    error.with_metadata(std::mem::take(&mut head.headers)).with_trailers(trailers)
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|answered| answered.eq_ignore_ascii_case(b"application/json"))
}

/// A message, and the trailing metadata that came before it.
struct Followed {
    message: Body,
    trailers: Option<HeaderMap>,
}

impl WireBody for Followed {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        match ready!(self.message.poll(cx)) {
            Some(Err(error)) => {
                let trailers = self.trailers.take().unwrap_or_default();
                Poll::Ready(Some(Err(error.with_trailers(trailers))))
            }
            Some(frame) => Poll::Ready(Some(frame)),
            None => Poll::Ready(self.trailers.take().map(|trailers| Ok(Frame::trailers(trailers)))),
        }
    }

    fn is_end(&self) -> bool {
        self.trailers.is_none()
    }

    fn failure(&self) -> Option<Code> {
        None
    }
}
