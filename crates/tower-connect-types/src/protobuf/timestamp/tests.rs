use super::*;

fn read(text: &str) -> Option<(i64, i32)> {
    let timestamp: Timestamp = serde_json::from_value(text.into()).ok()?;
    Some((timestamp.seconds, timestamp.nanos))
}

fn write(seconds: i64, nanos: i32) -> Option<String> {
    serde_json::to_value(Timestamp { seconds, nanos }).ok()?.as_str().map(ToOwned::to_owned)
}

#[test]
fn as_many_digits_as_needed_are_written_in_groups_of_three() {
    assert_eq!(write(0, 0).unwrap(), "1970-01-01T00:00:00Z");
    assert_eq!(write(63_108_020, 21_000_000).unwrap(), "1972-01-01T10:00:20.021Z");
    assert_eq!(write(-1, 1_000).unwrap(), "1969-12-31T23:59:59.000001Z");
    assert_eq!(write(-62_135_596_800, 0).unwrap(), "0001-01-01T00:00:00Z");
    assert_eq!(write(253_402_300_799, 999_999_999).unwrap(), "9999-12-31T23:59:59.999999999Z");
}

#[test]
fn offsets_and_other_digits_are_read() {
    for text in
        ["1970-01-01T00:00:00Z", "1970-01-01T01:30:00+01:30", "1969-12-31T16:00:00-08:00", "1970-01-01T00:00:00-00:00"]
    {
        assert_eq!(read(text), Some((0, 0)), "{text}");
    }
    assert_eq!(read("1969-12-31T23:59:59.5Z"), Some((-1, 500_000_000)));
    assert_eq!(read("2000-02-29T00:00:00.123456789Z"), Some((951_782_400, 123_456_789)));
}

#[test]
fn what_is_out_of_range_is_refused() {
    for (seconds, nanos) in
        [(-62_135_596_801, 0), (253_402_300_800, 0), (i64::MIN, 0), (i64::MAX, 0), (0, -1), (0, 1_000_000_000)]
    {
        assert_eq!(write(seconds, nanos), None, "{seconds} {nanos}");
    }
    for text in
        ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z"]
    {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "1970-01-01",
        "1970-01-01T00:00:00",
        "1970-01-01t00:00:00Z",
        "1970-01-01T00:00:00z",
        "1970-01-01 00:00:00Z",
        "1970-01-01T00:00:00Z ",
        "1970-01-01T00:00Z",
        "1970-1-01T00:00:00Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00.0000000001Z",
        "1970-01-01T00:00:00+0000",
        "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00+00:60",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z",
        "1970-01-01T00:00:60Z",
        "1970-00-01T00:00:00Z",
        "1970-13-01T00:00:00Z",
        "1970-01-00T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "1970-04-31T00:00:00Z",
        "+970-01-01T00:00:00Z",
        "-970-01-01T00:00:00Z",
        "1970-01-01T00:00:00\u{e9}",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert!(serde_json::from_str::<Timestamp>("0").is_err());
}

#[test]
fn the_systems_time_is_the_same_before_1970_and_after() {
    for (seconds, nanos) in
        [(0, 0), (1, 1), (-1, 0), (-1, 999_999_999), (-62_135_596_800, 1), (253_402_300_799, 999_999_999)]
    {
        let timestamp = Timestamp { seconds, nanos };
        // Windows counts in steps of 100 ns from 1601.
        if let Ok(time) = SystemTime::try_from(timestamp)
            && cfg!(unix)
        {
            assert_eq!(Timestamp::from(time), timestamp);
        }
    }
    let time = UNIX_EPOCH - Duration::from_millis(1_500);
    assert_eq!(Timestamp::from(time), Timestamp { seconds: -2, nanos: 500_000_000 });
    for (seconds, nanos) in [(i64::MAX, 999_999_999), (i64::MIN, 0), (0, -1), (0, 1_000_000_000)] {
        let time = SystemTime::try_from(Timestamp { seconds, nanos });
        assert!(time.is_err() || u32::try_from(nanos).is_ok_and(|nanos| nanos < NANOS_PER_SECOND));
    }
}
