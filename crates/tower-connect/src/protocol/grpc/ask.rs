use std::task::{Context, Poll, ready};

use http::header::{CONTENT_TYPE, TE};
use http::{HeaderName, HeaderValue, StatusCode, Version, request, response};
use http_body::Body as _;

use super::outcome::{outcome_of, status_of};
use super::status::STATUS;
use super::{ContentType, Flavor};
use crate::envelope::remove_reserved;
use crate::protocol::ask::{AGENT, Terms, foreign_status, foreign_type, spell};
use crate::protocol::download::{Download, Ending};
use crate::protocol::media::{media_type, strip_prefix};
use crate::protocol::outbound::Outbound;
use crate::{Body, Result};

const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// A call in gRPC or gRPC-Web.
#[derive(Debug)]
pub(crate) struct GrpcAsk {
    flavor: Flavor,
    terms: Terms,
    /// The answer, while it is not known whether its head is all of it.
    download: Option<Download>,
}

impl GrpcAsk {
    pub(in crate::protocol) fn new(flavor: Flavor, terms: Terms) -> Self {
        Self { flavor, terms, download: None }
    }

    pub(in crate::protocol) fn request(&self, head: &mut request::Parts, body: &mut Body) -> Result<Body> {
        let Terms { compress, codec, .. } = self.terms;
        let headers = &mut head.headers;
        remove_reserved(headers);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(ContentType::of(self.flavor, codec).name()));
        if let Some(timeout) = self.terms.timeout().and_then(spell::grpc) {
            headers.insert(TIMEOUT, timeout);
        }
        if let Some(compress) = compress {
            headers.insert(ENCODING, compress.name());
        }
        headers.insert(ACCEPT_ENCODING, self.terms.accept.names().clone());
        if self.flavor == Flavor::Grpc {
            headers.insert(TE, HeaderValue::from_static("trailers"));
            // Only there are trailers for certain, which is what `te` is about.
            head.version = Version::HTTP_2;
        } else {
            headers.insert("x-grpc-web", HeaderValue::from_static("1"));
            headers.insert("x-user-agent", AGENT);
        }
        Ok(match (body.take_whole(), compress) {
            (Some(whole), None) => Body::data(whole.into_framed()),
            (Some(whole), Some(compress)) if !compress.is_long(whole.len()) => {
                Body::data(whole.compressed(compress)?.into_framed())
            }
            (whole, compress) => {
                let body = whole.map_or_else(|| std::mem::take(body), Body::whole);
                Outbound::request(body, self.terms.method, compress)
            }
        })
    }

    pub(in crate::protocol) fn poll_response(
        &mut self,
        cx: &mut Context<'_>,
        head: &mut response::Parts,
        body: &mut Body,
    ) -> Poll<Result<Body>> {
        if self.download.is_none() {
            let checked = self.check_head(head).and_then(|()| self.terms.inflate(head.headers.get(ENCODING)));
            let inflate = match checked {
                Ok(inflate) => inflate,
                Err(error) => {
                    let mut metadata = std::mem::take(&mut head.headers);
                    remove_reserved(&mut metadata);
                    return Poll::Ready(Err(error.with_metadata(metadata)));
                }
            };
            // A single block of headers is an answer that has failed, as a rule: its metadata are trailers.
            let has_status = head.headers.contains_key(STATUS);
            if has_status && body.is_end_stream() {
                return Poll::Ready(self.head_alone(head));
            }
            let ending = match self.flavor {
                Flavor::Grpc => Ending::Grpc,
                Flavor::Web | Flavor::WebText => {
                    Ending::GrpcWeb(has_status.then(|| Box::new(status_of(&head.headers))))
                }
            };
            self.download = Some(Download::new(std::mem::take(body), inflate, self.terms.receive_limit, ending));
        }
        let download = self.download.as_mut().expect("there is one by now");
        if let Some(status) = head.headers.get(STATUS)
            && !ready!(download.poll_any(cx, status != "0"))
        {
            self.download = None;
            return Poll::Ready(self.head_alone(head));
        }
        remove_reserved(&mut head.headers);
        let download = self.download.take().expect("there is one by now");
        Poll::Ready(Ok(download.into_body()))
    }

    /// The outcome of an answer of which the head is all. Its metadata are trailers; in gRPC-Web, where nobody can tell leading metadata from
    /// trailing then, they are both.
    fn head_alone(&self, head: &mut response::Parts) -> Result<Body> {
        let headers = std::mem::take(&mut head.headers);
        if self.flavor == Flavor::Grpc {
            return outcome_of(headers).map(Body::trailers);
        }
        let mut metadata = headers.clone();
        remove_reserved(&mut metadata);
        match outcome_of(headers) {
            Ok(trailers) => {
                head.headers = metadata;
                Ok(Body::trailers(trailers))
            }
            Err(error) => Err(error.with_metadata(metadata)),
        }
    }

    /// Whether the answer is of the protocol, and in the codec of the call.
    fn check_head(&self, head: &response::Parts) -> Result<()> {
        let status = head.status;
        if status != StatusCode::OK {
            return Err(foreign_status(status));
        }
        let answered = media_type(&head.headers).unwrap_or_default();
        let known = ContentType::parse(answered).filter(|known| known.flavor() == self.flavor);
        if known.is_some_and(|known| known.codec() == self.terms.codec) {
            return Ok(());
        }
        let family = match self.flavor {
            Flavor::Grpc => "application/grpc+",
            Flavor::Web | Flavor::WebText => "application/grpc-web+",
        };
        let is_ours = known.is_some() || strip_prefix(answered, family).is_some();
        Err(foreign_type(&head.headers, is_ours))
    }
}
