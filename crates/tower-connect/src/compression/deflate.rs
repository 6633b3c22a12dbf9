use std::io::{Error as IoError, ErrorKind, Read, Result as IoResult};

use bytes::BytesMut;
use flate2::{Decompress, FlushDecompress, Status};

use super::flate::{DEFAULT_LEVEL, deflate};
use super::read::read;
use super::{Algorithm, Compressor};
use crate::Result;

/// deflate, which in HTTP is the container of zlib (RFC 1950), at level 6 of 0 to 9.
pub const DEFLATE: Compressor = Compressor::new(&ALGORITHM, DEFAULT_LEVEL);

static ALGORITHM: Algorithm = Algorithm::new("deflate", compress, decompress);

fn compress(message: &[u8], level: i32, buf: &mut BytesMut) -> Result<()> {
    deflate(true, message, level, buf)
}

fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    read("deflate", Decoder { rest: message, state: Decompress::new(true), done: false }, limit, buf)
}

/// Not flate2's own reader, for which a message that breaks off has ended.
struct Decoder<'a> {
    rest: &'a [u8],
    state: Decompress,
    done: bool,
}

impl Read for Decoder<'_> {
    fn read(&mut self, room: &mut [u8]) -> IoResult<usize> {
        if self.done {
            return Ok(0);
        }
        let (read, written) = (self.state.total_in(), self.state.total_out());
        let status = self.state.decompress(self.rest, room, FlushDecompress::None)?;
        // Both are at most what was given, whose lengths are of the type `usize`.
        let read = usize::try_from(self.state.total_in() - read).map_err(IoError::other)?;
        let written = usize::try_from(self.state.total_out() - written).map_err(IoError::other)?;
        self.rest = &self.rest[read..];
        match status {
            Status::StreamEnd if self.rest.is_empty() => self.done = true,
            Status::StreamEnd => return Err(IoError::new(ErrorKind::InvalidData, "something follows its end")),
            Status::Ok | Status::BufError if written == 0 => return Err(ErrorKind::UnexpectedEof.into()),
            Status::Ok | Status::BufError => {}
        }
        Ok(written)
    }
}
