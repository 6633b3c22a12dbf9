use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, TRAILER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, response};
use http_body::Frame;

use super::super::Reply;
use super::super::outbound::Outbound;
use super::{ContentType, status};
use crate::compression::Compress;
use crate::envelope::{Whole, copy_metadata, remove_reserved};
use crate::error::Refusal;
use crate::method::Spec;
use crate::{Body, Error, Result};

const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// The answer to a caller that speaks gRPC.
#[derive(Debug)]
pub struct GrpcReply {
    content_type: ContentType,
    version: Version,
    compress: Option<Compress>,
    method: Option<&'static Spec>,
}

impl GrpcReply {
    pub(super) fn new(
        content_type: ContentType,
        version: Version,
        compress: Option<Compress>,
        method: Option<&'static Spec>,
    ) -> Self {
        Self { content_type, version, compress, method }
    }

    /// A head of the protocol's own, with whatever metadata is there.
    fn write_head(&self, head: &mut response::Parts) {
        head.status = StatusCode::OK;
        remove_reserved(&mut head.headers);
        head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type.as_str()));
    }

    /// HTTP/1.1 servers send only the trailers that the head announces: those of the protocol, and those that are known by now.
    fn announce_trailers(&self, headers: &mut HeaderMap, trailers: Option<&HeaderMap>) {
        if self.version >= Version::HTTP_2 {
            return;
        }
        headers.insert(TRAILER, HeaderValue::from_static("grpc-status, grpc-message, grpc-status-details-bin"));
        for name in trailers.into_iter().flat_map(HeaderMap::keys).filter(|name| !name.as_str().starts_with("grpc-")) {
            headers.append(TRAILER, HeaderValue::from(name.clone()));
        }
    }
}

impl Reply for GrpcReply {
    fn poll_reply(&mut self, _: &mut Context<'_>, head: &mut response::Parts, body: &mut Body) -> Poll<Result<Body>> {
        self.write_head(head);
        let whole = body.take_whole();
        self.announce_trailers(&mut head.headers, whole.as_ref().and_then(Whole::trailers));
        let Some(compress) = self.compress else {
            return Poll::Ready(Ok(match whole {
                Some(whole) => Body::framed(whole, status::success),
                None => Outbound::body(std::mem::take(body), self.method, None, end),
            }));
        };
        head.headers.insert(ENCODING, compress.name());
        Poll::Ready(match whole {
            Some(whole) => whole.compressed(compress).map(|whole| Body::framed(whole, status::success)),
            None => Ok(Outbound::body(std::mem::take(body), self.method, Some(compress), end)),
        })
    }

    fn fail(&mut self, mut error: Error, mut head: response::Parts) -> http::Response<Body> {
        let mut supported = None;
        match error.take_refusal() {
            None | Some(Refusal::NotModified) => {}
            Some(Refusal::Compression { supported: names }) => supported = HeaderValue::try_from(names).ok(),
            Some(Refusal::UnknownProcedure) => error = Error::unimplemented("the service has no such procedure"),
            Some(refusal) => {
                remove_reserved(&mut head.headers);
                return refusal.into_response(head);
            }
        }
        copy_metadata(error.take_metadata(), &mut head.headers);
        self.write_head(&mut head);
        let trailers = status::failure(error);
        if head.headers.len() > 1 {
            // In one block with the status, metadata of the head would become trailers.
            self.announce_trailers(&mut head.headers, Some(&trailers));
            return http::Response::from_parts(head, Body::trailers(trailers));
        }
        head.headers.extend(trailers.clone());
        if let Some(supported) = supported {
            head.headers.insert(ACCEPT_ENCODING, supported);
        }
        http::Response::from_parts(head, Body::trailers_only(trailers))
    }
}

fn end(outcome: Result<HeaderMap>) -> Frame<Bytes> {
    Frame::trailers(match outcome {
        Ok(trailers) => status::success(Some(Box::new(trailers))),
        Err(error) => status::failure(error),
    })
}
