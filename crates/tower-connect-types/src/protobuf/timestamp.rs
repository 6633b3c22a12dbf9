use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prost::Message;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Error as _, Serialize, Serializer};

use self::civil::Civil;
use crate::ConversionError;
use crate::json::{Fraction, parsed};

mod civil;

super::name!(Timestamp);

/// A point in time.
///
/// Its JSON is a string as in RFC 3339, `"1972-01-01T10:00:20.021Z"`. It is read with any offset, and written in UTC.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use tower_connect_types::protobuf::Timestamp;
///
/// let timestamp = Timestamp::from(UNIX_EPOCH - Duration::from_millis(1));
/// assert_eq!(serde_json::to_string(&timestamp)?, r#""1969-12-31T23:59:59.999Z""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct Timestamp {
    /// Whole seconds since the beginning of 1970 in UTC, from the year 1 to the year 9999.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds after that, less than a second, and never negative.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

const NANOS_PER_SECOND: u32 = 1_000_000_000;

impl Timestamp {
    fn parse(text: &str) -> Option<Self> {
        let (seconds, nanos) = civil::parse(text)?;
        civil::SECONDS.contains(&seconds).then_some(Self { seconds, nanos })
    }

    fn valid_nanos(self) -> Option<u32> {
        u32::try_from(self.nanos).ok().filter(|&nanos| nanos < NANOS_PER_SECOND)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.valid_nanos() {
            Some(nanos) if civil::SECONDS.contains(&self.seconds) => {
                serializer.collect_str(&format_args!("{}{}Z", Civil(self.seconds), Fraction(nanos)))
            }
            _ => Err(S::Error::custom(format!("google.protobuf.Timestamp: out of range: {self:?}"))),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "a time of RFC 3339 from the year 1 to the year 9999", Self::parse)
    }
}

/// Times that no platform's clock has, beyond seconds in an `i64`, become the last or the first one.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let (seconds, nanos) = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => (i64::try_from(after.as_secs()).unwrap_or(i64::MAX), after.subsec_nanos()),
            Err(error) => {
                let before = error.duration();
                let seconds = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
                match before.subsec_nanos() {
                    0 => (-seconds, 0),
                    nanos => (-seconds - 1, NANOS_PER_SECOND - nanos),
                }
            }
        };
        Self { seconds, nanos: nanos.cast_signed() }
    }
}

/// Fails for nanoseconds that are out of range, and for times that this platform's clock does not have.
impl TryFrom<Timestamp> for SystemTime {
    type Error = ConversionError;

    fn try_from(timestamp: Timestamp) -> Result<Self, ConversionError> {
        let seconds = Duration::from_secs(timestamp.seconds.unsigned_abs());
        let time =
            if timestamp.seconds < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) };
        let nanos = timestamp.valid_nanos().map(|nanos| Duration::new(0, nanos));
        time.zip(nanos)
            .and_then(|(time, nanos)| time.checked_add(nanos))
            .ok_or(ConversionError::new("the google.protobuf.Timestamp is out of range"))
    }
}

#[cfg(test)]
mod tests;
