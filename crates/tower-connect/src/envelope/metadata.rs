//! Which header names belong to the protocols, and are never metadata.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Whether a name belongs to HTTP's framing or to a protocol, in requests and responses.
fn is_reserved(name: &HeaderName) -> bool {
    let name = name.as_str();
    match name.as_bytes()[0] {
        b'c' => {
            name.starts_with("connect-")
                || matches!(name, "connection" | "content-type" | "content-length" | "content-encoding")
        }
        b'k' => name == "keep-alive",
        b'p' => name == "proxy-connection",
        b'u' => name == "upgrade",
        b'g' => name.starts_with("grpc-"),
        b't' => matches!(name, "te" | "trailer" | "transfer-encoding"),
        b'a' => name == "accept-encoding",
        b'x' => name == "x-grpc-web",
        _ => false,
    }
}

/// Removes every reserved name.
pub(crate) fn remove_reserved(headers: &mut HeaderMap) {
    take_reserved(headers, |_, _| {});
}

/// Removes every reserved name, and shows its values: one pass over the headers, whatever the protocol looks for.
pub(crate) fn take_reserved(headers: &mut HeaderMap, mut taken: impl FnMut(&str, &HeaderValue)) {
    while !headers.is_empty() {
        let mut batch: [Option<HeaderName>; 8] = Default::default();
        let mut count = 0;
        for (name, value) in headers.iter().filter(|(name, _)| is_reserved(name)) {
            // All values of a name come one after the other.
            if count == 0 || batch[count - 1].as_ref() != Some(name) {
                if count == batch.len() {
                    break;
                }
                batch[count] = Some(name.clone());
                count += 1;
            }
            taken(name.as_str(), value);
        }
        let full = count == batch.len();
        for name in batch.into_iter().flatten() {
            headers.remove(name);
        }
        if !full {
            return;
        }
    }
}

/// Appends all values of all names that are not reserved.
pub(crate) fn copy_metadata(mut from: HeaderMap, to: &mut HeaderMap) {
    remove_reserved(&mut from);
    append_all(from, to);
}

/// Appends all values of all names.
pub(crate) fn append_all(from: HeaderMap, to: &mut HeaderMap) {
    if to.is_empty() {
        *to = from;
        return;
    }
    let mut current = None;
    for (name, value) in from {
        current = name.or(current);
        if let Some(name) = &current {
            to.append(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn all_values_are_copied_in_order_and_reserved_names_are_not() {
        let mut to = headers(&[("a", "0")]);
        copy_metadata(
            headers(&[("a", "1"), ("grpc-status", "0"), ("a", "2"), ("connect-x", "y"), ("b", "3")]),
            &mut to,
        );
        assert_eq!(to, headers(&[("a", "0"), ("a", "1"), ("a", "2"), ("b", "3")]));
    }

    #[test]
    fn copying_into_nothing_drops_reserved_names_too() {
        let mut to = HeaderMap::new();
        copy_metadata(headers(&[("content-length", "7"), ("x-user", "ada"), ("te", "trailers")]), &mut to);
        assert_eq!(to, headers(&[("x-user", "ada")]));
    }

    #[test]
    fn any_number_of_reserved_names_is_taken() {
        let mut many = HeaderMap::new();
        for number in 0..40 {
            many.insert(HeaderName::try_from(format!("grpc-x{number}")).unwrap(), number.into());
            many.insert(HeaderName::try_from(format!("x-{number}")).unwrap(), number.into());
        }
        let mut taken = 0;
        many.append("grpc-x39", 39.into());
        take_reserved(&mut many, |name, value| {
            assert_eq!(name, format!("grpc-x{}", value.to_str().unwrap()));
            taken += 1;
        });
        assert_eq!((taken, many.len()), (41, 40));
    }

    #[test]
    fn what_is_for_one_hop_is_no_metadata() {
        for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] {
            assert!(is_reserved(&HeaderName::from_static(name)), "{name}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_metadata() {
        for name in ["content-language", "connection-id", "grpcish", "trailer-x", "x-grpc-website", "accept"] {
            assert!(!is_reserved(&HeaderName::from_static(name)), "{name}");
        }
    }
}
