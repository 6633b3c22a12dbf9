//! The same schema gives the same code, however it comes in.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tower_connect_build::{Config, configure};

const FIRST: &str = r#"syntax = "proto3"; package b.v1;
    import "google/protobuf/descriptor.proto"; import "google/rpc/status.proto";
    extend google.protobuf.MethodOptions { string scope = 50001; }
    message First { google.rpc.Status status = 1; }
    service S { rpc Do(First) returns (First) { option (scope) = "s"; } }"#;
const SECOND: &str = r#"syntax = "proto3"; package b.v1; message Second {}"#;

/// Two files of a package, in `proto`.
fn project() -> TempDir {
    let dir = TempDir::new().unwrap();
    let proto = dir.path().join("proto/b/v1");
    fs::create_dir_all(&proto).unwrap();
    fs::write(proto.join("first.proto"), FIRST).unwrap();
    fs::write(proto.join("second.proto"), SECOND).unwrap();
    dir
}

fn protos(root: &Path) -> [PathBuf; 2] {
    ["first", "second"].map(|name| root.join(format!("proto/b/v1/{name}.proto")))
}

/// All that is written, by name.
fn code(dir: &Path, act: impl FnOnce(Config)) -> BTreeMap<String, Vec<u8>> {
    let out = TempDir::new_in(dir).unwrap();
    act(configure().out_dir(out.path()));
    let files = fs::read_dir(out.path()).unwrap().map(Result::unwrap);
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

#[test]
fn the_order_of_files_is_none_of_the_codes() {
    let dir = project();
    let [first, second] = protos(dir.path());
    let one = code(dir.path(), |config| config.compile(&[&first, &second]).unwrap());
    let other = code(dir.path(), |config| config.compile(&[&second, &first]).unwrap());
    assert_eq!(one.keys().collect::<Vec<_>>(), ["b.v1.descriptors.bin", "b.v1.rs", "mod.rs"]);
    assert!(one == other);
}

#[test]
fn a_descriptor_set_with_its_imports_is_no_more_than_the_files() {
    let dir = project();
    let files = code(dir.path(), |config| config.compile(&protos(dir.path())).unwrap());
    // What the build script embeds is such a set.
    let set = files["b.v1.descriptors.bin"].clone();
    assert!(set.windows(32).any(|name| name == b"google/protobuf/descriptor.proto"));
    let again = code(dir.path(), |config| config.compile_descriptor_set(&set).unwrap());
    assert!(files == again, "{:?}", again.keys());
}

#[test]
fn a_file_is_found_where_other_generators_find_it() {
    let dir = project();
    let expected = code(dir.path(), |config| config.compile(&protos(dir.path())).unwrap());
    let include = dir.path().join("proto");
    let relative = ["b/v1/first.proto", "b/v1/second.proto"];
    assert!(expected == code(dir.path(), |config| config.include(&include).compile(&relative).unwrap()));
    // The same directory by another name.
    let include = dir.path().join("proto/b/../../proto");
    assert!(expected == code(dir.path(), |config| config.include(include).compile(&protos(dir.path())).unwrap()));
}

#[test]
fn a_file_of_a_package_is_not_overwritten_by_that_of_all() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("mod.proto");
    fs::write(&file, "syntax = \"proto3\"; package mod; message A {}").unwrap();
    let error = configure().out_dir(dir.path()).compile(&[&file]).unwrap_err().to_string();
    assert!(error.contains("mod.rs is the code of a package"), "{error}");
    let files = code(dir.path(), |config| config.include_file("all.rs").compile(&[&file]).unwrap());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["all.rs", "mod.descriptors.bin", "mod.rs"]);
    let files = code(dir.path(), |config| config.include_file("").compile(&[&file]).unwrap());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["mod.descriptors.bin", "mod.rs"]);
}

#[test]
fn a_copy_of_googles_own_schemas_is_not_read() {
    let dir = project();
    let copy = dir.path().join("proto/google/protobuf");
    fs::create_dir_all(&copy).unwrap();
    fs::write(copy.join("descriptor.proto"), "syntax newer than this compiler").unwrap();
    let files = code(dir.path(), |config| config.compile(&protos(dir.path())).unwrap());
    assert!(files.contains_key("b.v1.rs"));
}

#[test]
fn a_nested_type_may_be_one_that_is_there() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("x.proto");
    fs::write(&file, "syntax = \"proto3\"; package x; message M { message Inner {} Inner inner = 1; }").unwrap();
    let files = code(dir.path(), |config| config.extern_path(".x.M.Inner", "crate::Inner").compile(&[&file]).unwrap());
    let code = String::from_utf8(files["x.rs"].clone()).unwrap();
    assert!(code.contains("Option<crate::Inner>") && code.contains("JsonType::of::<M>()"), "{code}");
    assert!(!code.contains("m::Inner"), "{code}");
}
