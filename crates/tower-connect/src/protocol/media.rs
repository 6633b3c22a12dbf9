//! The content type of a request, as far as the protocols look at it.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The media type without its parameters; `None` if there is none, or if it names a charset other than UTF-8.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
    parameters.split(';').all(is_harmless).then(|| essence.trim())
}

/// What follows `prefix` in `text`, in whatever case the prefix is written.
pub(super) fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn is_harmless(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let value = value.trim().trim_matches('"');
    name.trim().is_empty() || (name.trim().eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn parse(value: &'static str) -> Option<String> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
        media_type(&headers).map(str::to_owned)
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
        for value in [
            "application/json; charset=latin1",
            "application/json; v=1",
            "application/json; charset",
        ] {
            assert_eq!(parse(value), None, "{value}");
        }
    }

    #[test]
    fn prefixes_match_in_any_case_and_at_any_length() {
        assert_eq!(
            strip_prefix("Application/GRPC+proto", "application/grpc"),
            Some("+proto")
        );
        assert_eq!(strip_prefix("app", "application/grpc"), None);
        assert_eq!(strip_prefix("applicatio\u{fc}/grpc", "application"), None);
    }
}
