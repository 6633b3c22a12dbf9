//! What the JSON of several types is made of.

mod depth;
mod fraction;
mod number;
mod text;
mod tree;

pub(crate) use self::depth::{is_inside, to_raw};
pub(crate) use self::fraction::{Fraction, digits, parse_fraction};
pub(crate) use self::number::{double, float, integer};
pub(crate) use self::text::parsed;
pub(crate) use self::tree::Tree;
