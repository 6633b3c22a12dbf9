//! Numbers, which may stand in quotes.
//!
//! Source: the table of ProtoJSON: "Either numbers or strings are accepted", with exponents, and without anything lost.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, Unexpected, Visitor};

/// An integer, in any notation.
pub(crate) fn integer<'de, T: TryFrom<i128>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Integer(PhantomData))
}

struct Integer<T>(PhantomData<T>);

impl<T: TryFrom<i128>> Integer<T> {
    fn fit<E: Error>(&self, value: Option<i128>, found: Unexpected<'_>) -> Result<T, E> {
        value.and_then(|value| value.try_into().ok()).ok_or_else(|| E::invalid_value(found, self))
    }
}

impl<T: TryFrom<i128>> Visitor<'_> for Integer<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an integer of {}", std::any::type_name::<T>())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.fit(Some(value.into()), Unexpected::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.fit(Some(value.into()), Unexpected::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        // What is below the least integer has become equal to it by now, so that one is taken in digits only.
        let is_integer = value.fract() == 0.0 && value > -9_223_372_036_854_775_808.0;
        let value_in_digits = is_integer.then(|| format!("{value:.0}").parse().ok()).flatten();
        self.fit(value_in_digits, Unexpected::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        self.fit(parse_integer(value), Unexpected::Str(value))
    }
}

/// The exact value of a number of JSON that is an integer.
fn parse_integer(text: &str) -> Option<i128> {
    if !is_number(text) {
        return None;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() || significant == "-" {
        return Some(0);
    }
    let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
    let zeros = zeros + i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
    let power = 10_i128.checked_pow(zeros.try_into().ok()?)?;
    significant.parse::<i128>().ok()?.checked_mul(power)
}

/// A double, or the name of one that is no number of JSON.
pub(crate) fn double<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    deserializer.deserialize_any(Float { parse: |text| text.parse().ok(), round: |value| value })
}

/// A float, or the name of one that is no number of JSON.
pub(crate) fn float<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    #[allow(clippy::cast_possible_truncation, reason = "what is out of range becomes infinite, and is refused then")]
    deserializer.deserialize_any(Float { parse: |text| text.parse().ok(), round: |value| value as f32 })
}

struct Float<T> {
    /// Reads a number of JSON.
    parse: fn(&str) -> Option<T>,
    round: fn(f64) -> T,
}

impl<T: Copy + Into<f64>> Float<T> {
    fn finite<E: Error>(&self, value: Option<T>, found: Unexpected<'_>) -> Result<T, E> {
        value.filter(|&value| value.into().is_finite()).ok_or_else(|| E::invalid_value(found, self))
    }
}

impl<T: Copy + Into<f64>> Visitor<'_> for Float<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number of {}", std::any::type_name::<T>())
    }

    #[allow(clippy::cast_precision_loss, reason = "a double has no more")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        Ok((self.round)(value as f64))
    }

    #[allow(clippy::cast_precision_loss, reason = "a double has no more")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok((self.round)(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        self.finite(Some((self.round)(value)), Unexpected::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        match value {
            "NaN" => Ok((self.round)(f64::NAN)),
            "Infinity" => Ok((self.round)(f64::INFINITY)),
            "-Infinity" => Ok((self.round)(f64::NEG_INFINITY)),
            _ => {
                let number = is_number(value).then(|| (self.parse)(value)).flatten();
                self.finite(number, Unexpected::Str(value))
            }
        }
    }
}

/// Whether this is a number of JSON, of any size. Rust's parsers take more: `+1`, `.5`, `inf`.
fn is_number(text: &str) -> bool {
    let is_bare = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit());
    is_bare && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_any_notation_are_exact() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("0.000", 0),
            ("0e9", 0),
            ("-12", -12),
            ("1.50e1", 15),
            ("1000E-3", 1),
            ("1e+3", 1_000),
            ("1.8446744073709551615e19", 18_446_744_073_709_551_615),
        ] {
            assert_eq!(parse_integer(text), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_integer_is_refused() {
        let long = "9".repeat(100);
        for text in [
            "",
            "-",
            "+1",
            " 1",
            "1 ",
            "01",
            "1.",
            ".5",
            "0.5",
            "1e-1",
            "1e99999",
            "1e9999999999",
            "0x1",
            "NaN",
            "1\u{660}",
            &long,
        ] {
            assert_eq!(parse_integer(text), None, "{text}");
        }
    }
}
