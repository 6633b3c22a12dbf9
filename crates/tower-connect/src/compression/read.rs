use std::io::{Error as IoError, Read};

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
