use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::display::Base64Display;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost::Message;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::json::{double, float, integer, parsed};

super::name!(DoubleValue FloatValue Int64Value UInt64Value Int32Value UInt32Value BoolValue StringValue BytesValue);

/// A message of one value, which can be missing where a plain field would have its default.
macro_rules! wrapper {
    ($(
        $(#[$doc:meta])*
        $wrapper:ident($value:ty) $prost:tt [$($derive:ident)*] $write:expr, $read:expr;
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, $($derive,)* Message)]
        pub struct $wrapper {
            /// The value.
            #[prost $prost]
            pub value: $value,
        }

        impl Serialize for $wrapper {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let write: fn(&$value, S) -> Result<S::Ok, S::Error> = $write;
                write(&self.value, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $wrapper {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: fn(D) -> Result<$value, D::Error> = $read;
                Ok(Self { value: read(deserializer)? })
            }
        }

        impl From<$value> for $wrapper {
            fn from(value: $value) -> Self {
                Self { value }
            }
        }

        impl From<$wrapper> for $value {
            fn from(wrapper: $wrapper) -> Self {
                wrapper.value
            }
        }
    )*};
}

wrapper! {
    /// A `double`. Its JSON is a number, or one of the strings `NaN`, `Infinity` and `-Infinity`.
    DoubleValue(f64) (double, tag = "1") [Copy]
        |value, serializer| match special(*value) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_f64(*value),
        },
        double;
    /// A `float`. Its JSON is a number, or one of the strings `NaN`, `Infinity` and `-Infinity`.
    FloatValue(f32) (float, tag = "1") [Copy]
        |value, serializer| match special(f64::from(*value)) {
            Some(name) => serializer.serialize_str(name),
            None => serializer.serialize_f32(*value),
        },
        float;
    /// An `int64`. Its JSON is a string: not all readers of JSON have integers of that size.
    Int64Value(i64) (int64, tag = "1") [Copy Eq Hash] |value, serializer| serializer.collect_str(value), integer;
    /// A `uint64`. Its JSON is a string: not all readers of JSON have integers of that size.
    UInt64Value(u64) (uint64, tag = "1") [Copy Eq Hash] |value, serializer| serializer.collect_str(value), integer;
    /// An `int32`. Its JSON is a number.
    Int32Value(i32) (int32, tag = "1") [Copy Eq Hash] |value, serializer| serializer.serialize_i32(*value), integer;
    /// A `uint32`. Its JSON is a number.
    UInt32Value(u32) (uint32, tag = "1") [Copy Eq Hash] |value, serializer| serializer.serialize_u32(*value), integer;
    /// A `bool`. Its JSON is `true` or `false`.
    BoolValue(bool) (bool, tag = "1") [Copy Eq Hash]
        |value, serializer| serializer.serialize_bool(*value), bool::deserialize;
    /// A `string`. Its JSON is a string.
    StringValue(String) (string, tag = "1") [Eq Hash]
        |value, serializer| serializer.serialize_str(value), String::deserialize;
    /// `bytes`. Its JSON is a string of base64.
    BytesValue(Vec<u8>) (bytes = "vec", tag = "1") [Eq Hash]
        |value, serializer| serializer.collect_str(&Base64Display::new(value, &BASE64)),
        |deserializer| parsed(deserializer, "base64", decode);
}

impl From<&str> for StringValue {
    fn from(value: &str) -> Self {
        value.to_owned().into()
    }
}

/// The string of what is no number of JSON.
fn special(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

const BASE64: GeneralPurpose = base64(&STANDARD);
const BASE64_URL: GeneralPurpose = base64(&URL_SAFE);

/// With padding, and read without it, too. The bits that are left over are not looked at: protobuf's conformance tests have some.
const fn base64(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config.with_decode_allow_trailing_bits(true))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['-', '_']) { BASE64_URL } else { BASE64 };
    engine.decode(text).ok()
}

#[cfg(test)]
mod tests;
