//! JSON by serde: the impls that pbjson generates.

use bytes::{BufMut, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

pub(super) fn decode<T: DeserializeOwned>(message: &[u8]) -> Result<T> {
    // Checking UTF-8 once and parsing a `str` is a fifth faster than `from_slice`, which checks each string.
    let text = std::str::from_utf8(message).map_err(malformed)?;
    serde_json::from_str(text).map_err(malformed)
}

/// The reason may quote what the caller has sent, which may be long, and gRPC puts it into a header.
fn malformed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let reason = error.to_string();
    let end = reason.char_indices().map(|(at, _)| at).find(|at| *at >= MOST_REASON);
    let (reason, more) = end.map_or((&*reason, ""), |end| (&reason[..end], "…"));
    Error::invalid_argument(format!("malformed JSON: {reason}{more}")).with_source(error)
}

/// In bytes.
const MOST_REASON: usize = 256;

pub(super) fn encode<T: Serialize>(message: &T, buf: &mut BytesMut) -> Result<()> {
    serde_json::to_writer(buf.writer(), message).map_err(Error::internal)
}

/// The length of a message in JSON, guessed from its length in binary: names and quotes double most messages.
pub(super) fn guess_len(binary_len: usize) -> usize {
    binary_len.saturating_mul(2).saturating_add(64)
}

#[cfg(test)]
mod tests {
    use crate::Code;

    #[test]
    fn what_is_not_json_is_the_callers_fault() {
        for malformed in ["", "{", "{} {}", "\"\u{1}\"", "nul"] {
            let error = super::decode::<serde_json::Value>(malformed.as_bytes()).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{malformed}");
        }
        assert!(super::decode::<serde_json::Value>(b"\"\xff\"").is_err());
    }

    #[test]
    fn the_reason_is_short_whatever_it_quotes() {
        let long = format!("\"{}\"", "\u{e9}".repeat(100_000));
        let error = super::decode::<u32>(long.as_bytes()).unwrap_err();
        assert!(error.message().len() < 300 && error.message().ends_with('…'), "{error}");
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_stack_overflow() {
        let deep = "[".repeat(100_000);
        let error = super::decode::<serde_json::Value>(deep.as_bytes()).unwrap_err();
        assert!(error.message().contains("recursion limit"), "{error}");
    }
}
