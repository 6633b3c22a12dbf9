//! The well-known types, wherever a type can stand.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use codegen_tests::all::known::v1::FILE_DESCRIPTOR_SET;
use codegen_tests::all::known::v1::{Choice, Copied, KnownClient, KnownMock, Map, Others, Repeated, Singular, choice};
use futures::TryStreamExt;
use prost_reflect::{DescriptorPool, DynamicMessage};
use tower_connect::Messages;
use tower_connect::types::protobuf::{BytesValue, Empty, Struct, Timestamp};

/// Reads JSON here and there, and compares what is written.
fn check<T>(json: &str)
where
    T: prost::Message + prost::Name + Default + PartialEq + serde::Serialize + serde::de::DeserializeOwned,
{
    let descriptor = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap().get_message_by_name(&T::full_name()).unwrap();
    let theirs = DynamicMessage::deserialize(descriptor, &mut serde_json::Deserializer::from_str(json)).unwrap();
    let ours: T = serde_json::from_str(json).unwrap();
    assert!(ours == T::decode(&*prost::Message::encode_to_vec(&theirs)).unwrap(), "{json}");
    let text = serde_json::to_value(&ours).unwrap();
    assert_eq!(text, serde_json::to_value(&theirs).unwrap());
    assert_eq!(text, serde_json::from_str::<serde_json::Value>(json).unwrap());
}

const VALUES: [(&str, &str); 17] = [
    ("Any", r#"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.500s"}"#),
    ("Duration", r#""-1.500s""#),
    ("Empty", "{}"),
    ("Fieldmask", r#""a.b,c""#),
    ("Listvalue", r#"[1.5,"a",null,{"b":[]}]"#),
    ("Struct", r#"{"a":{"b":[true,null]}}"#),
    ("Timestamp", r#""2024-02-29T12:00:00.123Z""#),
    ("Value", r#"[{"a":"b"}]"#),
    ("Boolvalue", "true"),
    ("Bytesvalue", r#""AP8=""#),
    ("Doublevalue", "-0.5"),
    ("Floatvalue", "1.5"),
    ("Int32value", "-7"),
    ("Int64value", r#""-9007199254740993""#),
    ("Stringvalue", r#""ü""#),
    ("Uint32value", "7"),
    ("Uint64value", r#""18446744073709551615""#),
];

#[test]
fn fields_lists_maps_and_members_have_the_json_of_others() {
    for (name, value) in VALUES {
        check::<Singular>(&format!(r#"{{"a{name}":{value}}}"#));
        check::<Repeated>(&format!(r#"{{"a{name}":[{value},{value}]}}"#));
        check::<Map>(&format!(r#"{{"to{name}":{{"k":{value}}}}}"#));
        check::<Choice>(&format!(r#"{{"a{name}":{value}}}"#));
    }
    check::<Others>(
        r#"{"file":{"name":"a","messageType":[{"name":"M"}]},"type":{"name":"T"},"options":{"deprecated":true}}"#,
    );
}

#[test]
fn null_is_a_value_where_it_is_one() {
    for member in ["aValue", "aNullvalue"] {
        check::<Choice>(&format!(r#"{{"{member}":null}}"#));
    }
    check::<Singular>(r#"{"aValue":null}"#);
    let unset: Singular = serde_json::from_str(r#"{"aStruct":null,"aTimestamp":null}"#).unwrap();
    assert_eq!(unset, Singular::default());
}

#[test]
fn a_message_of_types_that_can_be_copied_can_be_copied() {
    fn is_copy<T: Copy + Eq + std::hash::Hash>() {}
    is_copy::<Copied>();
}

#[tokio::test]
async fn procedures_take_and_give_them() {
    let mock = KnownMock::new()
        .on_nothing(|_| async { Ok(Empty {}.into()) })
        .on_any(|_| async { Ok(Struct::default().into()) })
        .on_wrapped(|_| async { Ok(BytesValue::default().into()) })
        .on_pour(|request| async move {
            let all: Vec<Empty> = request.into_message().try_collect().await?;
            let times = all.into_iter().map(|_| Timestamp { seconds: 1, nanos: 0 }).collect::<Vec<_>>();
            Ok(Messages::from_stream(futures::stream::iter(times)).into())
        });
    for channel in [mock.channel(), mock.channel().json(), mock.channel().grpc()] {
        let client = KnownClient::new(channel);
        client.nothing(Empty {}).await.unwrap();
        client.any(tower_connect::types::protobuf::Value::from(true)).await.unwrap();
        client.wrapped(tower_connect::types::protobuf::StringValue::default()).await.unwrap();
        let empties = Messages::from_stream(futures::stream::iter([Empty {}, Empty {}]));
        let times: Vec<_> = client.pour(empties).await.unwrap().into_message().try_collect().await.unwrap();
        assert_eq!(times.len(), 2);
    }
    assert!(matches!(choice::Of::AEmpty(Empty {}), choice::Of::AEmpty(_)));
}
