//! Turns the schema into Rust, with a mock for the tests.

fn main() -> Result<(), tower_connect_build::Error> {
    tower_connect_build::configure().mocks(true).compile(&["proto/connectrpc/eliza/v1/eliza.proto"])
}
