use std::error::Error;
use std::fmt;

use prost::DecodeError;

/// A value that the other type has no form for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionError(&'static str);

impl ConversionError {
    pub(crate) const fn new(reason: &'static str) -> Self {
        Self(reason)
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for ConversionError {}

/// Why no message of the expected type came out of an [`Any`](crate::protobuf::Any).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum UnpackError {
    /// It is a message of another type.
    OtherType {
        /// The full name of the type that was expected.
        expected: String,
        /// The type URL that was found.
        found: String,
    },
    /// It is said to be of the type, but does not decode.
    Malformed(DecodeError),
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherType { expected, found } => write!(f, "{found:?} is no {expected}"),
            Self::Malformed(error) => write!(f, "malformed message: {error}"),
        }
    }
}

impl Error for UnpackError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::OtherType { .. } => None,
            Self::Malformed(error) => Some(error),
        }
    }
}
