use std::collections::BTreeMap;

use prost::{Enumeration, Message};

use super::value;

mod convert;
mod json;
#[cfg(test)]
mod tests;

super::name!(Struct Value ListValue);

/// A JSON object.
///
/// ```
/// use tower_connect_types::protobuf::{Struct, Value};
///
/// let object: Struct = [("name", Value::from("Eliza")), ("age", 60.0.into())].into_iter().collect();
/// assert_eq!(serde_json::to_string(&object)?, r#"{"age":60.0,"name":"Eliza"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Message)]
pub struct Struct {
    /// By their names.
    #[prost(btree_map = "string, message", tag = "1")]
    pub fields: BTreeMap<String, Value>,
}

/// Any JSON. Its numbers are doubles.
///
/// ```
/// use tower_connect_types::protobuf::Value;
///
/// let value = Value::from(serde_json::json!({"a": [true, null]}));
/// assert_eq!(serde_json::to_string(&value)?, r#"{"a":[true,null]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Message)]
pub struct Value {
    /// What it is. Nothing is an error, and not `null`.
    #[prost(oneof = "value::Kind", tags = "1, 2, 3, 4, 5, 6")]
    pub kind: Option<value::Kind>,
}

/// A JSON array.
#[derive(Clone, PartialEq, Message)]
pub struct ListValue {
    /// In order.
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<Value>,
}

/// The only value of its type, which is `null` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum NullValue {
    /// `null`.
    NullValue = 0,
}

impl NullValue {
    /// The name in the schema.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "as prost-build generates it")]
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::NullValue => "NULL_VALUE",
        }
    }

    /// The value of that name in the schema.
    #[must_use]
    pub fn from_str_name(value: &str) -> Option<Self> {
        (value == "NULL_VALUE").then_some(Self::NullValue)
    }
}
