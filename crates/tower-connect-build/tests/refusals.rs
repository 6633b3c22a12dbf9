//! What is refused says where it is, what it is and what to do.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::fs;

use prost::Message;
use prost_types::source_code_info::Location;
use prost_types::{FileDescriptorProto, FileDescriptorSet, SourceCodeInfo};
use tempfile::TempDir;
use tower_connect_build::configure;

#[test]
fn an_edition_is_shown_with_its_place_and_what_to_write() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("new.proto");
    fs::write(&path, "// Says why.\n\nedition = \"2023\";\npackage a;\n").unwrap();
    let error = configure().out_dir(dir.path()).compile(&[&path]).unwrap_err();
    for shown in [error.to_string(), format!("{error:?}")] {
        for told in
            ["new.proto:3:", "| edition = \"2023\";", "editions are not supported", "write `syntax = \"proto3\";`"]
        {
            assert!(shown.contains(told), "{told}: {shown}");
        }
    }
}

#[test]
fn an_imported_edition_is_shown_too() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("old.proto");
    fs::write(&path, "syntax = \"proto3\"; import \"new.proto\"; message M {}").unwrap();
    fs::write(dir.path().join("new.proto"), "edition = \"2023\";").unwrap();
    let error = configure().out_dir(dir.path()).compile(&[&path]).unwrap_err().to_string();
    assert!(error.contains("new.proto:1:") && error.contains("| edition"), "{error}");
}

#[test]
fn an_edition_in_a_descriptor_set_is_refused_by_file_and_line() {
    let location = Location { path: vec![12], span: vec![4, 0, 17], ..Location::default() };
    let file = FileDescriptorProto {
        name: Some("new.proto".to_owned()),
        syntax: Some("editions".to_owned()),
        source_code_info: Some(SourceCodeInfo { location: vec![location] }),
        ..FileDescriptorProto::default()
    };
    let set = FileDescriptorSet { file: vec![file] }.encode_to_vec();
    let dir = TempDir::new().unwrap();
    let error = configure().out_dir(dir.path()).compile_descriptor_set(set).unwrap_err().to_string();
    assert!(error.starts_with("new.proto:5: editions are not supported yet"), "{error}");
    assert!(error.contains("write `syntax = \"proto3\";`"), "{error}");
}

#[test]
fn what_is_no_schema_is_refused() {
    let dir = TempDir::new().unwrap();
    let compile = |set: &[u8]| configure().out_dir(dir.path()).compile_descriptor_set(set).unwrap_err().to_string();
    assert!(compile(b"\xff").contains("no FileDescriptorSet"));
    let file = FileDescriptorProto {
        name: Some("a.proto".to_owned()),
        dependency: vec!["b.proto".to_owned()],
        ..FileDescriptorProto::default()
    };
    let error = compile(&FileDescriptorSet { file: vec![file] }.encode_to_vec());
    assert!(error.contains("b.proto"), "{error}");
}

#[test]
fn what_the_author_did_wrong_is_shown_with_an_excerpt() {
    for (source, told) in [
        ("syntax = \"proto3\";\nmessage M {\n  strin g = 1;\n}\n", ["wrong.proto", ":3:", "strin"]),
        ("syntax = \"proto3\";\nmessage M {\n  string g 1;\n}\n", ["wrong.proto", ":3:", "string g 1;"]),
        ("syntax = \"proto3\";\nimport \"absent.proto\";\n", ["wrong.proto", ":2:", "absent.proto"]),
        (
            "syntax = \"proto3\";\nmessage M {\n  string a = 1;\n  string b = 1;\n}\n",
            ["wrong.proto", ":4:", "string b = 1;"],
        ),
    ] {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("wrong.proto");
        fs::write(&path, source).unwrap();
        let error = configure().out_dir(dir.path()).compile(&[&path]).unwrap_err().to_string();
        for told in told {
            assert!(error.contains(told), "{told}: {error}");
        }
    }
}
