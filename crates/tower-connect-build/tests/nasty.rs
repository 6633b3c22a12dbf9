//! Schemas that other generators panic at, or make no Rust of: each is refused with its file, a name and what to do, or becomes code.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::fs;

use tempfile::TempDir;
use tower_connect_build::{Config, Error, configure};

fn compile_with(config: Config, source: &str) -> Result<String, Error> {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("nasty.proto");
    fs::write(&path, source).unwrap();
    config.out_dir(dir.path()).compile(&[path])?;
    let files = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let code = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    Ok(code.map(|path| fs::read_to_string(path).unwrap()).collect())
}

const PROTO2: &str = "syntax = \"proto2\"; package p; ";
const PROTO3: &str = "syntax = \"proto3\"; package p; ";

#[test]
fn names_that_are_one_in_rust_are_refused_by_file_and_name() {
    for (source, told) in [
        ("message FooBar {} message foo_bar {}", "p.FooBar and p.foo_bar are both `FooBar`"),
        ("message M { message A {} enum a { X = 0; } }", "p.M.A and p.M.a are both `A`"),
        ("enum E { E_A = 0; A = 1; }", "p.E.E_A and p.E.A are both `A`"),
        ("enum E { A_B = 0; AB = 1; A__B = 2; }", "p.E.A_B and p.E.A__B are both `AB`"),
        ("message M { oneof o { string a = 1; } oneof O { string b = 2; } }", "p.M.o and p.M.O are both `o`"),
        ("message M { message ValueOneOf {} message Value {} oneof value { string a = 1; } }", "are both `ValueOneOf`"),
        ("message _ {}", "p._: `_` is no name"),
        ("message M { string _ = 1; }", "p.M._: `_` is no name"),
        ("message M { oneof __ { string a = 1; } }", "p.M.__: `__` is no name"),
        ("enum E { _ = 0; }", "p.E._: `_` is no name"),
        ("message M {} service _ { rpc A(M) returns (M); }", "p._: `_` is no name"),
        ("message M {} service S { rpc _(M) returns (M); }", "p.S._: `_` is no name"),
    ] {
        let error = compile_with(configure().json(false), &format!("{PROTO3}{source}")).unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("nasty.proto: "), "{source}: {error}");
        assert!(error.contains("rename one"), "{error}");
    }
}

#[test]
fn names_that_json_has_twice_are_refused() {
    for (source, told) in [
        (
            "message M { optional string foo_1 = 1 [json_name = \"x\"]; optional string foo1 = 2; }",
            "p.M.foo_1 and p.M.foo1 are both `Foo1`",
        ),
        (
            "message M { optional string a = 1 [json_name = \"b\"]; optional string b = 2 [json_name = \"c\"]; }",
            "\"b\" in JSON",
        ),
        ("message _1 {}", "begins with a digit"),
    ] {
        let error = compile_with(configure(), &format!("{PROTO2}{source}")).unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("nasty.proto"), "{source}: {error}");
        compile_with(configure().json(false), &format!("{PROTO2}{source}")).unwrap();
    }
}

#[test]
fn a_package_and_a_message_with_something_within_are_not_both_a_module() {
    let dir = TempDir::new().unwrap();
    let outer = dir.path().join("outer.proto");
    let inner = dir.path().join("inner.proto");
    fs::write(&inner, "syntax = \"proto3\"; package a.inner; message M {}").unwrap();
    fs::write(&outer, "syntax = \"proto3\"; package a; message Inner { message X {} }").unwrap();
    let error = configure().out_dir(dir.path()).compile(&[&outer, &inner]).unwrap_err().to_string();
    assert!(error.contains("a.Inner") && error.contains("package a.inner"), "{error}");
    // Without a module there is no clash.
    fs::write(&outer, "syntax = \"proto3\"; package a; message Inner {}").unwrap();
    configure().out_dir(dir.path()).compile(&[&outer, &inner]).unwrap();
}

#[test]
fn packages_whose_names_are_no_modules_are_refused() {
    let error = compile_with(configure(), "syntax = \"proto3\"; package a._.b; message M {}").unwrap_err().to_string();
    assert!(error.contains("the package a._.b") && error.contains("nasty.proto"), "{error}");
}

#[test]
fn what_is_odd_but_has_a_name_becomes_code() {
    for source in [
        "package Self.crate._1; message M { string self = 1; }",
        "message gen {} message Self { gen gen = 1; }",
        "message A { A a = 1; message A { A a = 1; } }",
        "enum self { self_unspecified = 0; SELF_SELF = 1; } message M { self self = 1; }",
        "message M { string a = 536870911; reserved 2, 4 to 9; reserved \"x\"; }",
        "message M { string q = 1 [json_name = \"\\\"\\\\\\n{}\"]; }",
        "message M { string ____a = 1; string b____ = 2; }",
        "message M {} service S { rpc A(M) returns (M); rpc a(M) returns (M); rpc A_(M) returns (M); }",
        "message M { map<string, M> m = 1; oneof o { M n = 2; } repeated M r = 3; }",
        "",
        "service S {}",
        "enum E { A = 0; }",
    ] {
        compile_with(configure().mocks(true), &format!("syntax = \"proto3\"; {source}"))
            .unwrap_or_else(|error| panic!("{source}: {error}"));
    }
}

#[test]
fn options_that_share_a_number_are_an_error_and_no_panic() {
    // The compiler of the schema finds out only where a value is of the other's type.
    for (first, second) in [("string", "int32"), ("int32", "string")] {
        let source = format!(
            "syntax = \"proto2\"; import \"google/protobuf/descriptor.proto\"; message M {{}}
            extend google.protobuf.MethodOptions {{ optional {first} a = 50001; optional {second} b = 50001; }}
            service S {{
                rpc A(M) returns (M) {{ option (a) = {}; }}
                rpc B(M) returns (M) {{ option (b) = {}; }}
            }}",
            if first == "string" { "\"x\"" } else { "1" },
            if second == "string" { "\"x\"" } else { "1" },
        );
        let error = compile_with(configure(), &source).unwrap_err().to_string();
        assert!(error.contains("the compiler of the schema gave up: mismatch"), "{error}");
    }
}

#[test]
fn mocks_without_a_server_and_paths_without_a_dot_are_refused() {
    let error = compile_with(configure().mocks(true).server(false), PROTO3).unwrap_err().to_string();
    assert!(error.contains("mocks need the server"), "{error}");
    let error = compile_with(configure().extern_path("a.b", "crate::b"), PROTO3).unwrap_err().to_string();
    assert!(error.contains("extern_path(\"a.b\"") && error.contains("begins with a dot"), "{error}");
}
