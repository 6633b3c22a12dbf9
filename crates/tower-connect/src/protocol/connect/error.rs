//! An error as JSON: the body of a unary call, a part of the last message of a stream.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http::HeaderMap;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::ErrorDetail;
use crate::{Error, Result};

/// The body of a unary call that failed. Source: "Error Codes" and "Unary-Response" of the Connect specification.
pub(super) fn to_json(error: &Error) -> Vec<u8> {
    // A map with text keys, whose values are text, cannot fail to be JSON.
    serde_json::to_vec(&WireError::from(error)).unwrap_or_default()
}

/// The last message of a stream. Source: `EndStreamMessage` of the Connect specification.
pub(super) fn end_stream_json(outcome: &Result<HeaderMap>) -> Vec<u8> {
    let (error, metadata) = match outcome {
        Ok(trailers) => (None, trailers),
        Err(error) => (Some(WireError::from(error)), error.trailers()),
    };
    let metadata = (!metadata.is_empty()).then_some(WireMetadata(metadata));
    serde_json::to_vec(&EndStream { error, metadata }).unwrap_or_default()
}

#[derive(serde::Serialize)]
struct EndStream<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<WireError<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<WireMetadata<'a>>,
}

#[derive(serde::Serialize)]
struct WireError<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<WireDetail<'a>>,
}

#[derive(serde::Serialize)]
struct WireDetail<'a> {
    #[serde(rename = "type")]
    type_name: &'a str,
    value: String,
}

struct WireMetadata<'a>(&'a HeaderMap);

impl<'a> From<&'a Error> for WireError<'a> {
    fn from(error: &'a Error) -> Self {
        let details = error.details().iter().map(WireDetail::from).collect();
        Self { code: error.code().as_str(), message: error.message(), details }
    }
}

impl<'a> From<&'a ErrorDetail> for WireDetail<'a> {
    fn from(detail: &'a ErrorDetail) -> Self {
        Self { type_name: detail.type_name(), value: BASE64_STANDARD_NO_PAD.encode(detail.value()) }
    }
}

impl Serialize for WireMetadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in self.0.keys() {
            let values = self.0.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            map.serialize_entry(name.as_str(), &values.collect::<Vec<_>>())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_error_has_only_what_it_needs() {
        assert_eq!(to_json(&Error::internal("secret")), br#"{"code":"internal"}"#);
        let error = Error::not_found("no \"Ada\"\n").with_detail(ErrorDetail::new("a.B", &b"\xfb\xff"[..]));
        let json = br#"{"code":"not_found","message":"no \"Ada\"\n","details":[{"type":"a.B","value":"+/8"}]}"#;
        assert_eq!(to_json(&error), json);
    }

    #[test]
    fn a_stream_ends_with_its_error_and_its_metadata() {
        assert_eq!(end_stream_json(&Ok(HeaderMap::new())), b"{}");
        let mut trailers = HeaderMap::new();
        trailers.append("x-a", "1".parse().unwrap());
        trailers.append("x-a", "2".parse().unwrap());
        assert_eq!(end_stream_json(&Ok(trailers.clone())), br#"{"metadata":{"x-a":["1","2"]}}"#);
        let error = Error::not_found("").with_trailers(trailers);
        let json = br#"{"error":{"code":"not_found"},"metadata":{"x-a":["1","2"]}}"#;
        assert_eq!(end_stream_json(&Err(error)), json);
    }

    proptest! {
        #[test]
        fn any_end_of_a_stream_is_json_that_says_the_same(
            message in any::<String>(),
            names in prop::collection::vec("[a-z][a-z0-9-]{0,8}", 0..4),
            values in prop::collection::vec(prop::collection::vec(0x20_u8..=0xff, 0..8), 4),
        ) {
            let mut trailers = HeaderMap::new();
            for (name, value) in names.iter().zip(&values) {
                // A header's value may be anything but control characters.
                if let Ok(value) = http::HeaderValue::from_bytes(value) {
                    trailers.append(http::HeaderName::try_from(name).unwrap(), value);
                }
            }
            let error = Error::not_found(message.clone()).with_trailers(trailers.clone());
            let json: serde_json::Value = serde_json::from_slice(&end_stream_json(&Err(error))).unwrap();
            prop_assert_eq!(json["error"]["message"].as_str().unwrap_or_default(), message);
            let written = json["metadata"].as_object().map_or(0, |metadata| {
                metadata.values().map(|values| values.as_array().unwrap().len()).sum()
            });
            prop_assert_eq!(written, trailers.len());
        }
    }
}
