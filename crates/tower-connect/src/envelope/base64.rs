use std::task::{Context, Poll, ready};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::WireBody;
use super::source::Source;
use crate::{Body, Code, Error, Result};

/// A body that came as base64: any number of encoded pieces, one after the other, each of which may end with padding.
///
/// Source: "application/grpc-web-text" of gRPC-Web's protocol.
pub(super) struct Base64 {
    text: Source,
    decoder: Decoder,
}

impl Base64 {
    pub(super) fn new(body: Body) -> Self {
        Self { text: Source::from(body), decoder: Decoder::default() }
    }
}

impl WireBody for Base64 {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let data = match ready!(self.text.poll_data(cx)?) {
            Some(text) => self.decoder.decode(&text)?,
            None => match self.decoder.finish()? {
                rest if rest.is_empty() => return Poll::Ready(None),
                rest => rest,
            },
        };
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end(&self) -> bool {
        self.text.is_end() && self.decoder.len == 0
    }

    /// No more than the text itself is long, which is what the drain wants to know.
    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        if let Some(upper) = self.text.at_most() {
            hint.set_upper(upper.saturating_add(4));
        }
        hint
    }

    fn failure(&self) -> Option<Code> {
        None
    }
}

/// Takes text as it arrives, four letters at a time.
#[derive(Debug, Default)]
struct Decoder {
    /// The letters of a group of four that are there already.
    group: [u8; 4],
    len: usize,
}

impl Decoder {
    fn decode(&mut self, text: &[u8]) -> Result<Bytes> {
        let mut plain = Vec::with_capacity(text.len() / 4 * 3 + 3);
        let (head, text) = text.split_at(if self.len > 0 { text.len().min(4 - self.len) } else { 0 });
        self.keep(head);
        if self.len == self.group.len() {
            self.len = 0;
            append(&self.group, &mut plain)?;
        }
        let (groups, rest) = text.split_at(text.len() / 4 * 4);
        append(groups, &mut plain)?;
        self.keep(rest);
        Ok(plain.into())
    }

    /// The last group may be without its padding.
    fn finish(&mut self) -> Result<Bytes> {
        let rest = &self.group[..std::mem::take(&mut self.len)];
        BASE64_STANDARD_NO_PAD.decode(rest).map(Bytes::from).map_err(malformed)
    }

    fn keep(&mut self, text: &[u8]) {
        self.group[self.len..][..text.len()].copy_from_slice(text);
        self.len += text.len();
    }
}

/// Decodes whole groups. A group with padding ends a piece, and another piece follows.
fn append(mut groups: &[u8], plain: &mut Vec<u8>) -> Result<()> {
    while !groups.is_empty() {
        let padding = groups.iter().position(|letter| *letter == b'=');
        let (piece, rest) = groups.split_at(padding.map_or(groups.len(), |at| at / 4 * 4 + 4));
        BASE64_STANDARD.decode_vec(piece, plain).map_err(malformed)?;
        groups = rest;
    }
    Ok(())
}

fn malformed(error: base64::DecodeError) -> Error {
    Error::invalid_argument("the body is not base64").with_source(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>> {
        let mut decoder = Decoder::default();
        let mut plain = Vec::new();
        for chunk in chunks {
            plain.extend_from_slice(&decoder.decode(chunk)?);
        }
        plain.extend_from_slice(&decoder.finish()?);
        Ok(plain)
    }

    #[test]
    fn padding_may_stand_anywhere_a_group_ends() {
        for (text, plain) in
            [("", &b""[..]), ("aGk=", b"hi"), ("aGk", b"hi"), ("aGk=aGk=", b"hihi"), ("aA==aGV5aGk=", b"hheyhi")]
        {
            assert_eq!(decode([text.as_bytes()]).unwrap(), plain, "{text}");
        }
    }

    #[test]
    fn what_is_not_base64_is_the_callers_fault() {
        for text in ["a", "====", "a===", "aG=k", "aGk=a", "aG k", "aGk\n", "-_-_", "\u{e9}\u{e9}"] {
            assert_eq!(decode([text.as_bytes()]).unwrap_err().code(), Code::InvalidArgument, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_in_pieces_comes_back_under_any_chunking(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..30), 0..6), size in 1_usize..9,
        ) {
            let text: String = pieces.iter().map(|piece| BASE64_STANDARD.encode(piece)).collect();
            prop_assert_eq!(decode(text.as_bytes().chunks(size)).unwrap(), pieces.concat());
        }

        #[test]
        fn any_text_is_bytes_or_an_error(text in prop::collection::vec(any::<u8>(), 0..40), size in 1_usize..9) {
            if let Ok(plain) = decode(text.chunks(size)) {
                prop_assert!(plain.len() <= text.len());
            }
        }
    }
}
