//! Binary metadata, which the suites have as text.

use http::{HeaderMap, HeaderName};
use tower_connect::Result;
use tower_connect::metadata::{encode_bin, get_bin};

/// Decodes and encodes binary metadata, so that the library is seen to read it in all spellings, and to write it in its own.
///
/// What is no base64 is left as it is.
pub(super) fn respell(metadata: &mut HeaderMap) {
    let names: Vec<HeaderName> = metadata.keys().filter(|name| name.as_str().ends_with("-bin")).cloned().collect();
    for name in names {
        let Ok(values) = get_bin(metadata, name.as_str()).collect::<Result<Vec<_>>>() else { continue };
        metadata.remove(&name);
        for value in values {
            metadata.append(&name, encode_bin(&value));
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_what_is_base64_is_spelled_anew() {
        let mut metadata = HeaderMap::new();
        for (name, value) in [("a-bin", "AQ==,Ag"), ("a-bin", "Aw=="), ("b-bin", "AQ==,!"), ("c", "AQ==")] {
            metadata.append(name, HeaderValue::from_static(value));
        }
        respell(&mut metadata);
        assert_eq!(metadata.get_all("a-bin").iter().collect::<Vec<_>>(), ["AQ", "Ag", "Aw"]);
        assert_eq!((&metadata["b-bin"], &metadata["c"]), (&"AQ==,!".parse().unwrap(), &"AQ==".parse().unwrap()));
    }
}
