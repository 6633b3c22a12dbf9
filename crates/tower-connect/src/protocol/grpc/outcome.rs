//! How a call went, from its trailers.

use base64::Engine;
use http::HeaderMap;
use percent_encoding::percent_decode;
use prost::Message;

use super::status::{DETAILS, MESSAGE, STATUS, Status};
use crate::envelope::remove_reserved;
use crate::error::Origin;
use crate::metadata::BASE64;
use crate::{Code, Error, ErrorDetail, Result};

/// The trailing metadata of a call that went well.
///
/// Source: "Responses" in gRPC's HTTP/2 protocol. Where there are details, the code and the message in there are the ones that count.
///
/// # Errors
///
/// The server's own; [`Code::Unknown`] for trailers without a status that is known; [`Code::Internal`] for details that cannot be read.
pub(in crate::protocol) fn outcome_of(mut trailers: HeaderMap) -> Result<HeaderMap> {
    let error = error_of(&trailers);
    remove_reserved(&mut trailers);
    match error {
        None => Ok(trailers),
        Some(error) => Err(error.with_trailers(trailers)),
    }
}

/// Only what tells how the call went.
pub(super) fn status_of(headers: &HeaderMap) -> HeaderMap {
    let told = [STATUS, MESSAGE, DETAILS].into_iter();
    told.filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

fn error_of(trailers: &HeaderMap) -> Option<Error> {
    let Some(status) = trailers.get(STATUS) else {
        return Some(Error::of_answer(Code::Unknown, "the trailers of the response have no grpc-status"));
    };
    let number = status.to_str().ok().and_then(|status| status.trim().parse::<u32>().ok());
    if number == Some(0) {
        return None;
    }
    let code = number.and_then(code_of);
    let message =
        trailers.get(MESSAGE).map(|message| percent_decode(message.as_bytes()).decode_utf8_lossy().into_owned());
    let message = message.unwrap_or_default();
    let Some(details) = trailers.get(DETAILS) else {
        return Some(Error::new(code.unwrap_or(Code::Unknown), message).with_origin(Origin::Remote));
    };
    let details = BASE64.decode(details.as_bytes().trim_ascii()).ok();
    let Some(status) = details.and_then(|details| Status::decode(&details[..]).ok()) else {
        return Some(Error::of_answer(Code::Internal, "grpc-status-details-bin is malformed"));
    };
    let told = u32::try_from(status.code).ok().and_then(code_of);
    let message = if status.message.is_empty() { message } else { status.message };
    let error = Error::new(told.or(code).unwrap_or(Code::Unknown), message).with_origin(Origin::Remote);
    let details = status.details.into_iter().map(|detail| ErrorDetail::new(detail.type_url, detail.value));
    Some(details.fold(error, Error::with_detail))
}

fn code_of(number: u32) -> Option<Code> {
    Code::from_grpc_status(number.try_into().ok()?)
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        pairs.iter().map(pair).collect()
    }

    fn error(pairs: &[(&'static str, &'static str)]) -> (Code, String) {
        let error = outcome_of(headers(pairs)).unwrap_err();
        (error.code(), error.message().to_owned())
    }

    #[test]
    fn zero_is_success_whatever_else_is_there() {
        let trailers = headers(&[("grpc-status", "0"), ("grpc-message", "x"), ("a", "1"), ("grpc-odd", "x")]);
        assert_eq!(outcome_of(trailers).unwrap(), headers(&[("a", "1")]));
    }

    #[test]
    fn a_status_is_a_code_and_its_message_is_unescaped_as_far_as_it_can_be() {
        assert_eq!(error(&[("grpc-status", "5"), ("grpc-message", "no %C3%A9%0A")]), (Code::NotFound, "no é\n".into()));
        assert_eq!(
            error(&[("grpc-status", "5"), ("grpc-message", "100% %zz %C3")]),
            (Code::NotFound, "100% %zz \u{fffd}".into())
        );
        for odd in ["17", "-1", "x", "", "99999999999"] {
            assert_eq!(error(&[("grpc-status", odd), ("grpc-message", "m")]), (Code::Unknown, "m".into()), "{odd}");
        }
        assert_eq!(error(&[("grpc-message", "m")]).0, Code::Unknown);
    }

    #[test]
    fn details_say_more_than_the_status_and_must_be_sound() {
        // Code 5, message "d", one detail of type "t/a.B" that is a single byte.
        let details = ("grpc-status-details-bin", "CAUSAWQaCgoFdC9hLkISAQE");
        let failed =
            outcome_of(headers(&[("grpc-status", "3"), ("grpc-message", "m"), details, ("a", "1")])).unwrap_err();
        assert_eq!((failed.code(), failed.message(), failed.origin()), (Code::NotFound, "d", Origin::Remote));
        assert_eq!(failed.details(), [ErrorDetail::new("a.B", &b"\x01"[..])]);
        assert_eq!(failed.trailers(), &headers(&[("a", "1")]));
        assert_eq!(error(&[("grpc-status", "3"), ("grpc-status-details-bin", "*")]).0, Code::Internal);
        assert_eq!(error(&[("grpc-status", "3"), ("grpc-status-details-bin", "CA")]).0, Code::Internal);
    }

    proptest! {
        #[test]
        fn any_trailers_are_an_outcome(status in "[ -~]{0,4}", message in "[ -~]{0,20}", details in "[A-Za-z0-9+/=]{0,20}") {
            let mut trailers = HeaderMap::new();
            for (name, value) in [(STATUS, status), (MESSAGE, message), (DETAILS, details)] {
                trailers.insert(name, value.parse().unwrap());
            }
            let _ = outcome_of(trailers);
        }

        #[test]
        fn what_a_server_writes_comes_back(code in 1_u8..17, message in any::<String>()) {
            let code = Code::from_grpc_status(code).unwrap();
            let detail = ErrorDetail::new("a.B", &b"\x01"[..]);
            let written = super::super::trailers(Err(Error::new(code, message.clone()).with_detail(detail.clone())), usize::MAX);
            let error = outcome_of(written).unwrap_err();
            prop_assert_eq!((error.code(), error.message()), (code, &*message));
            prop_assert_eq!(error.details(), [detail]);
        }
    }
}
