//! The length-prefixed frame of gRPC, gRPC-Web and Connect's streams: a byte of flags, four bytes of length, the payload.
//!
//! Sans-io: bytes go in as they arrive, frames come out. Source: "Length-Prefixed-Message" of gRPC's HTTP/2 protocol, "Enveloped-Message"
//! of the Connect specification.

use bytes::{Buf, Bytes, BytesMut};

use crate::{Code, Error, Result};

/// The flags and the length.
pub(crate) const PREFIX: usize = 5;

/// The payload is compressed.
pub(crate) const COMPRESSED: u8 = 1;
/// The payload is Connect's end-of-stream message.
pub(crate) const END_STREAM: u8 = 1 << 1;
/// The payload is gRPC-Web's block of trailers.
pub(crate) const TRAILERS: u8 = 1 << 7;

/// Writes the prefix into the first bytes of `frame`, whose rest is the payload.
///
/// # Errors
///
/// [`Code::ResourceExhausted`] if the payload's length does not fit the prefix.
pub(crate) fn write_prefix(flags: u8, frame: &mut [u8]) -> Result<()> {
    let Ok(len) = u32::try_from(frame.len() - PREFIX) else {
        return Err(Error::resource_exhausted("the message is larger than 4 GiB"));
    };
    frame[0] = flags;
    frame[1..PREFIX].copy_from_slice(&len.to_be_bytes());
    Ok(())
}

/// Checks a size against a limit, in bytes.
///
/// # Errors
///
/// [`Code::ResourceExhausted`], naming both.
pub(crate) fn check_size(size: u64, limit: u32) -> Result<()> {
    if size > u64::from(limit) {
        let message = format!("the message of {size} bytes is larger than the limit of {limit} bytes");
        return Err(Error::resource_exhausted(message));
    }
    Ok(())
}

/// Received bytes that are not a whole message yet. A message that came in one piece is never copied.
#[derive(Debug)]
pub(crate) enum Buffer {
    /// One piece as it came.
    Chunk(Bytes),
    /// Several pieces, joined; in a box, because most messages are one piece and every body has room for a buffer.
    Joined(Box<BytesMut>),
}

impl Buffer {
    pub(crate) const fn new() -> Self {
        Self::Chunk(Bytes::new())
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Chunk(bytes) => bytes.len(),
            Self::Joined(bytes) => bytes.len(),
        }
    }

    pub(crate) fn push(&mut self, data: Bytes) {
        match self {
            Self::Chunk(chunk) if chunk.is_empty() => *chunk = data,
            Self::Chunk(chunk) => {
                let mut joined = BytesMut::with_capacity(chunk.len() + data.len());
                joined.extend_from_slice(chunk);
                joined.extend_from_slice(&data);
                *self = Self::Joined(Box::new(joined));
            }
            Self::Joined(joined) => joined.extend_from_slice(&data),
        }
    }

    /// Takes all that is there.
    pub(crate) fn take(&mut self) -> Bytes {
        match std::mem::replace(self, Self::new()) {
            Self::Chunk(bytes) => bytes,
            Self::Joined(bytes) => bytes.freeze(),
        }
    }

    fn split_to(&mut self, len: usize) -> Bytes {
        if len == self.len() {
            return self.take();
        }
        match self {
            Self::Chunk(bytes) => bytes.split_to(len),
            Self::Joined(bytes) => bytes.split_to(len).freeze(),
        }
    }

    fn prefix(&self) -> Option<(u8, u32)> {
        let bytes: &[u8] = match self {
            Self::Chunk(bytes) => bytes,
            Self::Joined(bytes) => bytes,
        };
        let [flags, a, b, c, d] = *bytes.first_chunk::<PREFIX>()?;
        Some((flags, u32::from_be_bytes([a, b, c, d])))
    }

    /// The next frame, `None` while it is not all there.
    ///
    /// Flags and length are checked as soon as the prefix is there, so a length alone never makes anything grow.
    ///
    /// # Errors
    ///
    /// A length above `limit` is [`Code::ResourceExhausted`]; a flag that is not allowed is [`Code::Internal`].
    pub(crate) fn next_frame(&mut self, limit: u32, allowed: Flags) -> Result<Option<Payload>> {
        let Some((flags, len)) = self.prefix() else {
            return Ok(None);
        };
        let (compressed, end) = allowed.check(flags)?;
        check_size(len.into(), if end { limit.max(END_LIMIT) } else { limit })?;
        let frame_len = PREFIX + len as usize;
        if self.len() < frame_len {
            return Ok(None);
        }
        let mut frame = self.split_to(frame_len);
        frame.advance(PREFIX);
        Ok(Some(Payload { bytes: frame, compressed, end }))
    }
}

/// What a frame holds.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) bytes: Bytes,
    pub(crate) compressed: bool,
    /// Whether it is no message, but the end of the stream.
    pub(crate) end: bool,
}

/// What flags a frame may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flags {
    /// Whether messages may be compressed.
    pub(crate) compressed: bool,
    /// The flag of the last frame: [`END_STREAM`], [`TRAILERS`], or none where a stream cannot end by a frame.
    pub(crate) end: u8,
}

impl Flags {
    /// Whether the payload is compressed, and whether it is the end.
    fn check(self, flags: u8) -> Result<(bool, bool)> {
        let end = flags & self.end != 0;
        let message = match flags & !self.end {
            0 => return Ok((false, end)),
            COMPRESSED if self.compressed => return Ok((true, end)),
            COMPRESSED => "a message is flagged as compressed, but the call names no compression".to_owned(),
            _ => format!("a message has flags that are not allowed here: {flags:#010b}"),
        };
        Err(Error::new(Code::Internal, message))
    }
}

/// The least that the end of a stream may be, in bytes, however small its messages have to be: it holds metadata, as headers do.
pub(crate) const END_LIMIT: u32 = 64 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn next(buffer: &mut Buffer, limit: u32) -> Result<Option<Bytes>> {
        Ok(buffer.next_frame(limit, Flags { compressed: false, end: 0 })?.map(|payload| payload.bytes))
    }

    #[test]
    fn a_compressed_frame_is_one_where_it_may_be() {
        let mut buffer = Buffer::new();
        buffer.push(Bytes::from_static(b"\x01\0\0\0\x02hi"));
        let payload = buffer.next_frame(10, Flags { compressed: true, end: 0 }).unwrap().unwrap();
        assert_eq!((&payload.bytes[..], payload.compressed), (&b"hi"[..], true));
    }

    #[test]
    fn the_end_is_a_frame_of_its_own_where_there_is_one() {
        let mut buffer = Buffer::new();
        buffer.push(Bytes::from_static(b"\x03\0\0\0\x02{}"));
        let payload = buffer.next_frame(1, Flags { compressed: true, end: END_STREAM }).unwrap().unwrap();
        assert_eq!((&payload.bytes[..], payload.compressed, payload.end), (&b"{}"[..], true, true));
        buffer.push(Bytes::from_static(b"\x80\0\0\0\x02{}"));
        let error = buffer.next_frame(10, Flags { compressed: true, end: END_STREAM }).unwrap_err();
        assert_eq!(error.code(), Code::Internal);
    }

    fn frame(payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0; PREFIX];
        frame.extend_from_slice(payload);
        write_prefix(0, &mut frame).unwrap();
        frame
    }

    #[test]
    fn a_frame_is_flags_length_and_payload() {
        assert_eq!(frame(b"hi"), b"\0\0\0\0\x02hi");
        assert_eq!(frame(b""), b"\0\0\0\0\0");
    }

    #[test]
    fn a_whole_frame_is_not_copied() {
        let wire = Bytes::from(frame(b"hello"));
        let mut buffer = Buffer::new();
        buffer.push(wire.clone());
        let message = next(&mut buffer, 100).unwrap().unwrap();
        assert_eq!(message.as_ptr(), wire[PREFIX..].as_ptr());
    }

    #[test]
    fn four_gigabytes_announced_allocate_nothing() {
        let mut buffer = Buffer::new();
        buffer.push(Bytes::from_static(b"\0\xff\xff\xff\xff"));
        let error = next(&mut buffer, 1 << 22).unwrap_err();
        assert_eq!(error.code(), Code::ResourceExhausted);
        assert!(error.message().contains("4294967295"), "{error}");
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        let mut buffer = Buffer::new();
        buffer.push(frame(b"four").into());
        assert_eq!(next(&mut buffer, 4).unwrap().unwrap(), "four");
        buffer.push(frame(b"fives").into());
        assert_eq!(next(&mut buffer, 4).unwrap_err().code(), Code::ResourceExhausted);
    }

    #[test]
    fn flags_are_refused_before_the_payload_has_come() {
        for flags in [COMPRESSED, END_STREAM, TRAILERS] {
            let mut buffer = Buffer::new();
            buffer.push(vec![flags, 0, 0, 0, 9].into());
            assert_eq!(next(&mut buffer, 100).unwrap_err().code(), Code::Internal);
        }
    }

    proptest! {
        #[test]
        fn frames_survive_any_chunking(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
            cuts in prop::collection::vec(1_usize..12, 1..40),
        ) {
            let wire: Vec<u8> = payloads.iter().flat_map(|payload| frame(payload)).collect();
            let mut buffer = Buffer::new();
            let mut received = Vec::new();
            let mut rest = Bytes::from(wire);
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                let cut = (*cuts.next().unwrap()).min(rest.len());
                buffer.push(rest.split_to(cut));
                while let Some(message) = next(&mut buffer, 1 << 10).unwrap() {
                    received.push(message.to_vec());
                }
            }
            prop_assert_eq!(received, payloads);
            prop_assert_eq!(buffer.len(), 0);
        }

        #[test]
        fn garbage_is_a_message_or_an_error(wire in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut buffer = Buffer::new();
            buffer.push(wire.clone().into());
            while let Ok(Some(message)) = next(&mut buffer, 32) {
                prop_assert!(message.len() <= 32);
            }
            prop_assert!(buffer.len() <= wire.len());
        }
    }
}
