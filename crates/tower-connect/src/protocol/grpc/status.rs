//! How a call ended, as trailers.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost::Message;

use crate::envelope::remove_reserved;
use crate::{Code, Error, ErrorDetail, Result};

pub(super) const STATUS: HeaderName = HeaderName::from_static("grpc-status");
pub(super) const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
pub(super) const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// What a message may not hold as it is: control characters and what is not ASCII (both by the encoder's own rule), and the escape itself.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');
/// The same for a message that begins or ends with a space, which HTTP takes for no part of a value.
const ESCAPED_SPACES: &AsciiSet = &ESCAPED.add(b' ');

/// The trailers of a call, however it went.
pub(in crate::protocol) fn trailers(outcome: Result<HeaderMap>, limit: usize) -> HeaderMap {
    match outcome {
        Ok(trailers) => success(trailers),
        Err(error) => failure(error, limit),
    }
}

/// The trailers of a call that went well, after the handler's own.
fn success(mut trailers: HeaderMap) -> HeaderMap {
    remove_reserved(&mut trailers);
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    trailers
}

/// The trailers of a call that failed, after the error's own. The error itself takes no more than is left of `limit` bytes.
pub(super) fn failure(mut error: Error, limit: usize) -> HeaderMap {
    let mut end = error.take_trailers();
    remove_reserved(&mut end);
    end.insert(STATUS, HeaderValue::from(u16::from(error.code().grpc_status())));
    let mut left = Left(limit.saturating_sub(size(&end)));
    let escaped = if error.message().trim_matches(' ') == error.message() { ESCAPED } else { ESCAPED_SPACES };
    let message = left.of_message(error.message(), escaped);
    if !message.is_empty() {
        let value = header_value(utf8_percent_encode(message, escaped).to_string());
        left.take(&MESSAGE, value.len());
        end.insert(MESSAGE, value);
    }
    let status = left.of_details(Status::new(error.code(), message), error.details());
    if !status.details.is_empty() {
        end.insert(DETAILS, header_value(BASE64_STANDARD_NO_PAD.encode(status.encode_to_vec())));
    }
    end
}

/// How many bytes headers are, as RFC 9113, 6.5.2, counts them.
pub(in crate::protocol) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ENTRY).sum()
}

const ENTRY: usize = 32;

/// How many bytes of headers are left.
struct Left(usize);

impl Left {
    fn take(&mut self, name: &HeaderName, value: usize) {
        self.0 = self.value_of(name).saturating_sub(value);
    }

    fn value_of(&self, name: &HeaderName) -> usize {
        self.0.saturating_sub(name.as_str().len() + ENTRY)
    }

    /// As much of a message as will fit when it is encoded.
    fn of_message<'a>(&self, message: &'a str, escaped: &'static AsciiSet) -> &'a str {
        let room = self.value_of(&MESSAGE);
        let mut len = 0;
        let too_far = message.char_indices().find(|(_, c)| {
            len += utf8_percent_encode(c.encode_utf8(&mut [0; 4]), escaped).map(str::len).sum::<usize>();
            len > room
        });
        too_far.map_or(message, |(at, _)| message[..at].trim_end_matches(' '))
    }

    /// As many of the details as will fit when they are encoded.
    fn of_details(&self, mut status: Status, details: &[ErrorDetail]) -> Status {
        // Four letters for three bytes.
        let room = self.value_of(&DETAILS) / 4 * 3;
        let mut len = status.encoded_len();
        for detail in details.iter().map(Any::from) {
            len += prost::encoding::message::encoded_len(3, &detail);
            if len > room {
                break;
            }
            status.details.push(detail);
        }
        status
    }
}

/// `google.rpc.Status`: the fields that gRPC sends in a trailer when there are details.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Status {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Any {
    #[prost(string, tag = "1")]
    pub(super) type_url: String,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) value: bytes::Bytes,
}

impl Status {
    fn new(code: Code, message: &str) -> Self {
        Self { code: code.grpc_status().into(), message: message.to_owned(), details: Vec::new() }
    }
}

impl From<&ErrorDetail> for Any {
    fn from(detail: &ErrorDetail) -> Self {
        Self { type_url: format!("type.googleapis.com/{}", detail.type_name()), value: detail.value().clone() }
    }
}

fn header_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("both encodings leave visible ASCII only")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(end: &HeaderMap) -> Vec<String> {
        let mut lines: Vec<_> =
            end.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines
    }

    #[test]
    fn success_is_a_status_of_zero_after_the_trailers() {
        assert_eq!(sorted(&success(HeaderMap::new())), ["grpc-status: 0"]);
        let mut trailers = HeaderMap::new();
        trailers.append("x-a", "1".parse().unwrap());
        trailers.append("x-a", "2".parse().unwrap());
        trailers.append("grpc-status", "13".parse().unwrap());
        assert_eq!(sorted(&success(trailers)), ["grpc-status: 0", "x-a: 1", "x-a: 2"]);
    }

    #[test]
    fn a_message_is_percent_encoded() {
        let error = Error::new(Code::Internal, "\t100% caf\u{e9}\r\n\u{1f600}~\u{7f}");
        let message = "grpc-message: %09100%25 caf%C3%A9%0D%0A%F0%9F%98%80~%7F";
        assert_eq!(sorted(&failure(error, 8192)), [message, "grpc-status: 13"]);
        let spaces = failure(Error::not_found(" no such thing"), 8192);
        assert_eq!(spaces["grpc-message"], "%20no%20such%20thing");
    }

    #[test]
    fn details_repeat_code_and_message() {
        let error = Error::not_found("gone").with_detail(ErrorDetail::new("a.B", &b"\x08\x01"[..]));
        let end = failure(error, 8192);
        let details = BASE64_STANDARD_NO_PAD.decode(&end[DETAILS]).unwrap();
        assert_eq!(details, b"\x08\x05\x12\x04gone\x1a\x1d\x0a\x17type.googleapis.com/a.B\x12\x02\x08\x01");
    }

    fn details(end: &HeaderMap) -> usize {
        let status = end.get(DETAILS).map(|value| BASE64_STANDARD_NO_PAD.decode(value).unwrap());
        status.map_or(0, |status| Status::decode(&status[..]).unwrap().details.len())
    }

    #[test]
    fn the_last_details_go_when_there_is_no_room_and_the_header_with_the_last_of_them() {
        let detail = |len| ErrorDetail::new("a.B", vec![0; len]);
        let three = || Error::not_found("gone").with_detail(detail(10)).with_detail(detail(500)).with_detail(detail(1));
        for (limit, left) in [(8192, 3), (950, 2), (700, 1), (230, 1), (200, 0), (0, 0)] {
            let end = failure(three(), limit);
            assert_eq!(details(&end), left, "{limit}");
            assert_eq!(end.contains_key(DETAILS), left > 0, "{limit}");
        }
    }

    #[test]
    fn a_message_is_cut_between_characters_and_the_status_stays() {
        let error = || Error::not_found("\u{e9}".repeat(100));
        let message = |limit| failure(error(), limit).get(MESSAGE).map_or(0, HeaderValue::len);
        assert_eq!(message(8192), 600);
        // What is left of 200 bytes after grpc-status and the name of grpc-message holds 18 characters of six bytes.
        assert_eq!(message(200), 108);
        assert_eq!(failure(error(), 0)["grpc-status"], "5");
        assert_eq!(failure(error(), 0).len(), 1);
    }

    proptest! {
        #[test]
        fn an_error_fits_and_code_and_message_agree(
            message in "\\PC{0,80}", sizes in prop::collection::vec(0_usize..200, 0..6), limit in 44_usize..2000,
        ) {
            let error = sizes.iter().fold(Error::not_found(message.clone()), |error, size| {
                error.with_detail(ErrorDetail::new("a.B", vec![1; *size]))
            });
            let end = failure(error, limit);
            prop_assert!(size(&end) <= limit, "{} of {limit}", size(&end));
            let sent = end.get(MESSAGE).map_or("", |value| value.to_str().unwrap());
            let sent = percent_encoding::percent_decode_str(sent).decode_utf8().unwrap();
            prop_assert!(message.starts_with(&*sent));
            if let Some(value) = end.get(DETAILS) {
                let status = Status::decode(&BASE64_STANDARD_NO_PAD.decode(value).unwrap()[..]).unwrap();
                prop_assert_eq!((status.code, &*status.message), (5, &*sent));
                prop_assert!(!status.details.is_empty());
            }
        }
    }
}
