use std::io::{self, ErrorKind};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::response;

use super::Amount;
use super::cut::{Cut, Stop};
use crate::error::{Origin, Retry};
use crate::{Body, Error};

/// What goes wrong with a request, or with its response. See [`Faults`](super::Faults).
///
/// ```
/// use std::time::Duration;
///
/// use tower_connect::testing::{Amount, Fault};
///
/// let slow = Fault::none().delay(Duration::from_secs(3));
/// let broken = Fault::reset_after(Amount::Messages(2)).head_delay(Duration::from_millis(50));
/// # let _ = (slow, broken);
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing goes wrong before `Faults` knows it"]
pub struct Fault {
    pub(super) delay: Duration,
    pub(super) head_delay: Duration,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    None,
    Refuse,
    Hang,
    Answer(Box<http::Response<Bytes>>),
    Reset,
    Stop(Stop, Amount),
    LoseTrailers,
}

impl Fault {
    const fn new(kind: Kind) -> Self {
        Self { delay: Duration::ZERO, head_delay: Duration::ZERO, kind }
    }

    /// Nothing goes wrong, but there may be a [delay](Self::delay).
    pub const fn none() -> Self {
        Self::new(Kind::None)
    }

    /// There is no connection. Nothing is sent, and the caller [knows it](Retry::NeverSent).
    pub const fn refuse() -> Self {
        Self::new(Kind::Refuse)
    }

    /// Nothing ever comes back. The request stays unread, and the server does not see it.
    pub const fn hang() -> Self {
        Self::new(Kind::Hang)
    }

    /// The connection is reset when the server has answered, before anything of that has come back.
    pub const fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// The connection is reset after a part of the response's body; what comes before it gets through.
    pub const fn reset_after(amount: Amount) -> Self {
        Self::new(Kind::Stop(Stop::Reset, amount))
    }

    /// The response ends after a part of its body as if that were all, without trailers. Only what is in the body can tell that there should be
    /// more: a message that is cut off, or the end that each protocol has for streams.
    pub const fn cut_after(amount: Amount) -> Self {
        Self::new(Kind::Stop(Stop::End, amount))
    }

    /// What a protocol ends its response with does not come: gRPC's trailers, or the last frame of gRPC-Web and of streams in Connect. A gRPC
    /// response that is nothing but a head keeps its status, as it has that there.
    pub const fn lose_trailers() -> Self {
        Self::new(Kind::LoseTrailers)
    }

    /// Something else answers, a proxy for instance: with this status, these headers and these bytes. The server does not see the request.
    pub fn answer(response: http::Response<impl Into<Bytes>>) -> Self {
        Self::new(Kind::Answer(Box::new(response.map(Into::into))))
    }

    /// Lets the request wait before anything else happens to it. By tokio's clock, as is the other delay.
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Lets the response wait, from its head on.
    pub const fn head_delay(mut self, delay: Duration) -> Self {
        self.head_delay = delay;
        self
    }
}

impl Kind {
    /// What becomes of the response.
    pub(super) fn strike(self, head: &mut response::Parts, body: Body) -> Result<Body, Error> {
        match self {
            Self::None | Self::Refuse | Self::Hang | Self::Answer(_) => Ok(body),
            Self::Reset => Err(reset()),
            Self::Stop(stop, amount) => {
                if stop == Stop::End {
                    // It would tell.
                    head.headers.remove(CONTENT_LENGTH);
                }
                Ok(Cut::after(amount, stop, &head.headers, body))
            }
            Self::LoseTrailers => Ok(Cut::trailers(&head.headers, body)),
        }
    }
}

/// What a transport tells that cannot connect.
pub(super) fn refused() -> Error {
    Error::unavailable("cannot connect")
        .with_origin(Origin::Transport)
        .with_retry(Retry::NeverSent)
        .with_source(io::Error::from(ErrorKind::ConnectionRefused))
}

/// What a connection tells that the other side has reset.
pub(super) fn reset() -> Error {
    Error::from(io::Error::from(ErrorKind::ConnectionReset))
}
