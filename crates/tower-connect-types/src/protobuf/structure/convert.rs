use serde_json::Number;

use super::value::Kind;
use super::{ListValue, NullValue, Struct, Value};
use crate::ConversionError;

macro_rules! from {
    ($($kind:ident($from:ty)),*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self { kind: Some(Kind::$kind(value.into())) }
            }
        }
    )*};
}

from!(
    NullValue(NullValue),
    NumberValue(f64),
    StringValue(String),
    StringValue(&str),
    BoolValue(bool),
    StructValue(Struct),
    ListValue(ListValue),
    ListValue(Vec<Value>)
);

impl From<Vec<Value>> for ListValue {
    fn from(values: Vec<Value>) -> Self {
        Self { values }
    }
}

impl<T: Into<Value>> FromIterator<T> for ListValue {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self { values: values.into_iter().map(Into::into).collect() }
    }
}

/// Of fields of one name, the last one stays.
impl<K: Into<String>, V: Into<Value>> FromIterator<(K, V)> for Struct {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        Self { fields: fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

/// Integers become the nearest double, as they do when JSON is read.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => NullValue::NullValue.into(),
            serde_json::Value::Bool(value) => value.into(),
            // Only by a feature of serde_json does it have larger numbers than a double. There is no JSON of what becomes of them.
            serde_json::Value::Number(value) => value.as_f64().unwrap_or(f64::NAN).into(),
            serde_json::Value::String(value) => value.into(),
            serde_json::Value::Array(values) => values.into_iter().collect::<ListValue>().into(),
            serde_json::Value::Object(fields) => fields.into_iter().collect::<Struct>().into(),
        }
    }
}

/// Fails for infinities and NaN, and for a value that is nothing.
impl TryFrom<Value> for serde_json::Value {
    type Error = ConversionError;

    fn try_from(value: Value) -> Result<Self, ConversionError> {
        Ok(match value.kind {
            Some(Kind::NullValue(_)) => Self::Null,
            Some(Kind::NumberValue(value)) => {
                Self::Number(Number::from_f64(value).ok_or(ConversionError::new("JSON has no infinities and no NaN"))?)
            }
            Some(Kind::StringValue(value)) => Self::String(value),
            Some(Kind::BoolValue(value)) => Self::Bool(value),
            Some(Kind::StructValue(value)) => {
                let fields = value.fields.into_iter().map(|(name, value)| Ok((name, value.try_into()?)));
                Self::Object(fields.collect::<Result<_, _>>()?)
            }
            Some(Kind::ListValue(value)) => {
                Self::Array(value.values.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?)
            }
            None => return Err(ConversionError::new("the google.protobuf.Value is nothing, not even null")),
        })
    }
}
