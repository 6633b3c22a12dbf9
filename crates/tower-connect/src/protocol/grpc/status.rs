//! How a call ended, as trailers.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost::Message;

use crate::Error;
use crate::envelope::copy_metadata;

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// What a message may not hold as it is: control characters and what is not ASCII (both by the encoder's own rule), and the escape itself.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// The trailers of a call that went well, after the handler's own.
pub(super) fn success(trailers: Option<Box<HeaderMap>>) -> HeaderMap {
    let mut end = HeaderMap::new();
    if let Some(trailers) = trailers {
        copy_metadata(*trailers, &mut end);
    }
    end.insert(STATUS, HeaderValue::from_static("0"));
    end
}

/// The trailers of a call that failed, after the error's own.
pub(super) fn failure(mut error: Error) -> HeaderMap {
    let mut end = HeaderMap::new();
    copy_metadata(error.take_trailers(), &mut end);
    end.insert(STATUS, HeaderValue::from(u16::from(error.code().grpc_status())));
    if !error.message().is_empty() {
        let message = utf8_percent_encode(error.message(), ESCAPED).to_string();
        end.insert(MESSAGE, header_value(message));
    }
    if !error.details().is_empty() {
        let status = Status::from(&error).encode_to_vec();
        end.insert(DETAILS, header_value(BASE64_STANDARD_NO_PAD.encode(status)));
    }
    end
}

/// `google.rpc.Status`: the fields that gRPC sends in a trailer when there are details.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "bytes", tag = "2")]
    value: bytes::Bytes,
}

impl From<&Error> for Status {
    fn from(error: &Error) -> Self {
        let details = error.details().iter().map(|detail| Any {
            type_url: format!("type.googleapis.com/{}", detail.type_name()),
            value: detail.value().clone(),
        });
        Self {
            code: error.code().grpc_status().into(),
            message: error.message().to_owned(),
            details: details.collect(),
        }
    }
}

fn header_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("both encodings leave visible ASCII only")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, ErrorDetail};

    fn sorted(end: &HeaderMap) -> Vec<String> {
        let mut lines: Vec<_> =
            end.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn success_is_a_status_of_zero_after_the_trailers() {
        assert_eq!(sorted(&success(None)), ["grpc-status: 0"]);
        let mut trailers = HeaderMap::new();
        trailers.append("x-a", "1".parse().unwrap());
        trailers.append("x-a", "2".parse().unwrap());
        trailers.append("grpc-status", "13".parse().unwrap());
        assert_eq!(sorted(&success(Some(Box::new(trailers)))), ["grpc-status: 0", "x-a: 1", "x-a: 2"]);
    }

    #[test]
    fn a_message_is_percent_encoded() {
        let error = Error::new(Code::Internal, "\t100% caf\u{e9}\r\n\u{1f600}~\u{7f}");
        let message = "grpc-message: %09100%25 caf%C3%A9%0D%0A%F0%9F%98%80~%7F";
        assert_eq!(sorted(&failure(error)), [message, "grpc-status: 13"]);
    }

    #[test]
    fn details_repeat_code_and_message() {
        let error = Error::not_found("gone").with_detail(ErrorDetail::new("a.B", &b"\x08\x01"[..]));
        let end = failure(error);
        let details = BASE64_STANDARD_NO_PAD.decode(&end[DETAILS]).unwrap();
        assert_eq!(details, b"\x08\x05\x12\x04gone\x1a\x1d\x0a\x17type.googleapis.com/a.B\x12\x02\x08\x01");
    }
}
