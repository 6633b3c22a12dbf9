use std::cell::RefCell;

use bytes::{BufMut, BytesMut};
use flate2::{Compress, Compression, FlushCompress, Status};

use crate::{Error, Result};

/// What flate2 takes for its own default, on a scale from 0 to 9.
pub(super) const DEFAULT_LEVEL: i32 = 6;
const LEVELS: usize = 10;
/// How much room the encoder is given at a time, in bytes.
const STEP: usize = 4096;

thread_local! {
    /// An encoder's state is some hundred kilobytes: each thread makes one for a level, and uses it again.
    static BARE: RefCell<[Option<Compress>; LEVELS]> = const { RefCell::new([const { None }; LEVELS]) };
    static ZLIB: RefCell<[Option<Compress>; LEVELS]> = const { RefCell::new([const { None }; LEVELS]) };
}

/// Appends the message as a stream of deflate, bare or in the container of zlib.
pub(super) fn deflate(zlib: bool, message: &[u8], level: i32, buf: &mut BytesMut) -> Result<()> {
    // It is within the scale after the clamp.
    let level = u32::try_from(level.clamp(0, 9)).unwrap_or_default();
    let encoders = if zlib { &ZLIB } else { &BARE };
    encoders.with_borrow_mut(|encoders| {
        let encoder = encoders[level as usize].get_or_insert_with(|| Compress::new(Compression::new(level), zlib));
        encoder.reset();
        run(encoder, message, buf)
    })
}

fn run(encoder: &mut Compress, message: &[u8], buf: &mut BytesMut) -> Result<()> {
    let mut room = [0; STEP];
    loop {
        // What is read is at most the message, whose length is a `usize`.
        let rest = &message[usize::try_from(encoder.total_in()).map_err(Error::internal)?..];
        let before = encoder.total_out();
        let status = encoder.compress(rest, &mut room, FlushCompress::Finish).map_err(Error::internal)?;
        let written = usize::try_from(encoder.total_out() - before).map_err(Error::internal)?;
        buf.put_slice(&room[..written]);
        if status == Status::StreamEnd {
            return Ok(());
        }
    }
}
