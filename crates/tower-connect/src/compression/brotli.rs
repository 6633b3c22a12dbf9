use std::io::{Error as IoError, ErrorKind, Write};

use ::brotli::enc::{BrotliEncoderParams, StandardAlloc};
use ::brotli::{BrotliDecompressStream, BrotliResult, BrotliState, CompressorWriter};
use bytes::{BufMut, BytesMut};

use super::read::{Step, Whole, read};
use super::{Algorithm, Compressor};
use crate::{Error, Result};

/// brotli, as RFC 7932 has it, at level 4 of 0 to 11: the higher ones are for what is compressed once and sent often.
pub const BROTLI: Compressor = Compressor::new(&ALGORITHM, 4);

static ALGORITHM: Algorithm = Algorithm::new("br", compress, decompress);

/// How much the encoder writes at a time, in bytes.
const STEP: usize = 4096;

fn compress(message: &[u8], level: i32, buf: &mut BytesMut) -> Result<()> {
    let params =
        BrotliEncoderParams { quality: level.clamp(0, 11), size_hint: message.len(), ..BrotliEncoderParams::default() };
    let mut encoder = CompressorWriter::with_params(buf.writer(), STEP, &params);
    encoder.write_all(message).map_err(Error::internal)?;
    let _ = encoder.into_inner();
    Ok(())
}

fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    let mut state = Box::new(state());
    let decoder = Whole::new(message, |rest, room| {
        let (mut read, mut written) = (0, 0);
        let result = BrotliDecompressStream(
            &mut rest.len(),
            &mut read,
            rest,
            &mut room.len(),
            &mut written,
            room,
            &mut 0,
            &mut state,
        );
        match result {
            BrotliResult::ResultSuccess => Ok(Step { read, written, ended: true }),
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Ok(Step { read, written, ended: false }),
            BrotliResult::ResultFailure => Err(IoError::new(ErrorKind::InvalidData, "corrupt")),
        }
    });
    read("br", decoder, limit, buf)
}

type State = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

/// Without the windows of up to a gigabyte that are not of the RFC.
fn state() -> State {
    State::new_strict(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default())
}
