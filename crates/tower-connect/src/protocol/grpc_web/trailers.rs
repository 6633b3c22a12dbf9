use http::{HeaderMap, HeaderName, HeaderValue};

/// The trailers in the last frame of a response: lines of a name, a colon and a value.
///
/// Source: "Trailers" in gRPC-Web's protocol. It is read as leniently as it can be: names in any case, lines that end in any way, with space or
/// none around the value. What is no header is left out.
pub(in crate::protocol) fn trailers_of(block: &[u8]) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    for line in block.split(|byte| *byte == b'\n') {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else { continue };
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.trim_ascii()), HeaderValue::from_bytes(value.trim_ascii()))
        {
            trailers.append(name, value);
        }
    }
    trailers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_headers_however_they_are_written() {
        let block =
            b"grpc-status: 0\r\nGrpc-Message:a:b \r\nX-A:1\nx-a:  2\r\n\r\nno colon\r\nbad name: x\r\nlast: \xe9";
        let trailers = trailers_of(block);
        assert_eq!(
            (&trailers["grpc-status"], &trailers["grpc-message"]),
            (&"0".parse().unwrap(), &"a:b".parse().unwrap())
        );
        assert_eq!(trailers.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(trailers["last"].as_bytes(), b"\xe9");
        assert_eq!(trailers.len(), 5);
        assert!(trailers_of(b"").is_empty());
    }

    proptest! {
        #[test]
        fn any_block_is_some_headers(block in prop::collection::vec(any::<u8>(), 0..80)) {
            let lines = block.split(|byte| *byte == b'\n').count();
            prop_assert!(trailers_of(&block).len() <= lines);
        }
    }
}
