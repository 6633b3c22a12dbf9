use prost::Message;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::json::parsed;

super::name!(FieldMask);

/// A set of fields, each by its path, as in `f.foo_bar`.
///
/// Its JSON is a string of all paths, joined by commas, with the names as they are in JSON: `"f.fooBar,baz"`. A path that would come back as
/// another one is an error.
///
/// ```
/// use tower_connect_types::protobuf::FieldMask;
///
/// let mask = FieldMask { paths: vec!["f.foo_bar".to_owned(), "baz".to_owned()] };
/// assert_eq!(serde_json::to_string(&mask)?, r#""f.fooBar,baz""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct FieldMask {
    /// The names of the fields, joined by dots.
    #[prost(string, repeated, tag = "1")]
    pub paths: Vec<String>,
}

impl FieldMask {
    fn parse(text: &str) -> Option<Self> {
        let to_path = |name: &str| {
            let path = snake_case(name);
            (!name.is_empty() && camel_case(&path) == name).then_some(path)
        };
        let names = (!text.is_empty()).then(|| text.split(','));
        Some(Self { paths: names.into_iter().flatten().map(to_path).collect::<Option<_>>()? })
    }
}

impl Serialize for FieldMask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names: Vec<_> = self.paths.iter().map(|path| camel_case(path)).collect();
        for (path, name) in self.paths.iter().zip(&names) {
            if path.is_empty() || path.contains(',') || snake_case(name) != *path {
                return Err(S::Error::custom(format!("google.protobuf.FieldMask: {path:?} has no form in JSON")));
            }
        }
        serializer.serialize_str(&names.join(","))
    }
}

impl<'de> Deserialize<'de> for FieldMask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, "paths of fields in lowerCamelCase, joined by commas", Self::parse)
    }
}

fn camel_case(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(char) = chars.next() {
        match char {
            '_' => name.extend(chars.next().map(|next| next.to_ascii_uppercase())),
            _ => name.push(char),
        }
    }
    name
}

fn snake_case(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for char in name.chars() {
        if char.is_ascii_uppercase() {
            path.push('_');
        }
        path.push(char.to_ascii_lowercase());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(paths: &[&str]) -> Option<String> {
        let mask = FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() };
        serde_json::to_value(mask).ok()?.as_str().map(ToOwned::to_owned)
    }

    fn read(text: &str) -> Option<Vec<String>> {
        serde_json::from_value::<FieldMask>(text.into()).ok().map(|mask| mask.paths)
    }

    #[test]
    fn paths_go_there_and_back() {
        for (paths, text) in [
            (&[][..], ""),
            (&["foo"], "foo"),
            (&["foo_bar", "b.c_d2_e", "*"], "fooBar,b.cD2E,*"),
            (&["_foo"], "Foo"),
            (&["foo3"], "foo3"),
        ] {
            assert_eq!(write(paths).unwrap(), text);
            assert_eq!(read(text).unwrap(), paths);
        }
    }

    #[test]
    fn paths_that_would_come_back_as_others_are_refused() {
        for path in ["", "fooBar", "foo__bar", "foo_3_bar", "foo_", "foo_.bar", "a,b"] {
            assert_eq!(write(&[path]), None, "{path}");
        }
        for text in ["foo_bar", ",", "a,", ",a", "a,,b", "_"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(serde_json::from_str::<FieldMask>("[]").is_err());
    }
}
