//! What a server says in JSON of how a call went. Nothing in it is an error of its own but that it is no such JSON: what is missing, unknown or of
//! another type is left out.

use base64::Engine;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::envelope::remove_reserved;
use crate::error::Origin;
use crate::metadata::BASE64;
use crate::{Code, Error, ErrorDetail, Result};

/// The error of a unary call; `None` if the body is no such JSON. The code is `otherwise` where there is none that is known.
///
/// Source: "Error Codes" and "Unary-Response" of the Connect specification.
pub(super) fn error(json: &[u8], otherwise: Code) -> Option<Error> {
    let json: Value = serde_json::from_slice(json).ok()?;
    json.is_object().then(|| from_json(&json, otherwise))
}

/// How a stream went. Source: `EndStreamMessage` of the Connect specification.
///
/// # Errors
///
/// The server's own, or [`Code::Internal`] for what is no such message.
pub(in crate::protocol) fn end_of_stream(json: &[u8]) -> Result<HeaderMap> {
    let malformed = || Error::of_answer(Code::Internal, "the end of the stream is malformed");
    let json: Value = serde_json::from_slice(json).map_err(|error| malformed().with_source(error))?;
    let members = json.as_object().ok_or_else(malformed)?;
    let metadata = members.get("metadata").map(metadata).unwrap_or_default();
    match members.get("error") {
        None | Some(Value::Null) => Ok(metadata),
        Some(error @ Value::Object(_)) => Err(from_json(error, Code::Unknown).with_trailers(metadata)),
        Some(_) => Err(malformed().with_trailers(metadata)),
    }
}

fn from_json(json: &Value, otherwise: Code) -> Error {
    let text = |value: &Value, name| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let code = text(json, "code").parse().unwrap_or(otherwise);
    let details = json.get("details").and_then(Value::as_array).into_iter().flatten();
    let details = details.filter_map(|detail| {
        let value = BASE64.decode(detail.get("value")?.as_str()?).ok()?;
        Some(ErrorDetail::new(text(detail, "type"), value))
    });
    let error = Error::new(code, text(json, "message")).with_origin(Origin::Remote);
    details.fold(error, Error::with_detail)
}

fn metadata(json: &Value) -> HeaderMap {
    let mut metadata = HeaderMap::new();
    for (name, values) in json.as_object().into_iter().flatten() {
        let Ok(name) = HeaderName::try_from(name) else { continue };
        for value in values.as_array().into_iter().flatten().filter_map(Value::as_str) {
            if let Ok(value) = HeaderValue::try_from(value) {
                metadata.append(&name, value);
            }
        }
    }
    remove_reserved(&mut metadata);
    metadata
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_error_is_what_it_says_it_is() {
        let json = br#"{"code":"not_found","message":"no","details":[{"type":"a.B","value":"+/8"},{"type":"a.C","value":"+/8="}],"x":1}"#;
        let error = error(json, Code::Internal).unwrap();
        assert_eq!((error.code(), error.message(), error.origin()), (Code::NotFound, "no", Origin::Remote));
        assert_eq!(
            error.details(),
            [ErrorDetail::new("a.B", &b"\xfb\xff"[..]), ErrorDetail::new("a.C", &b"\xfb\xff"[..])]
        );
    }

    #[test]
    fn what_is_missing_or_odd_is_left_out() {
        for json in ["{}", r#"{"code":null}"#, r#"{"code":"odd"}"#, r#"{"code":5,"message":[]}"#, r#"{"details":{}}"#] {
            let error = error(json.as_bytes(), Code::Aborted).unwrap();
            assert_eq!((error.code(), error.message(), error.details().len()), (Code::Aborted, "", 0), "{json}");
        }
        let json = br#"{"code":"aborted","details":[{"type":"a.B"},{"value":1},3,{"type":"a.B","value":"*"},{"value":"","debug":[]}]}"#;
        assert_eq!(error(json, Code::Unknown).unwrap().details(), [ErrorDetail::new("", &b""[..])]);
        for json in ["", "null", "[]", "\"x\"", "{"] {
            assert!(error(json.as_bytes(), Code::Aborted).is_none(), "{json}");
        }
    }

    #[test]
    fn a_stream_ends_well_unless_it_says_otherwise() {
        for json in ["{}", r#"{"error":null}"#, r#"{"metadata":{}}"#, r#"{"code":"aborted","message":"not here"}"#] {
            assert!(end_of_stream(json.as_bytes()).unwrap().is_empty(), "{json}");
        }
        let json = br#"{"error":{"code":null,"message":"m"},"metadata":{"X-A":["1"],"x-a":["2",3],"a b":["x"],"grpc-x":["y"],"b":"c"}}"#;
        let error = end_of_stream(json).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::Unknown, "m"));
        assert_eq!(error.trailers().get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(error.trailers().len(), 2);
    }

    #[test]
    fn an_end_that_is_none_is_an_error() {
        for json in ["", "null", "[]", "{", r#"{"error":"x"}"#, r#"{"error":[]}"#] {
            assert_eq!(end_of_stream(json.as_bytes()).unwrap_err().code(), Code::Internal, "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_outcome(json in "[{}\\[\\]\":,a-z0-9]{0,40}") {
            let _ = end_of_stream(json.as_bytes());
            let _ = error(json.as_bytes(), Code::Unknown);
        }
    }
}
