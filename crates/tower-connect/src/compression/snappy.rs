use std::io::Write;

use bytes::{BufMut, BytesMut};
use snap::read::FrameDecoder;
use snap::write::FrameEncoder;

use super::read::read;
use super::{Algorithm, Compressor};
use crate::{Error, Result};

/// snappy in its framing format, which has no levels.
pub const SNAPPY: Compressor = Compressor::new(&ALGORITHM, 0);

static ALGORITHM: Algorithm = Algorithm::new("snappy", compress, decompress);

fn compress(message: &[u8], _level: i32, buf: &mut BytesMut) -> Result<()> {
    let mut encoder = FrameEncoder::new(buf.writer());
    encoder.write_all(message).map_err(Error::internal)?;
    encoder.flush().map_err(Error::internal)
}

fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    read("snappy", FrameDecoder::new(message), limit, buf)
}
