use std::cell::RefCell;
use std::io::Read;

use bytes::{BufMut, BytesMut};
use flate2::bufread::MultiGzDecoder;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use super::Compressor;
use crate::{Error, Result};

/// gzip, as RFC 1952 has it, at the level of flate2's default.
pub const GZIP: &Compressor = &Compressor::new("gzip", compress, decompress);

thread_local! {
    /// An encoder's state is some hundred kilobytes: each thread makes one, and uses it again.
    static ENCODER: RefCell<Compress> = RefCell::new(Compress::new(Compression::default(), false));
}

/// No name, no time, no flags, an unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// How much room the encoder is given at a time, in bytes.
const STEP: usize = 4096;

fn compress(message: &[u8], buf: &mut BytesMut) -> Result<()> {
    buf.put_slice(&HEADER);
    ENCODER.with_borrow_mut(|encoder| {
        encoder.reset();
        deflate(encoder, message, buf)
    })?;
    let mut crc = Crc::new();
    crc.update(message);
    buf.put_u32_le(crc.sum());
    buf.put_u32_le(crc.amount());
    Ok(())
}

fn deflate(encoder: &mut Compress, message: &[u8], buf: &mut BytesMut) -> Result<()> {
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

fn decompress(message: &[u8], limit: usize, buf: &mut BytesMut) -> Result<()> {
    let mut decoder = MultiGzDecoder::new(message);
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

fn malformed(error: std::io::Error) -> Error {
    Error::invalid_argument(format!("malformed gzip: {error}")).with_source(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Code;

    fn compressed(message: &[u8]) -> BytesMut {
        let mut buf = BytesMut::new();
        compress(message, &mut buf).unwrap();
        buf
    }

    #[test]
    fn others_can_read_it() {
        let mut plain = String::new();
        MultiGzDecoder::new(&compressed(b"hello hello hello")[..]).read_to_string(&mut plain).unwrap();
        assert_eq!(plain, "hello hello hello");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = compressed(&vec![0; 10 << 20]);
        let mut plain = BytesMut::new();
        let error = decompress(&bomb, 1 << 20, &mut plain).unwrap_err();
        assert_eq!(error.code(), Code::ResourceExhausted);
        assert!(plain.capacity() <= 4 << 20, "{}", plain.capacity());
        assert!(decompress(&bomb, 10 << 20, &mut BytesMut::new()).is_ok());
    }

    #[test]
    fn what_is_cut_off_or_goes_on_is_malformed() {
        let whole = compressed(b"hello");
        for cut in 1..whole.len() {
            let error = decompress(&whole[..cut], 100, &mut BytesMut::new()).unwrap_err();
            assert_eq!(error.code(), Code::InvalidArgument, "{cut}");
        }
        let longer = [&whole[..], b"x"].concat();
        assert_eq!(decompress(&longer, 100, &mut BytesMut::new()).unwrap_err().code(), Code::InvalidArgument);
    }

    #[test]
    fn several_members_are_one_message() {
        let mut plain = BytesMut::new();
        decompress(&[&compressed(b"hel")[..], &compressed(b"lo")[..]].concat(), 100, &mut plain).unwrap();
        assert_eq!(plain, "hello");
    }

    proptest! {
        #[test]
        fn what_was_compressed_comes_back(message in prop::collection::vec(any::<u8>(), 0..20_000)) {
            let mut plain = BytesMut::new();
            decompress(&compressed(&message), message.len(), &mut plain).unwrap();
            prop_assert_eq!(&plain[..], &message[..]);
        }

        #[test]
        fn what_is_damaged_is_an_error_or_within_the_limit(
            message in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut damaged = compressed(&message);
            let at = at.index(damaged.len());
            damaged[at] = byte;
            let mut plain = BytesMut::new();
            if decompress(&damaged, 1 << 10, &mut plain).is_ok() {
                prop_assert_eq!(&plain[..], &message[..], "the checksum has not held");
            }
            prop_assert!(plain.len() <= 1 << 10);
        }
    }
}
