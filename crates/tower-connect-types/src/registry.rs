//! Which types an `Any` can be written and read with.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{LazyLock, PoisonError, RwLock};

use prost::{Message, Name};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Error, Result};

use crate::json::{Tree, to_raw};
use crate::protobuf;

/// How the JSON of one message type is written and read inside an [`Any`](protobuf::Any).
///
/// ```
/// use tower_connect_types::{JsonType, protobuf::Any, register};
///
/// # #[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
/// # struct Greeting { #[prost(string, tag = "1")] text: String }
/// # impl prost::Name for Greeting {
/// #     const PACKAGE: &'static str = "demo.v1";
/// #     const NAME: &'static str = "Greeting";
/// # }
/// const TYPES: &[JsonType] = &[JsonType::of::<Greeting>()];
/// register(TYPES);
///
/// let any = Any::pack(&Greeting { text: "hi".to_owned() });
/// let json = r#"{"@type":"type.googleapis.com/demo.v1.Greeting","text":"hi"}"#;
/// assert_eq!(serde_json::to_string(&any)?, json);
/// assert_eq!(serde_json::from_str::<Any>(json)?, any);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct JsonType {
    full_name: fn() -> String,
    write: fn(&str, &[u8]) -> Result<Box<RawValue>>,
    read: fn(Tree) -> Result<Vec<u8>>,
}

impl JsonType {
    /// A message whose JSON is an object of its fields, as that of all messages but some well-known ones is.
    #[must_use]
    pub const fn of<M>() -> Self
    where
        M: Message + Name + Default + Serialize + DeserializeOwned,
    {
        Self { full_name: M::full_name, write: write_fields::<M>, read: read_fields::<M> }
    }

    /// A message whose JSON is anything else, and stands in a field `value`.
    const fn of_value<M>() -> Self
    where
        M: Message + Name + Default + Serialize + DeserializeOwned,
    {
        Self { full_name: M::full_name, write: write_value::<M>, read: read_value::<M> }
    }

    /// A message of the type that the URL names, which is kept as it is.
    pub(crate) fn write(self, type_url: &str, value: &[u8]) -> Result<Box<RawValue>> {
        (self.write)(type_url, value)
    }

    /// The encoded message of an object without its `@type`.
    pub(crate) fn read(self, object: Tree) -> Result<Vec<u8>> {
        (self.read)(object)
    }
}

impl fmt::Debug for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JsonType").field(&(self.full_name)()).finish()
    }
}

fn write_fields<M: Message + Default + Serialize>(type_url: &str, value: &[u8]) -> Result<Box<RawValue>> {
    #[derive(Serialize)]
    struct Fields<'a, M> {
        #[serde(rename = "@type")]
        type_url: &'a str,
        #[serde(flatten)]
        message: M,
    }
    to_raw(&Fields { type_url, message: decode::<M>(type_url, value)? })
}

fn read_fields<M: Message + DeserializeOwned>(object: Tree) -> Result<Vec<u8>> {
    Ok(M::deserialize(object)?.encode_to_vec())
}

fn write_value<M: Message + Default + Serialize>(type_url: &str, value: &[u8]) -> Result<Box<RawValue>> {
    #[derive(Serialize)]
    struct Value<'a, M> {
        #[serde(rename = "@type")]
        type_url: &'a str,
        value: M,
    }
    to_raw(&Value { type_url, value: decode::<M>(type_url, value)? })
}

fn read_value<M: Message + DeserializeOwned>(object: Tree) -> Result<Vec<u8>> {
    #[derive(Deserialize)]
    struct Value<M> {
        value: M,
    }
    let Value { value } = Value::<M>::deserialize(object)?;
    Ok(value.encode_to_vec())
}

fn decode<M: Message + Default>(type_url: &str, value: &[u8]) -> Result<M> {
    M::decode(value).map_err(|error| Error::custom(format!("google.protobuf.Any: malformed {type_url:?}: {error}")))
}

/// Makes the JSON of messages known for the whole process. Generated code does so for its messages before it sends or receives any.
///
/// Types are known by their full names; of two types of one name, the first one stays. A slice that is registered already costs a look
/// under a lock that readers share. The well-known types are known from the start.
pub fn register(types: &'static [JsonType]) {
    let slice = (types.as_ptr().addr(), types.len());
    if types.is_empty() || REGISTRY.read().unwrap_or_else(PoisonError::into_inner).slices.contains(&slice) {
        return;
    }
    let named: Vec<_> = types.iter().map(|json_type| ((json_type.full_name)(), *json_type)).collect();
    let mut registry = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    registry.slices.insert(slice);
    for (name, json_type) in named {
        registry.types.entry(name).or_insert(json_type);
    }
}

/// The type of that URL.
pub(crate) fn find(type_url: &str) -> Result<JsonType> {
    let Some((_, name)) = type_url.rsplit_once('/') else {
        return Err(Error::custom(format!("google.protobuf.Any: {type_url:?} is no type URL: it has no slash")));
    };
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    registry.types.get(name).copied().ok_or_else(|| {
        Error::custom(format!(
            "google.protobuf.Any: the JSON of {name:?} is not known: register its type, by `tower_connect::types::register`"
        ))
    })
}

struct Registry {
    /// By address and length: they live as long as the process.
    slices: HashSet<(usize, usize)>,
    types: HashMap<String, JsonType>,
}

static REGISTRY: LazyLock<RwLock<Registry>> = LazyLock::new(|| {
    let all = [WELL_KNOWN, crate::rpc::JSON_TYPES, crate::api::JSON_TYPES];
    let types = all.into_iter().flatten().map(|json_type| ((json_type.full_name)(), *json_type)).collect();
    RwLock::new(Registry { slices: HashSet::new(), types })
});

const WELL_KNOWN: &[JsonType] = &[
    JsonType::of::<protobuf::Empty>(),
    JsonType::of_value::<protobuf::Any>(),
    JsonType::of_value::<protobuf::BoolValue>(),
    JsonType::of_value::<protobuf::BytesValue>(),
    JsonType::of_value::<protobuf::DoubleValue>(),
    JsonType::of_value::<protobuf::Duration>(),
    JsonType::of_value::<protobuf::FieldMask>(),
    JsonType::of_value::<protobuf::FloatValue>(),
    JsonType::of_value::<protobuf::Int32Value>(),
    JsonType::of_value::<protobuf::Int64Value>(),
    JsonType::of_value::<protobuf::ListValue>(),
    JsonType::of_value::<protobuf::StringValue>(),
    JsonType::of_value::<protobuf::Struct>(),
    JsonType::of_value::<protobuf::Timestamp>(),
    JsonType::of_value::<protobuf::UInt32Value>(),
    JsonType::of_value::<protobuf::UInt64Value>(),
    JsonType::of_value::<protobuf::Value>(),
];
