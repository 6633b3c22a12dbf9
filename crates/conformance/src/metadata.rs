//! Metadata as the suite's schemas have it, and as HTTP has it.
//!
//! Binary metadata is text in the schemas. It is decoded and encoded on its way, so that the library is seen to read it in all spellings, and
//! to write it in its own. What is no base64 is left as it is.

use http::{HeaderMap, HeaderName, HeaderValue};
use tower_connect::metadata::{encode_bin, get_bin};
use tower_connect::{Error, Result};

use crate::proto::Header;

/// Headers of the schema as those of HTTP.
///
/// # Errors
///
/// A name or a value is none.
pub fn from_proto(headers: &[Header]) -> Result<HeaderMap> {
    let mut metadata = HeaderMap::new();
    for header in headers {
        let name: HeaderName = header.name.parse().map_err(|_| Error::invalid_argument("no name of a header"))?;
        for value in &header.value {
            let value = HeaderValue::from_str(value).map_err(|_| Error::invalid_argument("no value of a header"))?;
            metadata.append(&name, value);
        }
    }
    respell(&mut metadata);
    Ok(metadata)
}

/// Headers of HTTP as those of the schema, one entry for each name: of several, the suite would see only the last one.
#[must_use]
pub fn to_proto(mut metadata: HeaderMap) -> Vec<Header> {
    respell(&mut metadata);
    let header = |name: &HeaderName| {
        let values = metadata.get_all(name).into_iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Header { name: name.to_string(), value: values.collect() }
    };
    metadata.keys().map(header).collect()
}

fn respell(metadata: &mut HeaderMap) {
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
    use super::*;

    fn header(name: &str, value: &[&str]) -> Header {
        Header { name: name.to_owned(), value: value.iter().map(|&value| value.to_owned()).collect() }
    }

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

    #[test]
    fn a_name_with_two_values_is_one_entry() {
        let headers = [header("x-test", &["1", "2"]), header("y", &[""])];
        let metadata = from_proto(&[header("X-Test", &["1"]), header("y", &[""]), header("x-test", &["2"])]).unwrap();
        let mut found = to_proto(metadata);
        found.sort_by(|a, b| a.name.cmp(&b.name));
        assert_eq!(found, headers);
    }

    #[test]
    fn what_http_cannot_carry_is_an_error() {
        for (name, value) in [("x y", "a"), ("x", "a\nb")] {
            assert!(from_proto(&[header(name, &[value])]).is_err(), "{name:?}: {value:?}");
        }
    }
}
