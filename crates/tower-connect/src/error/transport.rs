//! What becomes of the errors of whatever carries a call.

use std::error::Error as StdError;
use std::io;

use super::{BoxError, Code, Error, Origin, Retry};

impl Error {
    /// The error of a call that was not carried to its end.
    ///
    /// One that says itself what it is stays what it is: a deadline of Tower's, the error of a layer. Of the others those of hyper, h2 and
    /// sockets are known, and whatever else a service may fail with means that it was not there for the call.
    pub(crate) fn of_transport(error: impl Into<BoxError>) -> Self {
        let error = Self::from(error.into());
        if error.origin() != Origin::Local || error.code() != Code::Internal || !error.message().is_empty() {
            return error;
        }
        let mut link = error.source();
        while let Some(cause) = link {
            if let Some(known) = reset::classify(cause).or_else(|| classify(cause)) {
                return known.with_origin(Origin::Transport).with_source_of(&error);
            }
            // An `io::Error` shows the sources of what it wraps, but not that itself.
            let wrapped = cause.downcast_ref().and_then(io::Error::get_ref);
            link = wrapped.map(|wrapped| wrapped as _).or_else(|| cause.source());
        }
        Self::unavailable("the connection has failed").with_origin(Origin::Transport).with_source_of(&error)
    }

    /// An answer that is not what the protocol has.
    pub(crate) fn of_answer(code: Code, message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::new(code, message).with_origin(Origin::Transport)
    }

    /// An answer that ended before it was complete.
    pub(crate) fn cut_off() -> Self {
        Self::of_answer(Code::Unavailable, "the response has broken off")
    }
}

fn classify(cause: &(dyn StdError + 'static)) -> Option<Error> {
    let error = cause.downcast_ref::<hyper::Error>()?;
    let message = match error {
        // It was given to a connection that had been closed.
        error if error.is_canceled() || error.is_closed() => {
            return Some(Error::unavailable("the connection has been closed").with_retry(Retry::NeverSent));
        }
        error if error.is_parse() => "the response is not HTTP, or its head is too large",
        error if error.is_timeout() => "the connection is dead",
        error if error.is_incomplete_message() => "the connection has broken off",
        _ => return None,
    };
    Some(Error::unavailable(message))
}

/// What hyper's client and HTTP/2 tell.
#[cfg(feature = "client")]
mod reset {
    use std::error::Error as StdError;

    use h2::Reason;
    use hyper_util::client::legacy;

    use crate::error::{Code, Error, Retry};

    pub(super) fn classify(cause: &(dyn StdError + 'static)) -> Option<Error> {
        if cause.downcast_ref().is_some_and(legacy::Error::is_connect) {
            return Some(Error::unavailable("cannot connect").with_retry(Retry::NeverSent));
        }
        let error = cause.downcast_ref::<h2::Error>()?;
        let reason = error.reason()?;
        if error.is_go_away() {
            let ended = Error::unavailable(format!("the connection was ended: {reason}"));
            // A server's GOAWAY is told to the streams that it has not looked at; those before it go on.
            return Some(if error.is_remote() { ended.with_retry(Retry::Refused) } else { ended });
        }
        let told = Error::new(code(reason), format!("the stream was reset: {reason}"));
        Some(if reason == Reason::REFUSED_STREAM { told.with_retry(Retry::Refused) } else { told })
    }

    /// Source: "Errors" in gRPC's HTTP/2 protocol.
    fn code(reason: Reason) -> Code {
        match reason {
            Reason::REFUSED_STREAM => Code::Unavailable,
            Reason::CANCEL => Code::Canceled,
            Reason::ENHANCE_YOUR_CALM => Code::ResourceExhausted,
            Reason::INADEQUATE_SECURITY => Code::PermissionDenied,
            _ => Code::Internal,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::error::Origin;

        fn of(error: h2::Error) -> Error {
            Error::of_transport(Error::from(std::io::Error::other(error)))
        }

        #[test]
        fn a_reset_has_the_code_of_its_reason() {
            for (reason, code, retry) in [
                (Reason::REFUSED_STREAM, Code::Unavailable, Some(Retry::Refused)),
                (Reason::CANCEL, Code::Canceled, None),
                (Reason::ENHANCE_YOUR_CALM, Code::ResourceExhausted, None),
                (Reason::INADEQUATE_SECURITY, Code::PermissionDenied, None),
                (Reason::NO_ERROR, Code::Internal, None),
                (Reason::PROTOCOL_ERROR, Code::Internal, None),
            ] {
                let error = of(reason.into());
                assert_eq!((error.code(), error.retry(), error.origin()), (code, retry, Origin::Transport), "{reason}");
            }
        }
    }
}

/// Without hyper's client nothing is known of its errors.
#[cfg(not(feature = "client"))]
mod reset {
    pub(super) fn classify(_: &(dyn std::error::Error + 'static)) -> Option<crate::Error> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_itself_what_it_is_stays_so() {
        let error = Error::of_transport(Error::not_found("x"));
        assert_eq!((error.code(), error.origin()), (Code::NotFound, Origin::Local));
        let late = Error::of_transport(tower::timeout::error::Elapsed::new());
        assert_eq!(late.code(), Code::DeadlineExceeded);
    }

    #[test]
    fn anything_else_was_not_there() {
        for error in [io::Error::from(io::ErrorKind::ConnectionReset), io::Error::other("odd")] {
            let error = Error::of_transport(error);
            assert_eq!((error.code(), error.origin(), error.retry()), (Code::Unavailable, Origin::Transport, None));
        }
    }
}
