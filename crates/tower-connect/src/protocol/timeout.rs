//! How long a caller wants to wait.

use std::time::Duration;

use http::HeaderValue;

use crate::{Error, Result};

/// `connect-timeout-ms`: one to ten digits, in milliseconds. Source: the Connect specification's "Timeout".
pub(super) fn connect(value: &HeaderValue) -> Result<Duration> {
    let millis = digits(value.as_bytes(), 10).ok_or_else(|| invalid("connect-timeout-ms", value.as_bytes()))?;
    Ok(Duration::from_millis(millis))
}

/// `grpc-timeout`: one to eight digits and a unit. Source: "Timeout" in gRPC's HTTP/2 protocol.
pub(super) fn grpc(value: &HeaderValue) -> Result<Duration> {
    let invalid = || invalid("grpc-timeout", value.as_bytes());
    let (unit, number) = value.as_bytes().split_last().ok_or_else(invalid)?;
    let number = digits(number, 8).ok_or_else(invalid)?;
    Ok(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return Err(invalid()),
    })
}

fn digits(text: &[u8], at_most: usize) -> Option<u64> {
    if text.is_empty() || text.len() > at_most {
        return None;
    }
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0')))
}

fn invalid(name: &str, value: &[u8]) -> Error {
    Error::invalid_argument(format!("invalid {name}: \"{}\"", crate::error::shown(value)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Code;

    fn parse(name: &str, value: &[u8]) -> Result<Duration> {
        let value = HeaderValue::from_bytes(value).unwrap();
        if name == "grpc-timeout" { grpc(&value) } else { connect(&value) }
    }

    #[test]
    fn connect_counts_milliseconds() {
        assert_eq!(parse("connect-timeout-ms", b"0").unwrap(), Duration::ZERO);
        assert_eq!(parse("connect-timeout-ms", b"9999999999").unwrap(), Duration::from_millis(9_999_999_999));
        for invalid in [&b""[..], b"10000000000", b"-1", b"+1", b" 1", b"1.5", b"ten", b"\xff"] {
            let error = parse("connect-timeout-ms", invalid).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{}", invalid.escape_ascii());
        }
    }

    #[test]
    fn grpc_has_six_units() {
        for (text, nanos) in [
            ("1H", 3_600_000_000_000_u128),
            ("1M", 60_000_000_000),
            ("1S", 1_000_000_000),
            ("1m", 1_000_000),
            ("1u", 1_000),
            ("1n", 1),
            ("0n", 0),
            ("99999999H", 359_999_996_400_000_000_000),
        ] {
            assert_eq!(parse("grpc-timeout", text.as_bytes()).unwrap().as_nanos(), nanos, "{text}");
        }
        for invalid in ["", "S", "1", "123456789S", "-1S", "1h", "1 S", "1SS"] {
            assert_eq!(
                parse("grpc-timeout", invalid.as_bytes()).unwrap_err().code(),
                Code::InvalidArgument,
                "{invalid}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_header_is_a_timeout_or_an_error(value in "[ -~]{0,14}") {
            for name in ["grpc-timeout", "connect-timeout-ms"] {
                if let Err(error) = parse(name, value.as_bytes()) {
                    prop_assert_eq!(error.code(), Code::InvalidArgument);
                }
            }
        }
    }
}
