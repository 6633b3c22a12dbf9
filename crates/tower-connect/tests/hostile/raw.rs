//! HTTP/2 by the byte, for what no client library would send.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Form, proto};
use crate::soon;
use crate::support::frame as message;
use crate::victim::SAY;

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;

pub const NO_ERROR: u32 = 0;
pub const PROTOCOL_ERROR: u32 = 1;
pub const INTERNAL_ERROR: u32 = 2;
pub const FLOW_CONTROL_ERROR: u32 = 3;
pub const REFUSED_STREAM: u32 = 7;
pub const CANCEL: u32 = 8;
pub const ENHANCE_YOUR_CALM: u32 = 11;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How much is read at a time, in bytes.
const READ: usize = 16 << 10;

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend_from_slice(&[kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

pub fn reset(stream: u32, code: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &code.to_be_bytes())
}

/// A header field, neither indexed nor compressed.
pub fn field(name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut field = vec![0];
    for text in [name, value] {
        // An integer with a prefix of seven bits.
        let mut left = text.len();
        if left < 127 {
            field.push(u8::try_from(left).unwrap());
        } else {
            field.push(127);
            left -= 127;
            while left >= 128 {
                field.push(u8::try_from(left % 128).unwrap() | 128);
                left /= 128;
            }
            field.push(u8::try_from(left).unwrap());
        }
        field.extend_from_slice(text);
    }
    field
}

/// The header block of a call, without what is special about it.
pub fn block(form: Form, path: &str) -> Vec<u8> {
    [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("content-type", form.content_type()),
        ("te", "trailers"),
    ]
    .iter()
    .flat_map(|(name, value)| field(name.as_bytes(), value.as_bytes()))
    .collect()
}

/// The head of a call.
pub fn head(stream: u32, form: Form, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &block(form, path))
}

/// A whole call.
pub fn call(stream: u32, form: Form, path: &str, text: &str) -> Vec<u8> {
    let mut call = head(stream, form, path);
    call.extend(frame(DATA, END_STREAM, stream, &form.message(&proto(text), false)));
    call
}

#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// How a stream has ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// With the last header block and the data before it.
    Answered {
        last: Vec<u8>,
        data: Vec<u8>,
    },
    Reset(u32),
    GoAway(u32),
    Closed,
}

impl End {
    pub fn grpc_status(&self) -> u8 {
        let Self::Answered { last, .. } = self else { panic!("no answer: {self:?}") };
        (0..=16).find(|status| contains(last, &grpc_status(*status))).unwrap_or_else(|| panic!("no status: {last:?}"))
    }
}

fn contains(block: &[u8], field: &[u8]) -> bool {
    block.windows(field.len()).any(|window| window == field)
}

/// `grpc-status` as a server with no dynamic table writes it, in Huffman's code.
fn grpc_status(status: u8) -> Vec<u8> {
    let mut field = b"\x88\x9a\xca\xc8\xb2\x12\x34\xda\x8f".to_vec();
    let (mut bits, mut length) = (0_u32, 0_usize);
    for digit in status.to_string().bytes().map(|digit| u32::from(digit - b'0')) {
        let (code, len) = if digit < 3 { (digit, 5) } else { (0x19 + digit - 3, 6) };
        (bits, length) = (bits << len | code, length + len);
    }
    let padding = length.div_ceil(8) * 8 - length;
    let bytes = (bits << padding | ((1 << padding) - 1)).to_be_bytes();
    field.push(0x80 | u8::try_from(length.div_ceil(8)).unwrap());
    field.extend_from_slice(&bytes[4 - length.div_ceil(8)..]);
    field
}

pub struct Raw {
    stream: TcpStream,
    received: Vec<u8>,
    next: u32,
}

impl Raw {
    pub async fn connect(address: SocketAddr) -> Self {
        Self::with_window(address, 65_535).await
    }

    /// A peer that takes that many bytes on each stream.
    pub async fn with_window(address: SocketAddr, window: u32) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        // No dynamic table, so that header blocks can be told by their bytes.
        let mut settings = vec![0, 1, 0, 0, 0, 0, 0, 4];
        settings.extend_from_slice(&window.to_be_bytes());
        let mut hello = PREFACE.to_vec();
        hello.extend(frame(SETTINGS, 0, 0, &settings));
        // As much as there is for the connection, so that only streams count.
        hello.extend(frame(WINDOW_UPDATE, 0, 0, &(0x7fff_ffff_u32 - 65_535).to_be_bytes()));
        stream.write_all(&hello).await.unwrap();
        let mut raw = Self { stream, received: Vec::new(), next: 1 };
        // Its settings, and that it has ours.
        let mut acknowledged = false;
        while !acknowledged {
            let frame = raw.frame().await.expect("a frame");
            acknowledged = (frame.kind, frame.flags) == (SETTINGS, ACK);
            if (frame.kind, frame.flags) == (SETTINGS, 0) {
                raw.send(&self::frame(SETTINGS, ACK, 0, b"")).await;
            }
        }
        raw
    }

    /// The next stream that the peer may open.
    pub fn open(&mut self) -> u32 {
        self.next += 2;
        self.next - 2
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        soon("the server takes bytes", self.stream.write_all(bytes)).await.unwrap();
    }

    /// The next frame; `None` when the connection has ended.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = take_frame(&mut self.received) {
                return Some(frame);
            }
            self.received.reserve(READ);
            match soon("a frame or the end", self.stream.read_buf(&mut self.received)).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// How a stream ends.
    pub async fn end(&mut self, stream: u32) -> End {
        let mut all = Vec::new();
        while let Some(Frame { kind, flags, stream: on, payload }) = self.frame().await {
            let code = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().unwrap());
            match kind {
                GOAWAY if code(4) != NO_ERROR => return End::GoAway(code(4)),
                RST_STREAM if on == stream => return End::Reset(code(0)),
                DATA if on == stream => all.extend_from_slice(&payload),
                HEADERS if on == stream && flags & END_STREAM != 0 => {
                    return End::Answered { last: payload, data: all };
                }
                _ => {}
            }
            if kind == DATA && on == stream && flags & END_STREAM != 0 {
                return End::Answered { last: Vec::new(), data: all };
            }
        }
        End::Closed
    }

    /// Sends the same again and again until the server has had enough, and tells what it said. `None` if it took it all.
    pub async fn flood(&mut self, times: usize, mut bytes: impl FnMut() -> Vec<u8>) -> Option<u32> {
        let (mut reader, mut writer) = self.stream.split();
        let mut received = std::mem::take(&mut self.received);
        let reading = async {
            loop {
                received.reserve(READ);
                match reader.read_buf(&mut received).await {
                    Ok(0) | Err(_) => return None,
                    Ok(_) => {}
                }
                while let Some(frame) = take_frame(&mut received) {
                    if frame.kind == GOAWAY {
                        return Some(u32::from_be_bytes(frame.payload[4..8].try_into().unwrap()));
                    }
                }
            }
        };
        let writing = async {
            for _ in 0..times {
                if writer.write_all(&bytes()).await.is_err() {
                    // The last word of the server is still to be read.
                    std::future::pending::<()>().await;
                }
            }
        };
        let outcome = async {
            tokio::select! {
                biased;
                code = reading => Some(code.expect("a connection is not closed without a word")),
                () = writing => None,
            }
        };
        let outcome = soon("the flood is taken or stopped", outcome).await;
        self.received = received;
        outcome
    }

    /// Writes, and never reads, until nothing has moved while something else was done; how many bytes it was.
    pub async fn write_until_it_stalls(&mut self, bytes: &[u8], meanwhile: impl AsyncFn()) -> usize {
        let mut sent = 0;
        loop {
            let before = sent;
            let writing = async {
                loop {
                    sent += self.stream.write(&bytes[sent % bytes.len()..]).await.unwrap();
                }
            };
            tokio::select! {
                () = writing => {}
                () = meanwhile() => {}
            }
            if sent > 0 && sent == before {
                return sent;
            }
            assert!(sent < 256 << 20, "it never stalls");
        }
    }

    /// Asserts that a good call on this connection succeeds.
    pub async fn goes_on(&mut self) {
        let stream = self.open();
        self.send(&call(stream, Form::Grpc, SAY, "hi")).await;
        let end = self.end(stream).await;
        assert_eq!(end.grpc_status(), 0);
        assert!(matches!(end, End::Answered { data, .. } if data == message(&proto("hi"))));
    }

    /// Asserts that the server has taken nothing amiss so far, and reads what it has sent.
    pub async fn is_alive(&mut self) {
        let opaque = [7; 8];
        self.send(&frame(PING, 0, 0, &opaque)).await;
        loop {
            let frame = self.frame().await.expect("an answer to the ping");
            assert_ne!(frame.kind, GOAWAY);
            if (frame.kind, frame.flags, &frame.payload[..]) == (PING, ACK, &opaque) {
                return;
            }
        }
    }
}

fn take_frame(received: &mut Vec<u8>) -> Option<Frame> {
    let (&[high, middle, low, kind, flags], rest) = received.split_first_chunk()?;
    let (stream, rest) = rest.split_first_chunk()?;
    let payload = rest.get(..u32::from_be_bytes([0, high, middle, low]) as usize)?.to_vec();
    let stream = u32::from_be_bytes(*stream) & 0x7fff_ffff;
    received.drain(..9 + payload.len());
    Some(Frame { kind, flags, stream, payload })
}
