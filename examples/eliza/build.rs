//! Turns the schema into Rust.

fn main() -> Result<(), tower_connect_build::Error> {
    tower_connect_build::compile("proto/connectrpc/eliza/v1/eliza.proto")
}
