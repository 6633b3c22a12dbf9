use serde_json::json;

use super::value::Kind;
use super::*;

#[test]
fn all_of_json_goes_there_and_back() {
    let text = r#"{"a":[null,true,-1.5,"b",{}],"c":{"d":[]}}"#;
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    let object: Struct = serde_json::from_str(text).unwrap();
    assert_eq!(value, object.into());
    let list: ListValue = serde_json::from_str(r#"["b"]"#).unwrap();
    assert_eq!(list, [Value::from("b")].into_iter().collect());
}

#[test]
fn other_json_is_refused() {
    for other in ["null", "[]", "0", r#"{"a":0,"a":0}"#] {
        assert!(serde_json::from_str::<Struct>(other).is_err(), "{other}");
    }
    for other in ["null", "{}", r#""""#] {
        assert!(serde_json::from_str::<ListValue>(other).is_err(), "{other}");
    }
    for other in ["1e999", r#"[{"a":0,"a":0}]"#, "NaN"] {
        assert!(serde_json::from_str::<Value>(other).is_err(), "{other}");
    }
}

#[test]
fn what_json_has_not_is_refused() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let list = ListValue::from(vec![number.into()]);
        assert!(serde_json::to_string(&list).is_err());
        assert!(serde_json::Value::try_from(Value::from(list)).is_err());
    }
    assert!(serde_json::to_string(&Value { kind: None }).is_err());
    assert!(serde_json::Value::try_from(Value { kind: None }).is_err());
}

#[test]
fn the_values_of_serde_json_are_the_same() {
    let json = json!({"a": [null, true, -1.5, "b", {}]});
    let value = Value::from(json.clone());
    assert_eq!(serde_json::to_value(&value).unwrap(), json);
    assert_eq!(serde_json::Value::try_from(value).unwrap(), json);
    assert_eq!(Value::from(json!(u64::MAX)).kind, Some(Kind::NumberValue(18_446_744_073_709_551_615.0)));
}

#[test]
fn null_has_a_name_and_a_number() {
    for text in ["null", r#""NULL_VALUE""#, "0"] {
        assert_eq!(serde_json::from_str::<NullValue>(text).unwrap(), NullValue::NullValue);
    }
    for other in [r#""NULL""#, "1", "-1", "0.5", "false", "[]"] {
        assert!(serde_json::from_str::<NullValue>(other).is_err(), "{other}");
    }
    assert_eq!(serde_json::to_string(&NullValue::NullValue).unwrap(), "null");
    assert_eq!(Value::from(NullValue::NullValue).kind, Some(Kind::NullValue(0)));
}
