//! The content type of a request, as far as the protocols look at it.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The media type without its parameters; `None` if there is none, or if it names a charset other than UTF-8.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(CONTENT_TYPE)?.as_bytes();
    let Some(semicolon) = value.iter().position(|byte| *byte == b';') else {
        return Some(value.trim_ascii());
    };
    let (media_type, parameters) = value.split_at(semicolon);
    parameters.split(|byte| *byte == b';').all(is_harmless).then(|| media_type.trim_ascii())
}

/// What follows `prefix` in `text`, in whatever case the prefix is written.
pub(super) fn strip_prefix<'a>(text: &'a [u8], prefix: &str) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix.as_bytes()).then_some(rest)
}

fn is_harmless(parameter: &[u8]) -> bool {
    let parameter = parameter.trim_ascii();
    let charset = || strip_prefix(parameter, "charset")?.trim_ascii_start().strip_prefix(b"=");
    parameter.is_empty()
        || charset()
            .map(<[u8]>::trim_ascii)
            .is_some_and(|charset| charset.eq_ignore_ascii_case(b"utf-8") || charset.eq_ignore_ascii_case(b"\"utf-8\""))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn parse(value: &'static str) -> Option<String> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
        media_type(&headers).map(|media_type| String::from_utf8(media_type.to_vec()).unwrap())
    }

    #[test]
    fn utf_8_is_dropped_in_any_spelling() {
        for value in [
            "application/json",
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "application/json ; Charset=\"Utf-8\" ;",
        ] {
            assert_eq!(parse(value).as_deref(), Some("application/json"), "{value}");
        }
    }

    #[test]
    fn other_parameters_make_another_type() {
        for value in ["application/json; charset=latin1", "application/json; v=1", "application/json; charset"] {
            assert_eq!(parse(value), None, "{value}");
        }
    }

    #[test]
    fn prefixes_match_in_any_case_and_at_any_length() {
        assert_eq!(strip_prefix(b"Application/GRPC+proto", "application/grpc"), Some(&b"+proto"[..]));
        assert_eq!(strip_prefix(b"app", "application/grpc"), None);
        assert_eq!(strip_prefix(b"applicatio\xfc/grpc", "application"), None);
    }
}
