use super::Compressor;

/// The compressor that a caller likes best among those that are offered. Source: "Accept-Encoding" of RFC 9110, 12.5.3, read so that
/// nothing in it is an error.
pub(super) fn choose(offered: &[Compressor], accepts: &[u8]) -> Option<Compressor> {
    let wishes = || wishes(accepts);
    let weight = |compressor: &Compressor| {
        let named = wishes().find(|(name, _)| compressor.name().as_bytes().eq_ignore_ascii_case(name));
        named.or_else(|| wishes().find(|(name, _)| *name == b"*")).map_or(0, |(_, weight)| weight)
    };
    // Among equals the caller's order counts, and for its wildcard ours.
    let place = |compressor: &Compressor| {
        wishes().position(|(name, _)| compressor.name().as_bytes().eq_ignore_ascii_case(name)).unwrap_or(usize::MAX)
    };
    let liked = offered.iter().copied().filter(|compressor| weight(compressor) > 0);
    let best = liked.min_by_key(|compressor| (std::cmp::Reverse(weight(compressor)), place(compressor)))?;
    // Callers that like both as well name `identity` only because it goes without saying.
    let plain = wishes().find(|(name, _)| name.eq_ignore_ascii_case(b"identity")).map_or(0, |(_, weight)| weight);
    (plain <= weight(&best)).then_some(best)
}

/// The names of a list, each with its weight in thousandths.
pub(crate) fn wishes(list: &[u8]) -> impl Iterator<Item = (&[u8], u32)> {
    list.split(|byte| *byte == b',').map(wish)
}

fn wish(text: &[u8]) -> (&[u8], u32) {
    let mut parts = text.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix(b"q=").or_else(|| part.strip_prefix(b"Q=")));
    (name, weight.and_then(thousandths).unwrap_or(1000))
}

/// `0.25` is 250. What is no number is no weight.
fn thousandths(text: &[u8]) -> Option<u32> {
    let number: f32 = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
    // Between 0 and 1000 after the clamp; NaN becomes 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some((number.clamp(0.0, 1.0) * 1000.0) as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Algorithm;
    use super::*;

    static A: Algorithm = Algorithm::new("a", |_, _, _| Ok(()), |_, _, _| Ok(()));
    static B: Algorithm = Algorithm::new("b", |_, _, _| Ok(()), |_, _, _| Ok(()));

    fn chosen(accepts: &str) -> Option<&'static str> {
        let offered = [&A, &B].map(|algorithm| Compressor::new(algorithm, 0));
        choose(&offered, accepts.as_bytes()).map(|chosen| chosen.name())
    }

    #[test]
    fn the_callers_order_and_weights_count() {
        for (accepts, expected) in [
            ("", None),
            ("identity", None),
            ("a", Some("a")),
            ("b, a", Some("b")),
            ("B , a", Some("b")),
            ("a;q=0.5, b", Some("b")),
            ("a;q=0, b;q=0", None),
            ("a;q=0, *", Some("b")),
            ("*", Some("a")),
            ("*;q=0", None),
            ("identity, a", Some("a")),
            ("a;q=0.5, identity;q=0.5", Some("a")),
            ("a;q=0.5, identity", None),
            ("identity;q=0, a;q=0.1", Some("a")),
            ("x, y;q=1, b;q=0.001", Some("b")),
            ("a;q=oops", Some("a")),
            ("a; q=2", Some("a")),
            (";;,,;q=1,b", Some("b")),
        ] {
            assert_eq!(chosen(accepts), expected, "{accepts}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_an_error(accepts in "[ab*;q=0.1, ]{0,40}") {
            let _ = chosen(&accepts);
        }
    }
}
