use std::cell::RefCell;

use ::zstd::bulk;
use ::zstd::stream::read::Decoder;
use ::zstd::zstd_safe::compress_bound;
use bytes::BytesMut;

use super::read::read;
use super::{Algorithm, Compressor};
use crate::{Error, Result};

/// Zstandard, as RFC 8878 has it, at level 3 of 1 to 22; negative levels are faster still.
pub const ZSTD: Compressor = Compressor::new(&ALGORITHM, 3);

static ALGORITHM: Algorithm = Algorithm::new("zstd", compress, decompress);

/// The largest window that is decompressed, as a power of two: 8 MiB, which is what a content coding may take by RFC 9659.
const WINDOW: u32 = 23;

thread_local! {
    /// An encoder's tables are large, and are used again.
    static ENCODER: RefCell<Option<bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

fn compress(message: &[u8], level: i32, buf: &mut BytesMut) -> Result<()> {
    ENCODER.with_borrow_mut(|encoder| {
        let encoder = match encoder {
            Some(encoder) => encoder,
            none => none.insert(bulk::Compressor::new(level).map_err(Error::internal)?),
        };
        encoder.set_compression_level(level).map_err(Error::internal)?;
        let start = buf.len();
        buf.resize(start + compress_bound(message.len()), 0);
        let written = encoder.compress_to_buffer(message, &mut buf[start..]).map_err(Error::internal)?;
        buf.truncate(start + written);
        Ok(())
    })
}

fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    let mut decoder = Decoder::with_buffer(message).map_err(Error::internal)?;
    decoder.window_log_max(WINDOW).map_err(Error::internal)?;
    read("zstd", decoder, limit, buf)
}
