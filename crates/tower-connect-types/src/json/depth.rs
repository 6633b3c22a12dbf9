//! How deep the JSON inside an `Any` may be.
//!
//! Messages that were received are bounded by prost, but each `Any` inside is decoded by itself, so that the bound begins anew: all of them
//! together are bounded here.

use std::cell::Cell;
use std::io;

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::ser::Formatter;
use serde_json::value::RawValue;
use serde_json::{Error, Result, Serializer};

/// As many messages as prost reads inside each other.
const MOST: usize = 100;

thread_local! {
    /// The objects and arrays inside an `Any` that this thread is writing.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Whether what is written stands inside of what [`to_raw`] writes.
pub(crate) fn is_inside() -> bool {
    DEPTH.get() > 0
}

/// Writes what stands inside an `Any`.
pub(crate) fn to_raw(value: &impl Serialize) -> Result<Box<RawValue>> {
    let _restore = Restore(DEPTH.get());
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, Counting))?;
    RawValue::from_string(String::from_utf8(text).map_err(Error::custom)?)
}

/// An error leaves objects that do not end.
struct Restore(usize);

impl Drop for Restore {
    fn drop(&mut self) {
        DEPTH.set(self.0);
    }
}

struct Counting;

impl Counting {
    fn begin() -> io::Result<()> {
        let depth = DEPTH.get() + 1;
        DEPTH.set(depth);
        if depth > MOST {
            return Err(io::Error::other(format!(
                "google.protobuf.Any: the JSON inside is nested more than {MOST} levels deep"
            )));
        }
        Ok(())
    }

    fn end() {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

impl Formatter for Counting {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        Self::begin()?;
        writer.write_all(b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        Self::end();
        writer.write_all(b"]")
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        Self::begin()?;
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        Self::end();
        writer.write_all(b"}")
    }
}
