//! What a call looks like from below.

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, Version};

/// What the last call of a client has looked like.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire(Arc<Mutex<Seen>>);

#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The encoding of the request's messages, if they are compressed.
    pub(super) sent: Option<String>,
    /// That of the response's.
    pub(super) came: Option<String>,
    pub(super) version: Version,
}

impl Wire {
    pub(super) fn seen(&self) -> Seen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn sent<B>(&self, request: http::Request<B>) -> http::Request<B> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.sent = encoding(request.headers());
        request
    }

    pub(super) fn came<B>(&self, response: http::Response<B>) -> http::Response<B> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.came, seen.version) = (encoding(response.headers()), response.version());
        response
    }
}

/// Each protocol has a header for it.
fn encoding(headers: &HeaderMap) -> Option<String> {
    let names = ["content-encoding", "connect-content-encoding", "grpc-encoding"];
    let value = names.iter().find_map(|name| headers.get(*name))?;
    Some(value.to_str().unwrap_or("no text").to_owned()).filter(|encoding| encoding != "identity")
}
