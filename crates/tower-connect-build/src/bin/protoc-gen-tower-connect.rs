//! The plugin of `protoc` and `buf`: a request on standard input, files on standard output. See [`tower_connect_build`] for its options.

use std::io::{self, Read, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(argument) = std::env::args().nth(1) {
        println!("protoc-gen-tower-connect {}", env!("CARGO_PKG_VERSION"));
        let is_asked = argument == "--version";
        if !is_asked {
            println!("It is run by protoc, as in `protoc --tower-connect_out=src/proto greet.proto`, or by buf.");
        }
        return if is_asked || argument == "--help" { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("protoc-gen-tower-connect: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut request = Vec::new();
    io::stdin().read_to_end(&mut request)?;
    let response = tower_connect_build::plugin(&request).map_err(io::Error::other)?;
    io::stdout().write_all(&response)
}
