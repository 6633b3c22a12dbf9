use crate::frame::{END_STREAM, PREFIX, TRAILERS};

/// Finds the place in a body where a fault strikes.
#[derive(Debug)]
pub(super) struct Scan {
    until: Until,
    done: bool,
}

#[derive(Debug)]
enum Until {
    Bytes(u64),
    Frames(u64),
    /// So many more envelopes have ended.
    Messages(u64, Envelopes),
    /// The body, which is one message, has ended.
    Whole,
    /// The frame begins that ends the response, or there are trailers.
    Trailers(Option<Envelopes>),
    Never,
}

impl Scan {
    pub(super) fn bytes(count: u64) -> Self {
        Self { until: Until::Bytes(count), done: count == 0 }
    }

    pub(super) fn frames(count: u64) -> Self {
        Self { until: Until::Frames(count), done: count == 0 }
    }

    pub(super) fn messages(count: u64, envelopes: bool) -> Self {
        let until = match count {
            _ if envelopes => Until::Messages(count, Envelopes::default()),
            0 | 1 => Until::Whole,
            _ => Until::Never,
        };
        Self { until, done: count == 0 }
    }

    pub(super) fn trailers(envelopes: bool) -> Self {
        Self { until: Until::Trailers(envelopes.then(Envelopes::default)), done: false }
    }

    /// Whether the place is here.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Whether it is where the data end.
    pub(super) fn is_done_at_end(&self) -> bool {
        matches!(self.until, Until::Whole | Until::Trailers(_))
    }

    /// How many bytes of the next data come before it.
    pub(super) fn take(&mut self, data: &[u8]) -> usize {
        let mut taken = data.len();
        match &mut self.until {
            Until::Bytes(left) => {
                taken = usize::try_from(*left).unwrap_or(usize::MAX).min(data.len());
                *left -= taken as u64;
                self.done = *left == 0;
            }
            Until::Frames(left) => {
                *left -= 1;
                self.done = *left == 0;
            }
            Until::Messages(left, envelopes) => {
                if let Some(at) = envelopes.find(data, |at| {
                    *left -= u64::from(at == At::End);
                    *left == 0
                }) {
                    (taken, self.done) = (at, true);
                }
            }
            Until::Trailers(Some(envelopes)) => {
                if let Some(at) = envelopes.find(data, |at| matches!(at, At::Start(flags) if flags & LAST != 0)) {
                    (taken, self.done) = (at, true);
                }
            }
            Until::Whole | Until::Trailers(None) | Until::Never => {}
        }
        taken
    }
}

/// The flags of a frame that is no message.
const LAST: u8 = END_STREAM | TRAILERS;

/// A place between envelopes: before one with these flags, or behind one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Start(u8),
    End,
}

/// Where messages begin and end in bytes that come in pieces.
#[derive(Debug, Default)]
struct Envelopes {
    prefix: [u8; PREFIX],
    read: usize,
    payload: usize,
}

impl Envelopes {
    /// The first place in the next piece that is looked for.
    fn find(&mut self, data: &[u8], mut is_here: impl FnMut(At) -> bool) -> Option<usize> {
        let mut at = 0;
        while at < data.len() {
            if self.read == 0 && is_here(At::Start(data[at])) {
                return Some(at);
            }
            if self.read < PREFIX {
                self.prefix[self.read] = data[at];
                (self.read, at) = (self.read + 1, at + 1);
                if self.read < PREFIX {
                    continue;
                }
                let [_, a, b, c, d] = self.prefix;
                self.payload = u32::from_be_bytes([a, b, c, d]) as usize;
            }
            let read = self.payload.min(data.len() - at);
            (self.payload, at) = (self.payload - read, at + read);
            if self.payload == 0 {
                self.read = 0;
                if is_here(At::End) {
                    return Some(at);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two messages, of which one is empty, and the end of a stream.
    const WIRE: &[u8] = b"\0\0\0\0\x02hi\0\0\0\0\0\x02\0\0\0\x02{}";

    /// How much comes through, in pieces of this size.
    fn taken(mut scan: Scan, piece: usize) -> usize {
        let mut sum = 0;
        for piece in WIRE.chunks(piece) {
            if scan.is_done() {
                break;
            }
            sum += scan.take(piece);
        }
        sum
    }

    #[test]
    fn the_place_is_the_same_in_any_pieces() {
        for piece in 1..=WIRE.len() {
            for (count, expected) in [(0, 0), (1, 7), (2, 12), (4, WIRE.len())] {
                assert_eq!(taken(Scan::messages(count, true), piece), expected, "{count} messages, by {piece}");
            }
            assert_eq!(taken(Scan::trailers(true), piece), 12, "by {piece}");
            for count in [0, 1, 6, 100] {
                assert_eq!(taken(Scan::bytes(count), piece), WIRE.len().min(usize::try_from(count).unwrap()));
            }
        }
        assert_eq!(taken(Scan::frames(3), 4), 12);
    }

    #[test]
    fn a_body_without_envelopes_is_one_message() {
        for (count, at_end) in [(0, true), (1, true), (2, false)] {
            let scan = Scan::messages(count, false);
            assert_eq!((scan.is_done(), scan.is_done_at_end()), (count == 0, at_end), "{count}");
            assert_eq!(taken(scan, 4), if count == 0 { 0 } else { WIRE.len() });
        }
    }
}
