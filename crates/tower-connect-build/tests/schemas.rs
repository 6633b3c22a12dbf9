//! The schemas that come along.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tower_connect_build::configure;

#[test]
fn the_public_schemas_compile() {
    let out = TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/google");
    let protos = ["api", "rpc"].map(|package| fs::read_dir(root.join(package)).unwrap());
    let protos: Vec<_> = protos.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(protos.len(), 10);
    // With a path of its own, these are not taken for those that `tower_connect::types` has.
    let config = configure().out_dir(out.path()).codegen_path("crate::codegen");
    config.extern_path(".google.protobuf", "crate::protobuf").compile(&protos).unwrap();
    for (package, name) in [("google.api", "pub struct HttpRule"), ("google.rpc", "pub struct QuotaFailure")] {
        let code = fs::read_to_string(out.path().join(format!("{package}.rs"))).unwrap();
        assert!(code.contains(name), "{package}");
    }
}
