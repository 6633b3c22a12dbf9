//! What came with a call, sent back.

use std::time::Duration;

use http::{HeaderMap, HeaderName};
use tonic::metadata::{Ascii, KeyAndValueRef, MetadataMap, MetadataValue};
use tonic::{Request, Response, Status};
use tower_connect::BoxError;

use crate::proto::Seen;

/// The caller's own metadata, by the rules of the schema, but that trailers only come with errors: tonic has none for what goes well.
#[derive(Debug)]
pub(super) struct Echoed {
    headers: MetadataMap,
    pub(super) trailers: MetadataMap,
}

impl Echoed {
    /// Binary values are taken apart and put together again.
    pub(super) fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        let mut headers = MetadataMap::new();
        for entry in request.metadata().iter() {
            match entry {
                KeyAndValueRef::Ascii(name, value) if name.as_str().starts_with("x-") => {
                    headers.append(name.clone(), value.clone());
                }
                KeyAndValueRef::Binary(name, value) if name.as_str().starts_with("x-") => {
                    let value = value.to_bytes().map_err(invalid)?;
                    headers.append_bin(name.clone(), MetadataValue::from_bytes(&value));
                }
                KeyAndValueRef::Ascii(..) | KeyAndValueRef::Binary(..) => {}
            }
        }
        let mut trailers = HeaderMap::new();
        for (name, value) in headers.as_ref() {
            trailers.append(HeaderName::try_from(format!("t-{name}")).map_err(invalid)?, value.clone());
        }
        Ok(Self { headers, trailers: MetadataMap::from_headers(trailers) })
    }

    pub(super) fn with<T>(&self, message: T) -> Response<T> {
        let mut response = Response::new(message);
        *response.metadata_mut() = self.headers.clone();
        response
    }

    /// Both kinds, for an error that comes before any message.
    pub(super) fn both(self) -> MetadataMap {
        let mut headers = self.headers.into_headers();
        headers.extend(self.trailers.into_headers());
        MetadataMap::from_headers(headers)
    }
}

fn invalid(error: impl Into<BoxError>) -> Status {
    Status::invalid_argument(error.into().to_string())
}

/// What the server knows of a call.
pub(super) fn seen<T>(request: &Request<T>) -> Result<Seen, Status> {
    let metadata = request.metadata();
    let binary = metadata.get_all_bin("x-data-bin").iter().map(|value| value.to_bytes().map(Into::into));
    Ok(Seen {
        protocol: "grpc".to_owned(),
        codec: "proto".to_owned(),
        get: false,
        binary: binary.collect::<Result<_, _>>().map_err(invalid)?,
        timeout_ms: metadata.get("grpc-timeout").map(timeout).transpose()?,
    })
}

/// In milliseconds; tonic does not tell it.
fn timeout(value: &MetadataValue<Ascii>) -> Result<i64, Status> {
    let text = std::str::from_utf8(value.as_encoded_bytes()).map_err(invalid)?;
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(|| invalid("no timeout"))?;
    let number = number.parse().map_err(invalid)?;
    let timeout = match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return Err(invalid(format!("a timeout in {unit}"))),
    };
    i64::try_from(timeout.as_millis()).map_err(invalid)
}
