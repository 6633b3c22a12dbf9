//! What came with a call, sent back.

use http::{HeaderMap, HeaderName, HeaderValue};
use tower_connect::{Error, Request, Response, Result, metadata};

use crate::proto::Seen;

/// The metadata of a response: the caller's own, by the rules of the schema.
#[derive(Debug)]
pub(super) struct Echoed {
    pub(super) headers: HeaderMap,
    pub(super) trailers: HeaderMap,
}

impl Echoed {
    /// Binary values are taken apart and put together again, so that what comes back is what this side has understood.
    pub(super) fn of<T>(request: &Request<T>) -> Result<Self> {
        let mut echoed = Self { headers: HeaderMap::new(), trailers: HeaderMap::new() };
        let metadata = request.metadata();
        for name in metadata.keys().filter(|name| name.as_str().starts_with("x-")) {
            if name.as_str().ends_with("-bin") {
                for value in metadata::get_bin(metadata, name.as_str()) {
                    echoed.add(name, &metadata::encode_bin(&value?));
                }
            } else {
                metadata.get_all(name).into_iter().for_each(|value| echoed.add(name, value));
            }
        }
        Ok(echoed)
    }

    fn add(&mut self, name: &HeaderName, value: &HeaderValue) {
        let trailer = HeaderName::try_from(format!("t-{name}")).expect("a name with more of its characters is a name");
        self.headers.append(name, value.clone());
        self.trailers.append(trailer, value.clone());
    }

    pub(super) fn with<T>(self, message: T) -> Response<T> {
        let mut response = self.with_headers(message);
        *response.trailers_mut() = self.trailers;
        response
    }

    pub(super) fn with_headers<T>(&self, message: T) -> Response<T> {
        let mut response = Response::new(message);
        *response.metadata_mut() = self.headers.clone();
        response
    }

    pub(super) fn with_error(self, error: Error) -> Error {
        error.with_metadata(self.headers).with_trailers(self.trailers)
    }
}

/// What the server knows of a call.
pub(super) fn seen<T>(request: &Request<T>) -> Result<Seen> {
    let call = request.call().ok_or_else(|| Error::internal("the request is no call"))?;
    let timeout = call.timeout();
    Ok(Seen {
        protocol: call.protocol().as_str().to_owned(),
        codec: call.codec().as_str().to_owned(),
        get: call.is_get(),
        binary: metadata::get_bin(request.metadata(), "x-data-bin")
            .map(|value| value.map(Into::into))
            .collect::<Result<_>>()?,
        timeout_ms: timeout.map(|timeout| i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX)),
    })
}
