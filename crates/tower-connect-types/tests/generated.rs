//! The code that is checked in is what the schemas give.

use std::path::Path;

#[test]
fn generated_code_is_up_to_date() {
    let protos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tower-connect-build/proto/google");
    let files = ["api/annotations", "api/http", "api/httpbody", "rpc/code", "rpc/error_details", "rpc/status"];
    let verified = tower_connect_build::configure()
        .codegen_path("crate::codegen")
        .extern_path(".google.protobuf", "crate::protobuf")
        .descriptors(false)
        .out_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated"))
        .verify(&files.map(|file| protos.join(format!("{file}.proto"))));
    if let Err(error) = verified {
        panic!("{error}");
    }
}
