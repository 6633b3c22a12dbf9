//! Turns the schema into Rust twice: into our own, and into tonic's.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const PROTO: &str = "proto/interop/v1/interop.proto";

fn main() -> Result<(), Box<dyn Error>> {
    // It has a procedure of each shape, so that each shape's mock is compiled.
    tower_connect_build::configure().mocks(true).compile(&[PROTO])?;
    // Both name their file after the package.
    let dir = PathBuf::from(env::var("OUT_DIR")?).join("tonic");
    fs::create_dir_all(&dir)?;
    tonic_prost_build::configure()
        .extern_path(".interop.v1", "crate::proto")
        .out_dir(dir)
        .compile_fds(protox::compile([PROTO], ["proto"])?)?;
    Ok(())
}
