//! The JSON of generated messages: it is what others write, and comes back as the same message.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::fmt::Debug;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_connect_types::protobuf::{
    Any, BoolValue, BytesValue, DoubleValue, Duration, Empty, FieldMask, FloatValue, Int32Value, Int64Value, ListValue,
    NullValue, StringValue, Struct, Timestamp, UInt32Value, UInt64Value, Value,
};

/// Another implementation's message of the same name.
fn reflected<M: Message + Name>(message: &M) -> DynamicMessage {
    let descriptor = DescriptorPool::global().get_message_by_name(&M::full_name()).unwrap();
    DynamicMessage::decode(descriptor, &message.encode_to_vec()[..]).unwrap()
}

fn check<M: Message + Name + Default + PartialEq + Debug + Serialize + DeserializeOwned>(message: &M) {
    let json = serde_json::to_string(message).unwrap();
    assert_eq!(serde_json::from_str::<M>(&json).unwrap(), *message);
    assert_eq!(json, serde_json::to_string(&reflected(message)).unwrap());

    let any = Any::pack(message);
    assert_eq!(any.unpack::<M>().unwrap(), *message);
    let json = serde_json::to_string(&any).unwrap();
    assert_eq!(serde_json::from_str::<Any>(&json).unwrap(), any);
    // The other one writes `"value":{}`, as Go does, and C++ and Java do not.
    if M::NAME != "Empty" {
        // Not as text: the notation of a large float is that of a double here.
        let theirs = serde_json::to_string(&reflected(&any)).unwrap();
        let [ours, theirs] = [json, theirs].map(|json| json.parse::<serde_json::Value>().unwrap());
        assert_eq!(ours, theirs);
    }
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (-62_135_596_800..=253_402_300_799_i64, nanos()).prop_map(|(seconds, nanos)| Timestamp { seconds, nanos })
}

fn duration() -> impl Strategy<Value = Duration> {
    (0..=315_576_000_000_i64, nanos(), prop::sample::select(vec![-1, 1]))
        .prop_map(|(seconds, nanos, sign)| Duration { seconds: i64::from(sign) * seconds, nanos: sign * nanos })
}

fn nanos() -> impl Strategy<Value = i32> {
    prop_oneof![
        Just(0),
        (0..1_000).prop_map(|ms| ms * 1_000_000),
        (0..1_000_000).prop_map(|us| us * 1_000),
        0..1_000_000_000
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::from(NullValue::NullValue)),
        any::<bool>().prop_map(Value::from),
        finite().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |value| {
        prop_oneof![
            vec(value.clone(), 0..5).prop_map(Value::from),
            btree_map(any::<String>(), value, 0..5).prop_map(|fields| Value::from(Struct { fields })),
        ]
    })
}

proptest! {
    #[test]
    fn times(timestamp in timestamp(), duration in duration()) {
        check(&timestamp);
        check(&duration);
    }

    #[test]
    fn structures(value in value(), values in vec(value(), 0..3), fields in btree_map(any::<String>(), value(), 0..3)) {
        let json = serde_json::Value::try_from(value.clone()).unwrap();
        prop_assert_eq!(&serde_json::to_value(&value).unwrap(), &json);
        prop_assert_eq!(Value::from(json), value.clone());
        check(&value);
        check(&ListValue { values });
        check(&Struct { fields });
    }

    #[test]
    fn masks(paths in vec("[a-z]+(_[a-z]+|[0-9]){0,3}(\\.[a-z]+){0,2}", 0..4)) {
        check(&FieldMask { paths });
    }

    #[test]
    fn numbers(int in any::<i64>(), uint in any::<u64>(), short in any::<i32>(), ushort in any::<u32>()) {
        check(&Int64Value::from(int));
        check(&UInt64Value::from(uint));
        check(&Int32Value::from(short));
        check(&UInt32Value::from(ushort));
    }

    #[test]
    fn floats(double in finite(), float in prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO) {
        check(&DoubleValue::from(double));
        check(&FloatValue::from(float));
    }

    #[test]
    fn others(bool in any::<bool>(), string in any::<String>(), bytes in any::<Vec<u8>>()) {
        check(&BoolValue::from(bool));
        check(&StringValue::from(string));
        check(&BytesValue::from(bytes));
        check(&Empty {});
    }

    /// Whatever the fields are, there is JSON that comes back as the same message, or an error.
    #[test]
    fn any_time_is_written_well_or_not_at_all(seconds in any::<i64>(), nanos in any::<i32>()) {
        written_well_or_not_at_all(&Timestamp { seconds, nanos });
        written_well_or_not_at_all(&Duration { seconds, nanos });
    }

    #[test]
    fn any_mask_is_written_well_or_not_at_all(paths in vec(".{0,3}|[a-zA-Z_.,0-9]{0,8}", 0..4)) {
        written_well_or_not_at_all(&FieldMask { paths });
    }

    #[test]
    fn any_message_inside_is_written_well_or_not_at_all(name in "[A-Za-z0-9]{1,11}", value in any::<Vec<u8>>()) {
        let type_url = format!("/google.protobuf.{name}");
        for name in ["Any", "Struct", "Timestamp", "FieldMask", "BytesValue", "Int64Value", &name] {
            let any = Any { type_url: format!("/google.protobuf.{name}"), value: value.clone() };
            if let Ok(json) = serde_json::to_string(&any) {
                serde_json::from_str::<Any>(&json).unwrap();
            }
        }
        let _ = serde_json::to_string(&Any { type_url, value });
    }

    #[test]
    fn no_text_is_read_with_a_panic(
        text in prop_oneof![
            any::<String>(),
            "[-+]?[0-9]{0,12}(\\.[0-9]{0,10})?s?",
            "[-+]?[0-9.eE+-]{0,12}",
            "[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}T[0-9:]{5,8}(\\.[0-9]*)?[Z+-]([0-9:]{0,5})?",
            "[A-Za-z0-9+/=_-]{0,12}",
        ],
    ) {
        for json in [serde_json::to_string(&text).unwrap(), text] {
            read_well_or_not_at_all::<Timestamp>(&json);
            read_well_or_not_at_all::<Duration>(&json);
            read_well_or_not_at_all::<FieldMask>(&json);
            read_well_or_not_at_all::<Value>(&json);
            read_well_or_not_at_all::<Int32Value>(&json);
            read_well_or_not_at_all::<Int64Value>(&json);
            read_well_or_not_at_all::<UInt32Value>(&json);
            read_well_or_not_at_all::<UInt64Value>(&json);
            read_well_or_not_at_all::<FloatValue>(&json);
            read_well_or_not_at_all::<DoubleValue>(&json);
            read_well_or_not_at_all::<BytesValue>(&json);
            let _ = serde_json::from_str::<Any>(&json);
            let _ = serde_json::from_str::<NullValue>(&json);
        }
    }
}

fn written_well_or_not_at_all<M: Serialize + DeserializeOwned + PartialEq + Debug>(message: &M) {
    if let Ok(json) = serde_json::to_string(message) {
        assert_eq!(serde_json::from_str::<M>(&json).unwrap(), *message, "{json}");
    }
}

/// What was read can be written, and is the same after that.
fn read_well_or_not_at_all<M: Serialize + DeserializeOwned + PartialEq + Debug>(json: &str) {
    if let Ok(message) = serde_json::from_str::<M>(json) {
        let written = serde_json::to_string(&message).unwrap();
        let again = serde_json::from_str::<M>(&written).unwrap();
        // By their text: NaN is no equal of itself.
        assert_eq!(format!("{again:?}"), format!("{message:?}"));
    }
}
