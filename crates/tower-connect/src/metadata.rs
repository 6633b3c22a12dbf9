//! Binary metadata: values of names that end in `-bin`, which travel as base64.
//!
//! All other metadata is plain text in an [`http::HeaderMap`], and needs no help.
//!
//! ```
//! use http::HeaderMap;
//! use tower_connect::metadata;
//!
//! let mut headers = HeaderMap::new();
//! headers.append("trace-bin", metadata::encode_bin(b"\x00\xff"));
//! assert_eq!(headers["trace-bin"], "AP8");
//! for value in metadata::get_bin(&headers, "trace-bin") {
//!     assert_eq!(value?, &b"\x00\xff"[..]);
//! }
//! # Ok::<(), tower_connect::Error>(())
//! ```

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use crate::{Error, Result};

/// Written without padding, read with or without it.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A value for a name that ends in `-bin`: base64 without padding.
///
/// # Panics
///
/// Never: base64 is visible ASCII.
#[must_use]
pub fn encode_bin(value: &[u8]) -> HeaderValue {
    HeaderValue::try_from(BASE64.encode(value)).expect("base64 is visible ASCII")
}

/// All values of a name that ends in `-bin`, in order. Several that came joined by commas are taken apart.
///
/// Source: "Custom-Metadata" in gRPC's HTTP/2 protocol.
///
/// # Errors
///
/// Each value by itself is [`Code::InvalidArgument`](crate::Code::InvalidArgument) if it is not base64.
pub fn get_bin(headers: &HeaderMap, name: &str) -> impl Iterator<Item = Result<Bytes>> {
    let values = headers.get_all(name).into_iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let name = name.to_owned();
    values.map(move |value| {
        let malformed = |error| Error::invalid_argument(format!("{name} is not base64")).with_source(error);
        BASE64.decode(value.trim_ascii()).map(Bytes::from).map_err(malformed)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn get(values: &[&'static str]) -> Vec<Option<Bytes>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-bin", HeaderValue::from_static(value));
        }
        get_bin(&headers, "x-bin").map(Result::ok).collect()
    }

    #[test]
    fn padded_unpadded_and_joined_values_are_read() {
        let one = || Some(Bytes::from_static(b"\x01"));
        assert_eq!(get(&["AQ==", "AQ"]), [one(), one()]);
        assert_eq!(get(&["AQ==, AQ", ""]), [one(), one(), Some(Bytes::new())]);
        assert_eq!(get(&["A!", "AQ"]), [None, one()]);
        assert_eq!(get(&[]), []);
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(value in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut headers = HeaderMap::new();
            headers.insert("x-bin", encode_bin(&value));
            let decoded: Vec<_> = get_bin(&headers, "x-bin").map(Result::unwrap).collect();
            prop_assert_eq!(decoded, [value]);
        }
    }
}
