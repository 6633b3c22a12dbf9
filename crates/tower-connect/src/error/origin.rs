/// Where a call has failed: what [`Error::origin`](super::Error::origin) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// On this side: by its own word, a limit, a deadline, a message that cannot be written or read.
    Local,
    /// On the way: there is no connection, it has broken, or what answers does not speak the protocol.
    Transport,
    /// At the server, which has said so.
    Remote,
}

/// Why a call may be made again without being done twice: what [`Error::retry`](super::Error::retry) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// Nothing of it has been sent.
    NeverSent,
    /// The server has refused it before it has looked at it. Source: `REFUSED_STREAM` of RFC 9113, 8.7, and its "GOAWAY", 6.8.
    Refused,
    /// It may have been done, and may be done again: the schema says so by its `idempotency_level`.
    Idempotent,
}
