use http::{StatusCode, response};

use crate::{Code, Error};

/// The error in a response's head: an [`Error`] that was left in the extensions, or a plain status of HTTP from an extractor, a
/// timeout, a limit or another piece of middleware inside.
pub(super) fn take_error(head: &mut response::Parts) -> Option<Error> {
    if let Some(error) = head.extensions.remove::<Error>() {
        return Some(error);
    }
    if head.status.is_success() {
        return None;
    }
    if head.status == StatusCode::NOT_MODIFIED {
        return Some(Error::not_modified());
    }
    let reason = head.status.canonical_reason().unwrap_or("the service answered with an unexpected HTTP status");
    Some(Error::new(code(head.status), reason))
}

/// The server's table. It is not the inverse of the one that clients read foreign answers by.
fn code(status: StatusCode) -> Code {
    match status.as_u16() {
        400 | 411 | 414 | 415 | 422 => Code::InvalidArgument,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 | 405 | 501 => Code::Unimplemented,
        408 | 504 => Code::DeadlineExceeded,
        409 => Code::Aborted,
        412 => Code::FailedPrecondition,
        413 | 429 | 431 => Code::ResourceExhausted,
        499 => Code::Canceled,
        500 => Code::Internal,
        502 | 503 => Code::Unavailable,
        _ => Code::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(status: u16) -> response::Parts {
        http::Response::builder().status(status).body(()).unwrap().into_parts().0
    }

    #[test]
    fn an_error_beats_the_status_and_success_is_none() {
        assert!(take_error(&mut head(200)).is_none());
        let mut both = head(413);
        both.extensions.insert(Error::not_found("x"));
        assert_eq!(take_error(&mut both).unwrap().code(), Code::NotFound);
    }

    #[test]
    fn the_table_is_the_designs() {
        for (code, statuses) in [
            (Code::InvalidArgument, &[400, 411, 414, 415, 422][..]),
            (Code::Unauthenticated, &[401]),
            (Code::PermissionDenied, &[403]),
            (Code::Unimplemented, &[404, 405, 501]),
            (Code::DeadlineExceeded, &[408, 504]),
            (Code::Aborted, &[409]),
            (Code::FailedPrecondition, &[412]),
            (Code::ResourceExhausted, &[413, 429, 431]),
            (Code::Canceled, &[499]),
            (Code::Internal, &[500]),
            (Code::Unavailable, &[502, 503]),
            (Code::Unknown, &[302, 402, 418, 505, 999]),
        ] {
            for status in statuses {
                assert_eq!(take_error(&mut head(*status)).unwrap().code(), code, "{status}");
            }
        }
    }
}
