//! The package `google.protobuf`, as far as its messages have a JSON of their own.
//!
//! Fields, types and derives are those that `prost-build` would generate with maps as [`BTreeMap`](std::collections::BTreeMap)s.

mod any;
mod duration;
mod empty;
mod field_mask;
mod structure;
mod timestamp;
pub mod value;
mod wrappers;

pub use self::any::Any;
pub use self::duration::Duration;
pub use self::empty::Empty;
pub use self::field_mask::FieldMask;
pub use self::structure::{ListValue, NullValue, Struct, Value};
pub use self::timestamp::Timestamp;
pub use self::wrappers::{
    BoolValue, BytesValue, DoubleValue, FloatValue, Int32Value, Int64Value, StringValue, UInt32Value, UInt64Value,
};

/// The names of a message of this package.
macro_rules! name {
    ($($message:ident)*) => {$(
        impl ::prost::Name for $message {
            const NAME: &'static str = stringify!($message);
            const PACKAGE: &'static str = "google.protobuf";

            fn full_name() -> String {
                concat!("google.protobuf.", stringify!($message)).to_owned()
            }

            fn type_url() -> String {
                concat!("type.googleapis.com/google.protobuf.", stringify!($message)).to_owned()
            }
        }
    )*};
}
use name;
