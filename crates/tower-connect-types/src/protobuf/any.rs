use std::fmt;

use prost::{Message, Name};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use crate::UnpackError;
use crate::json::{Tree, is_inside};
use crate::registry::find;

super::name!(Any);

/// A message of any type, encoded, with the name of the type.
///
/// Its JSON has the fields of the message inside, for which the type has to be [registered](crate::register), or its JSON in a field `value` if
/// that is no object of fields. It may be nested 100 levels deep at most.
///
/// ```
/// use tower_connect_types::protobuf::{Any, Duration};
///
/// let any = Any::pack(&Duration { seconds: 2, nanos: 0 });
/// assert!(any.is::<Duration>());
/// assert_eq!(any.unpack::<Duration>()?.seconds, 2);
/// let json = serde_json::to_string(&any)?;
/// assert_eq!(json, r#"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"2s"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Any {
    /// The type's full name after a slash, as in `type.googleapis.com/google.protobuf.Duration`.
    #[prost(string, tag = "1")]
    pub type_url: String,
    /// The encoded message.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

impl Any {
    /// Packs a message. A type whose URL names no host gets `type.googleapis.com`.
    #[must_use]
    pub fn pack<M: Name>(message: &M) -> Self {
        let mut type_url = M::type_url();
        if type_url.starts_with('/') {
            type_url.insert_str(0, "type.googleapis.com");
        }
        Self { type_url, value: message.encode_to_vec() }
    }

    /// The message inside.
    ///
    /// # Errors
    ///
    /// It is of another type, or does not decode.
    pub fn unpack<M: Name + Default>(&self) -> Result<M, UnpackError> {
        if !self.is::<M>() {
            return Err(UnpackError::OtherType { expected: M::full_name(), found: self.type_url.clone() });
        }
        M::decode(&self.value[..]).map_err(UnpackError::Malformed)
    }

    /// Whether the message inside is of the type, whatever host its URL names.
    #[must_use]
    pub fn is<M: Name>(&self) -> bool {
        self.type_url.rsplit_once('/').is_some_and(|(_, name)| name == M::full_name())
    }
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.type_url.is_empty() && self.value.is_empty() {
            return serializer.serialize_map(Some(0))?.end();
        }
        let json_type = find(&self.type_url).map_err(S::Error::custom)?;
        let json = json_type.write(&self.type_url, &self.value).map_err(S::Error::custom)?;
        if is_inside() {
            // It is our own serializer, which takes text as it is.
            return json.serialize(serializer);
        }
        serde_json::from_str::<Tree>(json.get()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Any;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `@type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Any, A::Error> {
        let mut type_url = None;
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name != "@type" {
                fields.push((name, map.next_value::<Tree>()?));
            } else if type_url.replace(map.next_value::<String>()?).is_some() {
                return Err(A::Error::duplicate_field("@type"));
            }
        }
        let Some(type_url) = type_url else {
            return if fields.is_empty() { Ok(Any::default()) } else { Err(A::Error::missing_field("@type")) };
        };
        let value =
            find(&type_url).and_then(|json_type| json_type.read(Tree::Object(fields))).map_err(A::Error::custom)?;
        Ok(Any { type_url, value })
    }
}
