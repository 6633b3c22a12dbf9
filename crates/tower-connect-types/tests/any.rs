//! Messages of any type, and their JSON.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use prost::{Message, Name};
use serde::{Deserialize, Serialize};
use tower_connect_types::protobuf::{Any, Duration, Empty, Int64Value, NullValue, Struct, Value};
use tower_connect_types::{JsonType, UnpackError, register};

/// As generated code has it: its URL names no host.
#[derive(Clone, PartialEq, Message, Serialize, Deserialize)]
#[serde(default)]
struct Note {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(float, tag = "2")]
    weight: f32,
    #[prost(message, repeated, tag = "3")]
    about: Vec<Any>,
    #[prost(message, repeated, tag = "4")]
    replies: Vec<Note>,
}

impl Name for Note {
    const PACKAGE: &'static str = "demo.v1";
    const NAME: &'static str = "Note";
}

const TYPES: &[JsonType] = &[JsonType::of::<Note>()];

fn read(json: &str) -> serde_json::Result<Any> {
    register(TYPES);
    serde_json::from_str(json)
}

fn write(any: &Any) -> serde_json::Result<String> {
    register(TYPES);
    serde_json::to_string(any)
}

fn note(text: &str) -> Note {
    Note { text: text.to_owned(), ..Default::default() }
}

#[test]
fn what_was_packed_is_unpacked_as_the_same_type_only() {
    let any = Any::pack(&note("a"));
    assert_eq!(any.type_url, "type.googleapis.com/demo.v1.Note");
    assert!(any.is::<Note>() && !any.is::<Duration>());
    assert_eq!(any.unpack(), Ok(note("a")));
    let error = any.unpack::<Duration>().unwrap_err();
    assert_eq!(error.to_string(), r#""type.googleapis.com/demo.v1.Note" is no google.protobuf.Duration"#);
    let other_host = Any { type_url: "example.com/a/demo.v1.Note".to_owned(), ..any.clone() };
    assert_eq!(other_host.unpack(), Ok(note("a")));
    let no_url = Any { type_url: "demo.v1.Note".to_owned(), ..any.clone() };
    assert!(matches!(no_url.unpack::<Note>(), Err(UnpackError::OtherType { .. })));
    let broken = Any { value: b"\x0a\x02a".to_vec(), ..any };
    assert!(matches!(broken.unpack::<Note>(), Err(UnpackError::Malformed(_))));
}

#[test]
fn the_fields_of_a_message_stand_beside_its_type() {
    let any = Any::pack(&Note { weight: 0.1, ..note("a") });
    let json = r#"{"@type":"type.googleapis.com/demo.v1.Note","text":"a","weight":0.1,"about":[],"replies":[]}"#;
    assert_eq!(write(&any).unwrap(), json);
    assert_eq!(read(json).unwrap(), any);
    let value = serde_json::to_value(&any).unwrap();
    assert_eq!(serde_json::from_value::<Any>(value).unwrap(), any);
}

#[test]
fn the_type_stands_anywhere() {
    let json = r#"{"weight":1,"unknown":[{"a":1}],"@type":"type.googleapis.com/demo.v1.Note","text":"a"}"#;
    assert_eq!(read(json).unwrap().unpack(), Ok(Note { weight: 1.0, ..note("a") }));
}

#[test]
fn json_that_is_no_object_of_fields_is_a_value() {
    let object: Struct = [("a", 1.0)].into_iter().collect();
    for (any, json) in [
        (
            Any::pack(&Duration { seconds: 1, nanos: 0 }),
            r#""@type":"type.googleapis.com/google.protobuf.Duration","value":"1s""#,
        ),
        (
            Any::pack(&Int64Value { value: 1 }),
            r#""@type":"type.googleapis.com/google.protobuf.Int64Value","value":"1""#,
        ),
        (Any::pack(&object), r#""@type":"type.googleapis.com/google.protobuf.Struct","value":{"a":1.0}"#),
        (
            Any::pack(&Value::from(NullValue::NullValue)),
            r#""@type":"type.googleapis.com/google.protobuf.Value","value":null"#,
        ),
        (Any::pack(&Any::default()), r#""@type":"type.googleapis.com/google.protobuf.Any","value":{}"#),
        (Any::pack(&Empty {}), r#""@type":"type.googleapis.com/google.protobuf.Empty""#),
    ] {
        let json = format!("{{{json}}}");
        assert_eq!(write(&any).unwrap(), json);
        assert_eq!(read(&json).unwrap(), any, "{json}");
    }
    // As Go writes it.
    assert_eq!(read(r#"{"@type":"a/google.protobuf.Empty","value":{}}"#).unwrap().unpack(), Ok(Empty {}));
}

#[test]
fn anys_are_nested() {
    let inner = Any::pack(&Note { about: vec![Any::pack(&Duration { seconds: 1, nanos: 0 })], ..note("b") });
    let any = Any::pack(&Note { about: vec![Any::pack(&inner), Any::default()], ..note("a") });
    let json = write(&any).unwrap();
    let inside = r#"{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/demo.v1.Note","text":"b""#;
    assert!(json.contains(inside), "{json}");
    assert_eq!(read(&json).unwrap(), any);
}

#[test]
fn nothing_is_an_empty_object() {
    assert_eq!(write(&Any::default()).unwrap(), "{}");
    assert_eq!(read("{}").unwrap(), Any::default());
    assert!(write(&Any { value: vec![8, 1], ..Default::default() }).is_err());
}

#[test]
fn json_without_one_type_and_one_value_is_refused() {
    for (json, reason) in [
        (r#"{"text":"a"}"#, "missing field `@type`"),
        (r#"{"@type":"a/demo.v1.Note","@type":"a/demo.v1.Note"}"#, "duplicate field `@type`"),
        (r#"{"@type":"a/demo.v1.Note","text":"a","text":"a"}"#, "duplicate field `text`"),
        (r#"{"@type":"a/demo.v1.Note","replies":[{"text":"a","text":"a"}]}"#, "duplicate field `text`"),
        (r#"{"@type":"a/demo.v1.Note","text":1}"#, "invalid type"),
        (r#"{"@type":"a/google.protobuf.Duration"}"#, "missing field `value`"),
        (r#"{"@type":"a/google.protobuf.Duration","value":"1s","value":"1s"}"#, "duplicate field `value`"),
        (r#"{"@type":"a/google.protobuf.Duration","value":null}"#, "invalid type"),
        (r#"{"@type":"a/google.protobuf.Struct","value":{"a":{"b":1,"b":1}}}"#, r#"duplicate field "b""#),
        (r#"{"@type":1}"#, "invalid type"),
        (r#"{"@type":""}"#, "no type URL"),
        (r#"{"@type":"google.protobuf.Duration","value":"1s"}"#, "no type URL"),
        ("null", "invalid type"),
        (r#""a""#, "invalid type"),
    ] {
        let error = read(json).unwrap_err().to_string();
        assert!(error.contains(reason), "{json}: {error}");
    }
}

#[test]
fn a_type_that_is_not_known_is_named_both_ways() {
    let any = Any { type_url: "type.googleapis.com/a.b.C".to_owned(), value: Vec::new() };
    let written = write(&any).unwrap_err().to_string();
    let read = read(r#"{"@type":"type.googleapis.com/a.b.C"}"#).unwrap_err().to_string();
    for error in [written, read] {
        assert!(error.contains(r#""a.b.C""#) && error.contains("register"), "{error}");
    }
}

#[test]
fn a_message_that_is_broken_is_not_written() {
    let any = Any { value: b"\x0a\x02a".to_vec(), ..Any::pack(&note("")) };
    assert!(write(&any).unwrap_err().to_string().contains("malformed"));
    let no_url = Any { type_url: "Note".to_owned(), value: Vec::new() };
    assert!(write(&no_url).unwrap_err().to_string().contains("no type URL"));
}

#[test]
fn anys_are_nested_a_hundred_levels_at_most() {
    let nested = |levels: usize| (1..levels).fold(Any::pack(&Empty {}), |any, _| Any::pack(&any));
    let deep = nested(100);
    let json = write(&deep).unwrap();
    assert_eq!(read(&json).unwrap(), deep);
    for levels in [101, 10_000] {
        let error = write(&nested(levels)).unwrap_err().to_string();
        assert!(error.contains("100 levels"), "{error}");
    }
    // An error leaves nothing behind.
    assert_eq!(write(&deep).unwrap(), json);
}

/// Each `Any` is decoded by itself, and prost's limit begins anew.
#[test]
fn messages_between_the_anys_count() {
    let deepen = |any: Any, replies: usize| {
        let about = Note { about: vec![any], ..note("") };
        Any::pack(&(0..replies).fold(about, |note, _| Note { replies: vec![note], ..Default::default() }))
    };
    assert!(write(&deepen(Any::default(), 40)).is_ok());
    let deep = (0..100).fold(Any::default(), |any, _| deepen(any, 80));
    let error = write(&deep).unwrap_err().to_string();
    assert!(error.contains("100 levels"), "{error}");
    let json = "{\"@type\":\"a/google.protobuf.Any\",\"value\":".repeat(10_000);
    assert!(read(&json).unwrap_err().to_string().contains("recursion limit"));
}

#[test]
fn a_slice_is_registered_by_any_threads_any_times() {
    let threads = [(); 8].map(|()| std::thread::spawn(|| (0..1_000).for_each(|_| register(TYPES))));
    for thread in threads {
        thread.join().unwrap();
    }
    register(&[]);
    assert!(write(&Any::pack(&note("a"))).is_ok());
    assert_eq!(format!("{:?}", TYPES[0]), "JsonType(\"demo.v1.Note\")");
}
