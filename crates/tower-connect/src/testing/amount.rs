/// How much of a response comes before a [`Fault`](super::Fault) strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Amount {
    /// So many bytes of its body.
    Bytes(u64),
    /// So many frames of data, as the transport has them: each has as many messages, or as small a part of one, as were ready.
    Frames(u64),
    /// So many messages. The answer of a unary call in Connect is one; in base64 they are not told apart.
    Messages(u64),
}
