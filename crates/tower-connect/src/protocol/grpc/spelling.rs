use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, response};

use super::ContentType;
use crate::compression::Compress;
use crate::envelope::{End, Whole, copy_metadata, remove_reserved};
use crate::error::Refusal;
use crate::method::Spec;
use crate::protocol::outbound::Outbound;
use crate::{Body, Error, Result};

const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// What replies in gRPC and in gRPC-Web have in common: all but their ends.
#[derive(Debug)]
pub(in crate::protocol) struct Spelling {
    content_type: &'static ContentType,
    compress: Option<Compress>,
    method: Option<&'static Spec>,
}

impl Spelling {
    pub(in crate::protocol) fn new(
        content_type: &'static ContentType,
        compress: Option<Compress>,
        method: Option<&'static Spec>,
    ) -> Self {
        Self { content_type, compress, method }
    }

    pub(in crate::protocol) fn content_type(&self) -> &'static ContentType {
        self.content_type
    }

    /// A head of the protocol's own, with whatever metadata is there.
    pub(in crate::protocol) fn write_head(&self, head: &mut response::Parts) {
        head.status = StatusCode::OK;
        remove_reserved(&mut head.headers);
        head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type.name()));
    }

    /// Puts messages into frames, and says in the head how they are compressed.
    pub(in crate::protocol) fn write_body(
        &self,
        headers: &mut HeaderMap,
        whole: Option<Whole>,
        body: &mut Body,
        end: End,
    ) -> Result<Body> {
        if let Some(compress) = self.compress {
            headers.insert(ENCODING, compress.name());
        }
        Ok(match (whole, self.compress) {
            (Some(whole), None) => Body::framed(whole, end),
            (Some(whole), Some(compress)) if !compress.is_long(whole.len()) => {
                Body::framed(whole.compressed(compress)?, end)
            }
            (whole, compress) => {
                let body = whole.map_or_else(|| std::mem::take(body), Body::whole);
                Outbound::body(body, self.method, compress, end)
            }
        })
    }

    /// The answer to a call that has failed: a refusal that keeps its HTTP shape, or what `finish` makes of it.
    pub(in crate::protocol) fn fail(
        &self,
        mut error: Error,
        mut head: response::Parts,
        finish: impl FnOnce(Failure) -> http::Response<Body>,
    ) -> http::Response<Body> {
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
        let has_metadata = head.headers.len() > 1;
        if let Some(supported) = supported {
            head.headers.insert(ACCEPT_ENCODING, supported);
        }
        finish(Failure { error, head, has_metadata })
    }
}

/// A call that has failed before anything was sent.
#[derive(Debug)]
pub(in crate::protocol) struct Failure {
    pub(in crate::protocol) error: Error,
    pub(in crate::protocol) head: response::Parts,
    /// Whether the head has more than is the protocol's own. In one block with the status it would become trailing metadata.
    pub(in crate::protocol) has_metadata: bool,
}
