use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode, request, response};

use super::connect::ConnectAsk;
use super::grpc::{Flavor, GrpcAsk};
use crate::compression::{Accept, Compress, Compressor};
use crate::envelope::{SingleError, now};
use crate::error::shown;
use crate::method::Spec;
use crate::{Body, Code, Codec, Error, Protocol, Result};

/// What a client calls itself where nobody has given it another name.
pub(crate) const AGENT: HeaderValue = HeaderValue::from_static(concat!("tower-connect/", env!("CARGO_PKG_VERSION")));

/// What a call is to be on the wire, whatever the protocol.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) codec: Codec,
    pub(crate) method: Option<&'static Spec>,
    /// Whether the call has a message each way and no more.
    pub(crate) unary: bool,
    pub(crate) deadline: Option<Instant>,
    pub(crate) compress: Option<Compress>,
    pub(crate) accept: Accept,
    pub(crate) receive_limit: u32,
    /// How long the URL of a GET may be, in bytes; `None` for a call that is not to be one.
    pub(crate) get: Option<usize>,
}

impl Terms {
    /// How long the server may take from now on.
    pub(super) fn timeout(&self) -> Option<Duration> {
        Some(self.deadline?.saturating_duration_since(now()))
    }

    /// What the messages of an answer have gone through, as its head names it.
    pub(super) fn inflate(&self, named: Option<&HeaderValue>) -> Result<Option<Compressor>> {
        self.accept.undo(named).map_err(|()| {
            let shown = shown(named.map_or(b"", HeaderValue::as_bytes));
            Error::of_answer(Code::Internal, format!("the response has the unknown compression \"{shown}\""))
        })
    }
}

/// A call as a client puts it on the wire, and reads what comes back: the mirror of [`Reply`](super::Reply).
#[derive(Debug)]
pub(crate) enum Ask {
    Connect(ConnectAsk),
    /// gRPC and gRPC-Web.
    Grpc(GrpcAsk),
}

impl Ask {
    pub(crate) fn new(protocol: Protocol, terms: Terms) -> Self {
        match protocol {
            Protocol::Connect => Self::Connect(ConnectAsk::new(terms)),
            Protocol::Grpc => Self::Grpc(GrpcAsk::new(Flavor::Grpc, terms)),
            Protocol::GrpcWeb => Self::Grpc(GrpcAsk::new(Flavor::Web, terms)),
        }
    }

    /// Turns a request of the envelope into one for the wire. It is called again, with the same arguments, while it is pending.
    ///
    /// # Errors
    ///
    /// The message cannot be sent, or there is not the right number of them. Nothing has been sent.
    pub(crate) fn poll_request(
        &mut self,
        cx: &mut Context<'_>,
        head: &mut request::Parts,
        body: &mut Body,
    ) -> Poll<Result<Body>> {
        match self {
            Self::Connect(ask) => ask.poll_request(cx, head, body),
            Self::Grpc(ask) => Poll::Ready(ask.request(head, body)),
        }
    }

    /// Turns a response from the wire into one of the envelope. It is called again, with the same arguments, while it is pending.
    ///
    /// # Errors
    ///
    /// The server's own, or what is wrong with the head of its answer.
    pub(crate) fn poll_response(
        &mut self,
        cx: &mut Context<'_>,
        head: &mut response::Parts,
        body: &mut Body,
    ) -> Poll<Result<Body>> {
        match self {
            Self::Connect(ask) => ask.poll_response(cx, head, body),
            Self::Grpc(ask) => ask.poll_response(cx, head, body),
        }
    }
}

/// An answer that the protocol does not have.
pub(super) fn foreign_status(status: StatusCode) -> Error {
    Error::of_answer(code_of(status), format!("the server has answered with HTTP status {status}"))
}

/// An answer of another content type, in the protocol's own family or not.
pub(super) fn foreign_type(headers: &HeaderMap, of_family: bool) -> Error {
    let shown = shown(headers.get(CONTENT_TYPE).map_or(b"", HeaderValue::as_bytes));
    let code = if of_family { Code::Internal } else { Code::Unknown };
    Error::of_answer(code, format!("the response has the content type \"{shown}\""))
}

/// What an answer means that is none of the protocol's. Source: "HTTP to Error Code" of the Connect specification, `http-grpc-status-mapping.md`
/// of the gRPC project. It is not the inverse of [`Code::http_status`].
pub(super) fn code_of(status: StatusCode) -> Code {
    match status.as_u16() {
        400 => Code::Internal,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::Unimplemented,
        429 | 502 | 503 | 504 => Code::Unavailable,
        _ => Code::Unknown,
    }
}

/// The error of a caller that did not ask with exactly one message.
pub(super) fn not_one_request(error: SingleError) -> Error {
    match error {
        SingleError::Failed(error) => error,
        SingleError::None => Error::new(Code::Internal, "a unary call was made without a message"),
        SingleError::Several => Error::new(Code::Internal, "a unary call was made with more than one message"),
    }
}

/// The number of a timeout, for headers.
pub(super) mod spell {
    use std::time::Duration;

    use http::HeaderValue;

    /// In whole milliseconds, of which one is the least; `None` for what does not fit ten digits, which is no timeout to speak of.
    pub(in crate::protocol) fn connect(timeout: Duration) -> Option<HeaderValue> {
        let millis = u64::try_from(timeout.as_millis()).ok().filter(|millis| *millis < 10_000_000_000)?;
        Some(millis.max(1).into())
    }

    /// In the finest unit that fits eight digits; `None` for what fits none.
    pub(in crate::protocol) fn grpc(timeout: Duration) -> Option<HeaderValue> {
        const MOST: u128 = 100_000_000;
        let nanos = timeout.as_nanos();
        let units = [(1, 'n'), (1_000, 'u'), (1_000_000, 'm'), (1_000_000_000, 'S'), (60_000_000_000, 'M')];
        let (unit, letter) =
            units.into_iter().chain([(3_600_000_000_000, 'H')]).find(|(unit, _)| nanos / unit < MOST)?;
        HeaderValue::try_from(format!("{}{letter}", nanos / unit)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_answers_have_the_codes_of_the_specification() {
        for (status, code) in [
            (400, Code::Internal),
            (401, Code::Unauthenticated),
            (403, Code::PermissionDenied),
            (404, Code::Unimplemented),
            (429, Code::Unavailable),
            (502, Code::Unavailable),
            (503, Code::Unavailable),
            (504, Code::Unavailable),
            (302, Code::Unknown),
            (409, Code::Unknown),
            (418, Code::Unknown),
            (500, Code::Unknown),
            (800, Code::Unknown),
        ] {
            assert_eq!(code_of(StatusCode::from_u16(status).unwrap()), code, "{status}");
        }
    }

    #[test]
    fn a_timeout_is_spelled_as_finely_as_it_fits() {
        let text = |value: Option<HeaderValue>| value.map(|value| value.to_str().unwrap().to_owned());
        for (timeout, connect, grpc) in [
            (Duration::ZERO, Some("1"), Some("0n")),
            (Duration::from_nanos(1_999_999), Some("1"), Some("1999999n")),
            (Duration::from_millis(100), Some("100"), Some("100000u")),
            (Duration::from_secs(99_999_999), Some("99999999000"), Some("99999999S")),
            (Duration::from_secs(100_000_000), None, Some("1666666M")),
            (Duration::from_secs(9_999_999), Some("9999999000"), Some("9999999S")),
            (Duration::MAX, None, None),
        ] {
            let connect = connect.filter(|text| text.len() <= 10);
            assert_eq!(text(spell::connect(timeout)).as_deref(), connect, "{timeout:?}");
            assert_eq!(text(spell::grpc(timeout)).as_deref(), grpc, "{timeout:?}");
        }
    }
}
