use std::time;

use prost::Message;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::ConversionError;
use crate::json::{Fraction, digits, parse_fraction, parsed};

super::name!(Duration);

/// A span of time, which may be negative.
///
/// Its JSON is a string of seconds, as in `"-1.500s"`.
///
/// ```
/// use tower_connect_types::protobuf::Duration;
///
/// let duration = Duration::try_from(std::time::Duration::from_millis(1500))?;
/// assert_eq!(duration, Duration { seconds: 1, nanos: 500_000_000 });
/// # Ok::<(), tower_connect_types::ConversionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct Duration {
    /// Whole seconds, at most 315,576,000,000 either way.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// The rest in nanoseconds, less than a second, of the same sign as the seconds.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

/// Ten thousand years.
const MOST_SECONDS: u64 = 315_576_000_000;

impl Duration {
    fn is_valid(self) -> bool {
        let have_one_sign =
            self.seconds == 0 || self.nanos == 0 || (self.seconds.is_negative() == self.nanos.is_negative());
        self.seconds.unsigned_abs() <= MOST_SECONDS && self.nanos.unsigned_abs() < 1_000_000_000 && have_one_sign
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('s')?;
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (seconds, nanos) = match text.split_once('.') {
            Some((seconds, fraction)) => (seconds, parse_fraction(fraction)?),
            None => (text, 0),
        };
        let seconds = digits(seconds)?;
        let duration = if is_negative { Self { seconds: -seconds, nanos: -nanos } } else { Self { seconds, nanos } };
        duration.is_valid().then_some(duration)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_valid() {
            return Err(S::Error::custom(format!("google.protobuf.Duration: out of range: {self:?}")));
        }
        let sign = if self.seconds < 0 || self.nanos < 0 { "-" } else { "" };
        let (seconds, fraction) = (self.seconds.unsigned_abs(), Fraction(self.nanos.unsigned_abs()));
        serializer.collect_str(&format_args!("{sign}{seconds}{fraction}s"))
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "seconds before an `s`, within ten thousand years", Self::parse)
    }
}

/// Fails for more than 315,576,000,000 s.
impl TryFrom<time::Duration> for Duration {
    type Error = ConversionError;

    fn try_from(duration: time::Duration) -> Result<Self, ConversionError> {
        match (i64::try_from(duration.as_secs()), i32::try_from(duration.subsec_nanos())) {
            (Ok(seconds), Ok(nanos)) if duration.as_secs() <= MOST_SECONDS => Ok(Self { seconds, nanos }),
            _ => Err(ConversionError::new("the duration is longer than google.protobuf.Duration allows")),
        }
    }
}

/// Fails for what is negative, or out of range.
impl TryFrom<Duration> for time::Duration {
    type Error = ConversionError;

    fn try_from(duration: Duration) -> Result<Self, ConversionError> {
        match (u64::try_from(duration.seconds), u32::try_from(duration.nanos)) {
            (Ok(seconds), Ok(nanos)) if duration.is_valid() => Ok(Self::new(seconds, nanos)),
            _ => Err(ConversionError::new("the google.protobuf.Duration is negative or out of range")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(i64, i32)> {
        let duration: Duration = serde_json::from_value(text.into()).ok()?;
        Some((duration.seconds, duration.nanos))
    }

    fn write(seconds: i64, nanos: i32) -> Option<String> {
        serde_json::to_value(Duration { seconds, nanos }).ok()?.as_str().map(ToOwned::to_owned)
    }

    #[test]
    fn as_many_digits_as_needed_are_written_in_groups_of_three() {
        assert_eq!(write(0, 0).unwrap(), "0s");
        assert_eq!(write(1, 500_000_000).unwrap(), "1.500s");
        assert_eq!(write(0, -1_000).unwrap(), "-0.000001s");
        assert_eq!(write(-3, -1).unwrap(), "-3.000000001s");
        assert_eq!(write(-315_576_000_000, -999_999_999).unwrap(), "-315576000000.999999999s");
    }

    #[test]
    fn other_digits_are_read() {
        assert_eq!(read("1.5s"), Some((1, 500_000_000)));
        assert_eq!(read("-0.5s"), Some((0, -500_000_000)));
        assert_eq!(read("-1.5s"), Some((-1, -500_000_000)));
        assert_eq!(read("-0s"), Some((0, 0)));
        assert_eq!(read("315576000000.999999999s"), Some((315_576_000_000, 999_999_999)));
    }

    #[test]
    fn what_is_out_of_range_or_no_duration_is_refused() {
        for (seconds, nanos) in
            [(1, -1), (-1, 1), (0, 1_000_000_000), (315_576_000_001, 0), (i64::MIN, 0), (0, i32::MIN)]
        {
            assert_eq!(write(seconds, nanos), None, "{seconds} {nanos}");
        }
        for text in [
            "",
            "s",
            "1",
            "1 s",
            "+1s",
            "--1s",
            "1.s",
            ".5s",
            "1.0000000001s",
            "1.-5s",
            "1S",
            "1e3s",
            "315576000001s",
            "99999999999999999999s",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(serde_json::from_str::<Duration>("1").is_err());
    }

    #[test]
    fn the_standard_librarys_has_no_sign() {
        let most = time::Duration::new(MOST_SECONDS, 999_999_999);
        assert_eq!(time::Duration::try_from(Duration::try_from(most).unwrap()), Ok(most));
        assert!(Duration::try_from(time::Duration::from_secs(MOST_SECONDS + 1)).is_err());
        assert!(Duration::try_from(time::Duration::MAX).is_err());
        assert!(time::Duration::try_from(Duration { seconds: 0, nanos: -1 }).is_err());
        assert!(time::Duration::try_from(Duration { seconds: 1, nanos: 1_000_000_000 }).is_err());
    }
}
