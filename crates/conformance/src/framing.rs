//! How runner and peers talk on stdin and stdout: messages with their sizes in front, four bytes in network order.

use std::io::{self, ErrorKind, Read, Write};

use prost::Message;

/// More than the runner itself would take.
const LIMIT: u32 = 16 << 20;

/// Reads one message; `None` when there are no more.
///
/// # Errors
///
/// The message does not decode, is larger than 16 MiB, or breaks off.
pub fn read<M: Message + Default>(reader: &mut impl Read) -> io::Result<Option<M>> {
    let mut size = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut size)?;
    if size.is_empty() {
        return Ok(None);
    }
    let size = size.try_into().map_err(|_| io::Error::from(ErrorKind::UnexpectedEof))?;
    let size = u32::from_be_bytes(size);
    if size > LIMIT {
        return Err(io::Error::new(ErrorKind::InvalidData, format!("a message of {size} bytes")));
    }
    let mut message = Vec::new();
    let read = reader.by_ref().take(size.into()).read_to_end(&mut message)?;
    if read as u64 != u64::from(size) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    M::decode(&message[..]).map(Some).map_err(io::Error::from)
}

/// Writes one message, and flushes it.
///
/// # Errors
///
/// It cannot be written, or its size does not fit into four bytes.
pub fn write(writer: &mut impl Write, message: &impl Message) -> io::Result<()> {
    let message = message.encode_to_vec();
    let size = u32::try_from(message.len()).map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
    writer.write_all(&size.to_be_bytes())?;
    writer.write_all(&message)?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::ServerCompatResponse;

    fn response() -> ServerCompatResponse {
        ServerCompatResponse { port: 80, ..Default::default() }
    }

    #[test]
    fn messages_have_their_size_in_front() {
        let mut bytes = Vec::new();
        write(&mut bytes, &response()).unwrap();
        assert_eq!(bytes, [0, 0, 0, 2, 0x10, 80]);
        write(&mut bytes, &ServerCompatResponse::default()).unwrap();
        let mut reader = &bytes[..];
        assert_eq!(read(&mut reader).unwrap(), Some(response()));
        assert_eq!(read(&mut reader).unwrap(), Some(ServerCompatResponse::default()));
        assert_eq!(read::<ServerCompatResponse>(&mut reader).unwrap(), None);
    }

    #[test]
    fn what_breaks_off_or_is_too_large_is_an_error() {
        let kind = |bytes: &[u8]| read::<ServerCompatResponse>(&mut &*bytes).unwrap_err().kind();
        for length in 1..6 {
            assert_eq!(kind(&[0, 0, 0, 2, 0x10, 80][..length]), ErrorKind::UnexpectedEof, "{length}");
        }
        assert_eq!(kind(&[0xff; 8]), ErrorKind::InvalidData);
        assert_eq!(kind(&[0, 0, 0, 1, 0x10]), ErrorKind::InvalidData);
    }
}
