//! Digits after a point, as times have them.

use std::fmt;

/// Nanoseconds as 0, 3, 6 or 9 digits after a point, as few as tell them.
pub(crate) struct Fraction(pub(crate) u32);

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000),
            nanos if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000),
            nanos => write!(f, ".{nanos:09}"),
        }
    }
}

/// Nanoseconds of one to nine digits.
pub(crate) fn parse_fraction(text: &str) -> Option<i32> {
    let missing = 9_u32.checked_sub(text.len().try_into().ok()?)?;
    i32::try_from(digits(text)? * 10_i64.pow(missing)).ok()
}

/// A number of nothing but digits.
pub(crate) fn digits(text: &str) -> Option<i64> {
    // The parser would take a sign as well.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_three_digits_are_written() {
        for (nanos, text) in [(0, ""), (500_000_000, ".500"), (1_000, ".000001"), (10, ".000000010")] {
            assert_eq!(Fraction(nanos).to_string(), text);
        }
    }

    #[test]
    fn one_to_nine_digits_are_read() {
        assert_eq!(parse_fraction("5"), Some(500_000_000));
        assert_eq!(parse_fraction("000000001"), Some(1));
        for other in ["", "0000000001", "+1", "1 ", "é"] {
            assert_eq!(parse_fraction(other), None, "{other}");
        }
    }
}
