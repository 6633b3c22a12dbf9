use std::io::{Error as IoError, Read};
#[cfg(any(feature = "br", feature = "deflate"))]
use std::io::{ErrorKind, Result as IoResult};

use bytes::{BufMut, BytesMut};

use crate::{Error, Result};

/// How much is decompressed at a time, in bytes.
const STEP: usize = 4096;

/// Appends what a decoder gives, up to the limit: no more than a step beyond it is ever there.
pub(super) fn read(name: &str, mut decoder: impl Read, limit: usize, buf: &mut BytesMut) -> Result<()> {
    let malformed = |error: IoError| Error::invalid_argument(format!("malformed {name}: {error}")).with_source(error);
    let mut room = [0; STEP];
    let mut total = 0;
    loop {
        let read = decoder.read(&mut room).map_err(malformed)?;
        if read == 0 {
            return Ok(());
        }
        total += read;
        if total > limit {
            let message = format!("the message is larger than the limit of {limit} bytes when it is decompressed");
            return Err(Error::resource_exhausted(message));
        }
        buf.put_slice(&room[..read]);
    }
}

/// Reads a message of one stream, which is neither cut off nor goes on: the readers of some decoders tell neither.
#[cfg(any(feature = "br", feature = "deflate"))]
pub(super) struct Whole<'a, D> {
    rest: &'a [u8],
    decode: D,
    done: bool,
}

/// What a decoder has done with its input and its room, in bytes, and whether its stream has ended.
#[cfg(any(feature = "br", feature = "deflate"))]
pub(super) struct Step {
    pub(super) read: usize,
    pub(super) written: usize,
    pub(super) ended: bool,
}

#[cfg(any(feature = "br", feature = "deflate"))]
impl<'a, D: FnMut(&[u8], &mut [u8]) -> IoResult<Step>> Whole<'a, D> {
    pub(super) fn new(message: &'a [u8], decode: D) -> Self {
        Self { rest: message, decode, done: false }
    }
}

#[cfg(any(feature = "br", feature = "deflate"))]
impl<D: FnMut(&[u8], &mut [u8]) -> IoResult<Step>> Read for Whole<'_, D> {
    fn read(&mut self, room: &mut [u8]) -> IoResult<usize> {
        if self.done {
            return Ok(0);
        }
        let Step { read, written, ended } = (self.decode)(self.rest, room)?;
        self.rest = &self.rest[read..];
        self.done = ended;
        if ended && !self.rest.is_empty() {
            return Err(IoError::new(ErrorKind::InvalidData, "something follows its end"));
        }
        if !ended && written == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(written)
    }
}
