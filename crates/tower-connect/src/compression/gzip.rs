use bytes::{BufMut, BytesMut};
use flate2::Crc;
use flate2::bufread::MultiGzDecoder;

use super::flate::{DEFAULT_LEVEL, deflate};
use super::read::read;
use super::{Algorithm, Compressor};
use crate::Result;

/// gzip, as RFC 1952 has it, at level 6 of 0 to 9.
pub const GZIP: Compressor = Compressor::new(&ALGORITHM, DEFAULT_LEVEL);

static ALGORITHM: Algorithm = Algorithm::new("gzip", compress, decompress);

/// No name, no time, no flags, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

fn compress(message: &[u8], level: i32, buf: &mut BytesMut) -> Result<()> {
    buf.put_slice(&HEADER);
    deflate(false, message, level, buf)?;
    let mut crc = Crc::new();
    crc.update(message);
    buf.put_u32_le(crc.sum());
    buf.put_u32_le(crc.amount());
    Ok(())
}

fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    read("gzip", MultiGzDecoder::new(message), limit, buf)
}
