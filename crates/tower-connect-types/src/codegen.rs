//! What generated code refers to.

pub use pbjson;
pub use prost;
pub use serde;

pub use crate::JsonType;
