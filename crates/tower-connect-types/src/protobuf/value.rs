//! What a [`Value`](super::Value) can be.

/// What a [`Value`](super::Value) is.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Kind {
    /// `null`, by the number of [`NullValue`](super::NullValue).
    #[prost(enumeration = "super::NullValue", tag = "1")]
    NullValue(i32),
    /// A number. JSON has none for infinities and NaN.
    #[prost(double, tag = "2")]
    NumberValue(f64),
    /// A string.
    #[prost(string, tag = "3")]
    StringValue(String),
    /// `true` or `false`.
    #[prost(bool, tag = "4")]
    BoolValue(bool),
    /// An object.
    #[prost(message, tag = "5")]
    StructValue(super::Struct),
    /// An array.
    #[prost(message, tag = "6")]
    ListValue(super::ListValue),
}
