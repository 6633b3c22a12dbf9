use bytes::Bytes;
use prost::Name;

/// A message that tells more about an [`Error`](super::Error): a Protocol Buffers type name and the encoded message.
///
/// Source: the Connect specification's "Error Details"; `google.rpc.Status.details` in gRPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDetail {
    type_name: String,
    value: Bytes,
}

impl ErrorDetail {
    /// A detail from the full name of its type, for instance `google.rpc.RetryInfo`, and the encoded message.
    ///
    /// A type URL is accepted as well: what precedes its last slash is dropped.
    pub fn new(type_name: impl Into<String>, value: impl Into<Bytes>) -> Self {
        let mut type_name = type_name.into();
        if let Some(slash) = type_name.rfind('/') {
            type_name.drain(..=slash);
        }
        Self { type_name, value: value.into() }
    }

    /// A detail from a message that knows its own name.
    #[must_use]
    pub fn from_message<M: Name>(message: &M) -> Self {
        Self { type_name: M::full_name(), value: message.encode_to_vec().into() }
    }

    /// The full name of the message's type, without a URL in front.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The encoded message.
    #[must_use]
    pub fn value(&self) -> &Bytes {
        &self.value
    }

    /// Decodes the detail if it is of the type `M`, otherwise `None`.
    ///
    /// # Errors
    ///
    /// The type is `M`, but the value does not decode.
    #[must_use]
    pub fn decode<M: Name + Default>(&self) -> Option<Result<M, prost::DecodeError>> {
        (self.type_name == M::full_name()).then(|| M::decode(self.value.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_url_is_cut_to_the_name() {
        let detail = ErrorDetail::new("type.googleapis.com/google.rpc.RetryInfo", &b"\x0a"[..]);
        assert_eq!(detail.type_name(), "google.rpc.RetryInfo");
        assert_eq!(&detail.value()[..], b"\x0a");
    }
}
