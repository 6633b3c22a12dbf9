use http::header::{ALLOW, CONNECTION};
use http::{HeaderName, HeaderValue, Method, StatusCode, response};

use crate::Body;
use crate::method::Spec;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// A request that never became a call of a procedure. It keeps its HTTP shape where the protocol has one for it.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// 405 with `Allow`.
    MethodNotAllowed { allow: &'static str },
    /// 415 with `Accept-Post`, when the types are known where it is refused.
    UnsupportedMediaType { accept_post: Option<HeaderValue> },
    /// 404.
    UnknownProcedure,
    /// 505, and the connection closes.
    HttpVersion,
    /// 304 to a GET; an error like any other elsewhere.
    NotModified,
    /// An error like any other, with a header that names what is supported.
    Compression { supported: String },
}

impl Refusal {
    /// Why a request to a procedure's path is no call of it; `accept_post` is what it could have been, where that is known.
    pub(crate) fn not_a_call(method: &Method, procedure: &Spec, accept_post: Option<HeaderValue>) -> Self {
        if method == Method::POST {
            Self::UnsupportedMediaType { accept_post }
        } else {
            Self::MethodNotAllowed { allow: procedure.allow() }
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnknownProcedure => StatusCode::NOT_FOUND,
            Self::HttpVersion => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::NotModified => StatusCode::NOT_MODIFIED,
            Self::Compression { .. } => StatusCode::NOT_IMPLEMENTED,
        }
    }

    /// The refusal as plain HTTP, without a body: clients of every protocol then go by the status.
    pub(crate) fn into_response(self, mut head: response::Parts) -> http::Response<Body> {
        head.status = self.status();
        match self {
            Self::MethodNotAllowed { allow } => {
                head.headers.insert(ALLOW, HeaderValue::from_static(allow));
            }
            Self::UnsupportedMediaType { accept_post: Some(types) } => {
                head.headers.insert(ACCEPT_POST, types);
            }
            Self::HttpVersion => {
                head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Self::UnsupportedMediaType { accept_post: None }
            | Self::UnknownProcedure
            | Self::NotModified
            | Self::Compression { .. } => {}
        }
        http::Response::from_parts(head, Body::empty())
    }
}
