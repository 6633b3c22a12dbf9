use serde::de::DeserializeOwned;

use super::*;

fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

fn write(wrapper: &impl Serialize) -> String {
    serde_json::to_string(wrapper).unwrap()
}

#[test]
fn the_value_stands_bare() {
    assert_eq!(write(&DoubleValue { value: -1.5 }), "-1.5");
    assert_eq!(write(&FloatValue { value: 0.1 }), "0.1");
    assert_eq!(write(&Int64Value { value: i64::MIN }), r#""-9223372036854775808""#);
    assert_eq!(write(&UInt64Value { value: u64::MAX }), r#""18446744073709551615""#);
    assert_eq!(write(&Int32Value { value: -1 }), "-1");
    assert_eq!(write(&UInt32Value { value: u32::MAX }), "4294967295");
    assert_eq!(write(&BoolValue { value: true }), "true");
    assert_eq!(write(&StringValue::from("a")), r#""a""#);
    assert_eq!(write(&BytesValue { value: vec![0xfb, 0xff] }), r#""+/8=""#);
}

#[test]
fn integers_are_read_in_any_notation() {
    for json in ["1000", "1e3", "1000.0", r#""1000""#, r#""1e3""#, r#""1000.00""#, r#""1000000E-3""#] {
        assert_eq!(read(json), Some(Int32Value { value: 1_000 }), "{json}");
        assert_eq!(read(json), Some(UInt64Value { value: 1_000 }), "{json}");
    }
    assert_eq!(read("-0.0"), Some(UInt32Value { value: 0 }));
    assert_eq!(read("4611686018427387904.0"), Some(Int64Value { value: 1 << 62 }));
    assert_eq!(read("18446744073709551615"), Some(UInt64Value { value: u64::MAX }));
    assert_eq!(read("-9223372036854775808"), Some(Int64Value { value: i64::MIN }));
}

#[test]
fn integers_out_of_range_are_refused() {
    for json in [
        "2147483648",
        "-2147483649",
        r#""2147483648""#,
        "1e10",
        "1e300",
        "0.5",
        r#""""#,
        r#"" 1""#,
        "null",
        "true",
        "[1]",
    ] {
        assert_eq!(read::<Int32Value>(json), None, "{json}");
    }
    for json in ["-1", "-1.0", r#""-1""#, "18446744073709551616", r#""18446744073709551616""#] {
        assert_eq!(read::<UInt64Value>(json), None, "{json}");
    }
    for json in ["9223372036854775808", "-9223372036854775809", r#""-9223372036854775809""#] {
        assert_eq!(read::<Int64Value>(json), None, "{json}");
    }
}

#[test]
fn floats_are_read_in_any_notation() {
    for json in ["1500", "1.5e3", r#""1500""#, r#""1.5E3""#] {
        assert_eq!(read(json), Some(DoubleValue { value: 1_500.0 }), "{json}");
        assert_eq!(read(json), Some(FloatValue { value: 1_500.0 }), "{json}");
    }
    assert_eq!(read("-1"), Some(FloatValue { value: -1.0 }));
    assert_eq!(read("3.4028235e38"), Some(FloatValue { value: f32::MAX }));
}

#[test]
fn floats_that_are_no_numbers_have_names() {
    for (value, json) in [(f64::INFINITY, r#""Infinity""#), (f64::NEG_INFINITY, r#""-Infinity""#)] {
        assert_eq!(write(&DoubleValue { value }), json);
        assert_eq!(read(json), Some(DoubleValue { value }));
    }
    assert_eq!(write(&FloatValue { value: f32::NEG_INFINITY }), r#""-Infinity""#);
    assert_eq!(read(r#""-Infinity""#), Some(FloatValue { value: f32::NEG_INFINITY }));
    assert_eq!(write(&FloatValue { value: f32::NAN }), r#""NaN""#);
    assert!(read::<FloatValue>(r#""NaN""#).unwrap().value.is_nan());
    assert!(read::<DoubleValue>(r#""NaN""#).unwrap().value.is_nan());
}

#[test]
fn floats_out_of_range_are_refused() {
    for json in
        ["3.5e38", "-3.5e38", r#""3.5e38""#, "1e999", r#""1e999""#, r#""inf""#, r#""nan""#, r#""+1""#, r#""""#, "null"]
    {
        assert_eq!(read::<FloatValue>(json), None, "{json}");
    }
    for json in ["1e999", r#""-1e999""#, r#""infinity""#, r#"".5""#, r#""1.""#, r#""0x1p3""#, "true"] {
        assert_eq!(read::<DoubleValue>(json), None, "{json}");
    }
}

#[test]
fn base64_is_read_in_both_alphabets_with_or_without_padding() {
    for json in [r#""+/8=""#, r#""-_8=""#, r#""+/8""#, r#""-_8""#] {
        assert_eq!(read(json), Some(BytesValue { value: vec![0xfb, 0xff] }), "{json}");
    }
    assert_eq!(read(r#""-_""#), Some(BytesValue { value: vec![0xfb] }));
    for json in [r#""a""#, r#""+_8=""#, r#""****""#, r#""+/ 8=""#, "[0]", "null"] {
        assert_eq!(read::<BytesValue>(json), None, "{json}");
    }
}

#[test]
fn strings_and_bools_are_nothing_else() {
    assert_eq!(read::<StringValue>("1"), None);
    assert_eq!(read::<BoolValue>(r#""true""#), None);
    assert_eq!(read::<BoolValue>("0"), None);
}
