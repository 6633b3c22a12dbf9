//! Code that is checked in is what the schema gives. `TOWER_CONNECT_UPDATE=1 cargo test -p codegen-tests` brings it up to date.

#[test]
fn the_code_that_is_checked_in_is_what_the_schema_gives() -> Result<(), tower_connect_build::Error> {
    tower_connect_build::configure().mocks(true).out_dir("src/golden").verify(&["proto/golden/v1/golden.proto"])
}
