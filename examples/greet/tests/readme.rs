//! The repository's README shows this program as it is, and what it prints.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::process::Command;

const README: &str = include_str!("../../../README.md");

#[test]
fn the_readme_shows_the_program() {
    for (language, shown) in [
        ("proto", include_str!("../proto/greet/v1/greet.proto")),
        ("rust", include_str!("../build.rs")),
        ("rust", include_str!("../src/main.rs")),
    ] {
        let block = format!("```{language}\n{shown}```\n");
        assert!(README.contains(&block), "README.md does not have this block:\n{block}");
    }
}

#[test]
fn the_program_prints_what_the_readme_says() {
    let output = Command::new(env!("CARGO_BIN_EXE_greet")).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && !printed.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let block = format!("```console\n$ cargo run -q -p greet\n{printed}```\n");
    assert!(README.contains(&block), "README.md does not have this block:\n{block}");
}
