use std::task::{Context, Poll, ready};

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use base64::{DecodeError, Engine};
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
    state: State,
}

enum State {
    Sound,
    /// What is wrong is told after what came before it.
    Malformed(Error),
    /// Whoever reads on wants to see the end, and not the text.
    Told,
}

impl Base64 {
    pub(super) fn new(body: Body) -> Self {
        Self { text: Source::from(body), decoder: Decoder::default(), state: State::Sound }
    }
}

impl WireBody for Base64 {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        if let State::Malformed(_) = self.state
            && let State::Malformed(error) = std::mem::replace(&mut self.state, State::Told)
        {
            return Poll::Ready(Some(Err(error)));
        }
        let text = ready!(self.text.poll_data(cx)?);
        if let State::Told = self.state {
            return Poll::Ready(text.map(|text| Ok(Frame::data(text))));
        }
        let is_end = text.is_none();
        let mut plain = Vec::new();
        let decoded = match text {
            Some(text) => self.decoder.decode(&text, &mut plain),
            None => self.decoder.finish(&mut plain),
        };
        if let Err(error) = decoded {
            self.state = State::Malformed(error);
            return if plain.is_empty() { self.poll(cx) } else { Poll::Ready(Some(Ok(Frame::data(plain.into())))) };
        }
        Poll::Ready((!is_end || !plain.is_empty()).then(|| Ok(Frame::data(plain.into()))))
    }

    fn is_end(&self) -> bool {
        self.text.is_end() && self.decoder.len == 0 && !matches!(self.state, State::Malformed(_))
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
    /// Appends what the text stands for, up to what is wrong with it.
    fn decode(&mut self, text: &[u8], plain: &mut Vec<u8>) -> Result<()> {
        plain.reserve(text.len() / 4 * 3 + 3);
        let (head, text) = text.split_at(if self.len > 0 { text.len().min(4 - self.len) } else { 0 });
        self.keep(head);
        if self.len == self.group.len() {
            self.len = 0;
            append(&self.group, plain)?;
        }
        let (groups, rest) = text.split_at(text.len() / 4 * 4);
        append(groups, plain)?;
        self.keep(rest);
        Ok(())
    }

    /// The last group may be without its padding.
    fn finish(&mut self, plain: &mut Vec<u8>) -> Result<()> {
        let rest = &self.group[..std::mem::take(&mut self.len)];
        BASE64_STANDARD_NO_PAD.decode_vec(rest, plain).map_err(malformed)
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
        let before = plain.len();
        if let Err(error) = BASE64_STANDARD.decode_vec(piece, plain) {
            plain.truncate(before);
            let sound = match error {
                DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => at / 4 * 4,
                DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => piece.len().saturating_sub(4),
            };
            // It is right up to there.
            let _ = BASE64_STANDARD.decode_vec(&piece[..sound], plain);
            return Err(malformed(error));
        }
        groups = rest;
    }
    Ok(())
}

fn malformed(error: DecodeError) -> Error {
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
            decoder.decode(chunk, &mut plain)?;
        }
        decoder.finish(&mut plain)?;
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

    #[test]
    fn what_came_before_what_is_wrong_is_there() {
        for (text, plain) in [
            ("aGlh*", &b"hia"[..]),
            ("aGlhaG*h", b"hia"),
            ("aGlhaGkhaGk=aGk", b"hiahi!hi"),
            ("aGlh====", b"hia"),
            ("aGlhaA=a", b"hia"),
        ] {
            let mut before = Vec::new();
            let mut decoder = Decoder::default();
            let ended = decoder.decode(text.as_bytes(), &mut before);
            assert_eq!(before, plain, "{text}");
            assert_eq!(ended.and_then(|()| decoder.finish(&mut before)).is_ok(), text.ends_with("aGk"), "{text}");
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
