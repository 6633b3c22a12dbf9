//! What becomes of other errors: the chain of sources is searched for one that has a code.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::io;

use super::{BoxError, Code, Error};

impl From<BoxError> for Error {
    /// An [`Error`] anywhere in the chain of sources is that error; a timeout, an overload and a length limit get their
    /// codes; anything else is [`Code::Internal`] without a text on the wire.
    fn from(source: BoxError) -> Self {
        let source = match source.downcast::<Self>() {
            Ok(error) => return *error,
            Err(source) => source,
        };
        let mut link: &(dyn StdError + 'static) = &*source;
        loop {
            // An `io::Error` shows the sources of what it wraps, but not that itself.
            if let Some(wrapped) = link.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                link = wrapped;
                continue;
            }
            if let Some(error) = link.downcast_ref::<Self>() {
                return error.clone();
            }
            if let Some((code, message)) = classify(link) {
                return Self::new(code, message).with_source(source);
            }
            match link.source() {
                Some(next) => link = next,
                None => return Self::internal(source),
            }
        }
    }
}

impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::from(BoxError::from(error))
    }
}

impl From<http::Error> for Error {
    fn from(error: http::Error) -> Self {
        Self::internal(error)
    }
}

impl From<tokio::time::error::Elapsed> for Error {
    fn from(error: tokio::time::error::Elapsed) -> Self {
        Self::from(BoxError::from(error))
    }
}

#[cfg(feature = "axum")]
impl From<axum::Error> for Error {
    fn from(error: axum::Error) -> Self {
        Self::from(BoxError::from(error))
    }
}

fn classify(error: &(dyn StdError + 'static)) -> Option<(Code, &'static str)> {
    if error.is::<tokio::time::error::Elapsed>() || error.is::<tower::timeout::error::Elapsed>() {
        return Some((Code::DeadlineExceeded, "timed out"));
    }
    if error.is::<tower::load_shed::error::Overloaded>() {
        return Some((Code::Unavailable, "overloaded"));
    }
    if error.is::<http_body_util::LengthLimitError>() {
        return Some((Code::ResourceExhausted, "the body is larger than its limit"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }

    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn an_error_inside_the_chain_is_found() {
        let not_found = || Error::not_found("no such row");
        for boxed in [
            BoxError::from(Outer(not_found())),
            BoxError::from(io::Error::other(not_found())),
            BoxError::from(io::Error::other(Outer(not_found()))),
        ] {
            let error = Error::from(boxed);
            assert_eq!((error.code(), error.message()), (Code::NotFound, "no such row"));
        }
    }

    #[test]
    fn a_foreign_error_keeps_its_text_off_the_wire() {
        let error = Error::from(io::Error::other("password=hunter2"));
        assert_eq!((error.code(), error.message()), (Code::Internal, ""));
        assert!(error.source().is_some_and(|source| source.to_string().contains("hunter2")));
    }

    #[test]
    fn an_overload_and_a_limit_have_codes() {
        let shed = Error::from(BoxError::from(tower::load_shed::error::Overloaded::new()));
        assert_eq!(shed.code(), Code::Unavailable);
        let timeout = Error::from(BoxError::from(tower::timeout::error::Elapsed::new()));
        assert_eq!(timeout.code(), Code::DeadlineExceeded);
    }
}
