use std::io::Error as IoError;

use bytes::BytesMut;
use flate2::{Decompress, FlushDecompress, Status};

use super::flate::{DEFAULT_LEVEL, deflate};
use super::read::{Step, Whole, read};
use super::{Algorithm, Compressor};
use crate::Result;

/// deflate, which in HTTP is the container of zlib (RFC 1950), at level 6 of 0 to 9.
pub const DEFLATE: Compressor = Compressor::new(&ALGORITHM, DEFAULT_LEVEL);

static ALGORITHM: Algorithm = Algorithm::new("deflate", compress, decompress);

fn compress(message: &[u8], level: i32, buf: &mut BytesMut) -> Result<()> {
    deflate(true, message, level, buf)
}

fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    let mut state = Decompress::new(true);
    let decoder = Whole::new(message, |rest, room| {
        let (read, written) = (state.total_in(), state.total_out());
        let status = state.decompress(rest, room, FlushDecompress::None)?;
        // Both are at most what was given, whose lengths are of the type `usize`.
        let read = usize::try_from(state.total_in() - read).map_err(IoError::other)?;
        let written = usize::try_from(state.total_out() - written).map_err(IoError::other)?;
        Ok(Step { read, written, ended: status == Status::StreamEnd })
    });
    read("deflate", decoder, limit, buf)
}
