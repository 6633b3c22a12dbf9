use std::task::{Context, Poll};

use http::header::TRAILER;
use http::{HeaderMap, HeaderValue, Version, response};
use http_body::Frame;

use super::{Failure, RESERVE, Spelling, status};
use crate::envelope::{End, Whole};
use crate::protocol::Reply;
use crate::{Body, Error, Result};

/// The answer to a caller that speaks gRPC.
#[derive(Debug)]
pub struct GrpcReply {
    spelling: Spelling,
    version: Version,
    header_limit: usize,
}

impl GrpcReply {
    pub(super) fn new(spelling: Spelling, version: Version, header_limit: usize) -> Self {
        Self { spelling, version, header_limit }
    }

    fn end(&self) -> End {
        End::new(|outcome, limit| Frame::trailers(status::trailers(outcome, limit)), self.header_limit)
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
        self.spelling.write_head(head);
        let whole = body.take_whole();
        self.announce_trailers(&mut head.headers, whole.as_ref().and_then(Whole::trailers));
        Poll::Ready(self.spelling.write_body(&mut head.headers, whole, body, self.end()))
    }

    fn fail(&mut self, error: Error, head: response::Parts) -> http::Response<Body> {
        self.spelling.fail(error, head, |Failure { error, mut head, has_metadata }| {
            if has_metadata {
                let trailers = status::failure(error, self.header_limit);
                self.announce_trailers(&mut head.headers, Some(&trailers));
                return http::Response::from_parts(head, Body::trailers(trailers));
            }
            let left = self.header_limit.saturating_sub(RESERVE + status::size(&head.headers));
            let trailers = status::failure(error, left);
            head.headers.extend(trailers.clone());
            http::Response::from_parts(head, Body::trailers_only(trailers))
        })
    }
}
