#![doc = include_str!("../README.md")]

mod alias;
mod boxes;
mod bundled;
mod config;
mod custom;
mod debug;
mod docs;
mod edition;
mod error;
mod excerpt;
mod format;
mod generate;
mod guard;
mod input;
mod json;
mod known;
mod markdown;
mod names;
mod naming;
mod null;
mod options;
mod output;
mod places;
mod plugin;
mod reach;
mod schema;
mod service;
mod tree;
mod unique;
mod walk;

use std::path::Path;

pub use self::config::Config;
pub use self::error::Error;
pub use self::plugin::plugin;

/// Compiles one `.proto` file, and what it imports, into `OUT_DIR`. Several files go into one call of [`Config::compile`].
///
/// Imports are looked for where the file's own package starts: for `proto/greet/v1/greet.proto` with `package greet.v1` that is `proto`.
///
/// # Errors
///
/// The schema is wrong (the error shows the file, the line and the place), or a file cannot be read or written.
pub fn compile(proto: impl AsRef<Path>) -> Result<(), Error> {
    configure().compile(&[proto])
}

/// A [`Config`] with the defaults, to be changed.
pub fn configure() -> Config {
    Config::default()
}
