/// What a caller has sent, as an error may quote it: visible, and short enough for a header.
pub(crate) fn shown(value: &[u8]) -> String {
    let (head, more) = value.split_at_checked(MOST).map_or((value, ""), |(head, _)| (head, "…"));
    format!("{}{more}", head.escape_ascii())
}

/// In bytes, before what is not visible is escaped.
const MOST: usize = 48;

#[cfg(test)]
mod tests {
    #[test]
    fn a_quotation_is_visible_and_short() {
        assert_eq!(super::shown(b"1\"\xff\n"), r#"1\"\xff\n"#);
        assert!(super::shown(&[0xff; 10_000]).len() < 200);
    }
}
