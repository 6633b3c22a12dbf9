//! What comes out for a schema: the same each time, short, and with a place where it is wrong.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tower_connect_build::{Error, configure};

const GREET: &str = r#"syntax = "proto3";
package greet.v1;

// Greets people.
service GreetService {
  // Says hello.
  rpc Say(SayRequest) returns (SayResponse);
}

message SayRequest {
  string name = 1;
  map<string, int64> marks = 2;
}

message SayResponse {
  string text = 1;
}
"#;

/// A schema on disk, and what becomes of it.
struct Project(TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = TempDir::new().unwrap();
        for (path, text) in files {
            let path = dir.path().join("proto").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir(dir.path().join("out")).unwrap();
        Self(dir)
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn compile(&self, file: &str) -> Result<(), Error> {
        configure().out_dir(self.out()).compile(&[self.0.path().join("proto").join(file)])
    }

    fn generated(&self, package: &str) -> String {
        fs::read_to_string(self.out().join(format!("{package}.rs"))).unwrap()
    }
}

#[test]
fn a_service_becomes_a_trait_a_server_and_constants() {
    let project = Project::new(&[("greet/v1/greet.proto", GREET)]);
    project.compile("greet/v1/greet.proto").unwrap();
    let code = project.generated("greet.v1");
    for expected in [
        "/// Greets people.\n///\n/// A procedure that is not written answers `unimplemented`.\n#[allow(",
        "pub struct GreetServiceServer<T_, P_ = ::tower_connect::server::DefaultProtocols>",
        "impl ::tower_connect::codegen::prost::Name for SayRequest {",
        "\"/greet.v1.GreetService/Say\" => {",
        "pub mod greet_service {",
        "/// Says hello.\n    pub const SAY: ::tower_connect::method::Method<\n        super::SayRequest,\n        super::SayResponse,",
        "BTreeMap<",
        "impl serde::Serialize for self::SayRequest",
        "include_bytes!(\"greet.v1.descriptors.bin\")",
    ] {
        assert!(code.contains(expected), "{expected}\n\n{code}");
    }
    assert!(!code.contains("HashMap"));
    let descriptors = fs::read(project.out().join("greet.v1.descriptors.bin")).unwrap();
    assert!(descriptors.windows(12).any(|window| window == b"GreetService"));
    assert!(!descriptors.windows(11).any(|window| window == b"Says hello."), "comments lie in the binary");
}

#[test]
fn one_unary_procedure_is_a_service_of_at_most_150_lines() {
    let project = Project::new(&[("greet/v1/greet.proto", GREET)]);
    project.compile("greet/v1/greet.proto").unwrap();
    let code = project.generated("greet.v1");
    let start = code.find("/// Greets people.").unwrap();
    // The messages' part goes on from here.
    let end = code.find("/// How messages of this package").unwrap();
    let lines = code[start..end].lines().count();
    println!("one unary procedure: {lines} lines of service");
    assert!((50..=150).contains(&lines), "{lines}");
}

#[test]
fn a_mock_is_there_for_who_asks() {
    let project = Project::new(&[("greet/v1/greet.proto", GREET)]);
    project.compile("greet/v1/greet.proto").unwrap();
    assert!(!project.generated("greet.v1").contains("Mock"));

    let project = Project::new(&[("greet/v1/greet.proto", GREET)]);
    let config = configure().out_dir(project.out()).mocks(true);
    config.compile(&[project.0.path().join("proto/greet/v1/greet.proto")]).unwrap();
    let code = project.generated("greet.v1");
    let start = code.find("::tower_connect::if_testing! {").unwrap();
    let mock = &code[start..code.find("const _: () = {").unwrap()];
    for expected in [
        "pub struct GreetServiceMock {",
        "say: ::tower_connect::testing::Procedure<SayRequest, SayResponse>,",
        "pub fn channel(&self) -> ::tower_connect::Channel {",
        "pub fn on_say<Fut_>(",
        "pub fn say_calls(&self) -> ::std::vec::Vec<::tower_connect::Request<SayRequest>> {",
        "impl GreetService for GreetServiceMock {",
    ] {
        assert!(mock.contains(expected), "{expected}\n\n{mock}");
    }
    let lines = mock.lines().count();
    println!("one unary procedure: {lines} lines of mock");
    assert!((40..=70).contains(&lines), "{lines}");
}

#[test]
fn the_methods_of_a_mock_never_meet() {
    let odd = "syntax = \"proto3\"; package odd; message M {}
        service Odd {
            rpc Type(M) returns (M);
            rpc Self(M) returns (M);
            rpc New(stream M) returns (M);
            rpc OnX(M) returns (M);
            rpc XCalls(M) returns (stream M);
        }";
    let project = Project::new(&[("odd.proto", odd)]);
    let config = configure().out_dir(project.out()).mocks(true);
    config.compile(&[project.0.path().join("proto/odd.proto")]).unwrap();
    let code = project.generated("odd");
    for method in [
        "on_type",
        "type_calls",
        "on_self",
        "self_calls",
        "on_new",
        "new_calls",
        "on_on_x",
        "on_x_calls_",
        "on_x_calls",
        "x_calls_calls",
    ] {
        let found =
            [format!("pub fn {method}<"), format!("pub fn {method}(")].map(|start| code.matches(&start).count());
        assert_eq!(found.iter().sum::<usize>(), 1, "{method}\n\n{code}");
    }
}

#[test]
fn a_second_run_writes_nothing() {
    let project = Project::new(&[("greet/v1/greet.proto", GREET)]);
    project.compile("greet/v1/greet.proto").unwrap();
    let first = project.generated("greet.v1");
    let written = modified(&project.out().join("greet.v1.rs"));
    std::thread::sleep(std::time::Duration::from_millis(20));
    project.compile("greet/v1/greet.proto").unwrap();
    assert_eq!(project.generated("greet.v1"), first);
    assert_eq!(modified(&project.out().join("greet.v1.rs")), written);
}

fn modified(path: &Path) -> std::time::SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn imports_are_found_from_the_root_of_the_package() {
    let project = Project::new(&[
        ("a/v1/a.proto", "syntax = \"proto3\"; package a.v1; import \"b/v1/b.proto\"; message A { b.v1.B b = 1; }"),
        ("b/v1/b.proto", "syntax = \"proto3\"; package b.v1; message B {}"),
    ]);
    project.compile("a/v1/a.proto").unwrap();
    assert!(project.generated("a.v1").contains("super::super::b::v1::B"));
    assert!(project.generated("b.v1").contains("pub struct B"));
}

#[test]
fn a_package_of_options_is_there_if_services_have_them() {
    let project = Project::new(&[
        (
            "a/v1/a.proto",
            r#"syntax = "proto3"; package a.v1;
            import "on/v1/on.proto"; import "off/v1/off.proto"; import "google/api/annotations.proto";
            message A { string a = 1 [(off.v1.rule) = "x"]; }
            service S { rpc Do(A) returns (A) { option (on.v1.scope) = "s"; option (google.api.http) = { get: "/a" }; } }"#,
        ),
        (
            "on/v1/on.proto",
            r#"syntax = "proto3"; package on.v1; import "google/protobuf/descriptor.proto";
            extend google.protobuf.MethodOptions { string scope = 50001; }"#,
        ),
        (
            "off/v1/off.proto",
            r#"syntax = "proto3"; package off.v1; import "google/protobuf/descriptor.proto";
            extend google.protobuf.FieldOptions { string rule = 50001; }
            message Unused {}"#,
        ),
    ]);
    project.compile("a/v1/a.proto").unwrap();
    assert!(project.generated("on.v1").contains("pub struct MethodOptions"));
    for absent in ["off.v1.rs", "google.api.rs", "google.protobuf.rs"] {
        assert!(!project.out().join(absent).exists(), "{absent}");
    }
}

#[test]
fn a_package_that_is_split_over_two_calls_is_an_error_and_no_loss() {
    let project = Project::new(&[
        ("a.proto", "syntax = \"proto3\"; package x; message A {}"),
        ("b.proto", "syntax = \"proto3\"; package x; message B {}"),
    ]);
    project.compile("a.proto").unwrap();
    let error = project.compile("b.proto").unwrap_err();
    assert!(error.to_string().contains("in one call"), "{error}");
    assert!(project.generated("x").contains("pub struct A"));
}

#[test]
fn no_package_has_a_file_too() {
    let project = Project::new(&[("a.proto", "syntax = \"proto3\"; message A {}")]);
    project.compile("a.proto").unwrap();
    assert!(project.generated("_").contains("impl serde::Serialize for self::A"));
}

#[test]
fn the_well_known_types_are_there() {
    let proto = "syntax = \"proto3\"; import \"google/protobuf/timestamp.proto\"; message A { google.protobuf.Timestamp t = 1; }";
    let project = Project::new(&[("a.proto", proto)]);
    project.compile("a.proto").unwrap();
    assert!(project.generated("_").contains("Option<::tower_connect::types::protobuf::Timestamp>"));
    assert!(!project.out().join("google.protobuf.rs").exists());
}

#[test]
fn a_type_of_yours_takes_the_place_of_a_generated_one() {
    let proto = "syntax = \"proto3\"; package x; import \"google/protobuf/any.proto\"; message A { google.protobuf.Any any = 1; }";
    let project = Project::new(&[("a.proto", proto)]);
    let config = configure().out_dir(project.out()).extern_path(".google.protobuf.Any", "crate::any::Any");
    config.compile(&[project.0.path().join("proto/a.proto")]).unwrap();
    assert!(project.generated("x").contains("Option<crate::any::Any>"));
    assert!(!project.out().join("google.protobuf.rs").exists());
}

#[test]
fn a_type_of_yours_takes_the_place_of_what_prost_has_for_a_well_known_one() {
    let proto = "syntax = \"proto3\"; package x; import \"google/protobuf/empty.proto\"; message A { google.protobuf.Empty e = 1; }";
    for (path, rust) in [(".google.protobuf.Empty", "crate::known::Empty"), (".google.protobuf", "crate::known")] {
        let project = Project::new(&[("a.proto", proto)]);
        let config = configure().out_dir(project.out()).extern_path(path, rust);
        config.compile(&[project.0.path().join("proto/a.proto")]).unwrap();
        assert!(project.generated("x").contains("Option<crate::known::Empty>"), "{path}");
        assert!(!project.out().join("google.protobuf.rs").exists(), "{path}");
    }
}

#[test]
fn an_error_shows_the_file_the_line_and_what_is_wrong() {
    let project = Project::new(&[("bad.proto", "syntax = \"proto3\";\n\nmessage A {\n  Missing b = 1;\n}\n")]);
    let error = project.compile("bad.proto").unwrap_err();
    for shown in [error.to_string(), format!("{error:?}")] {
        for part in ["bad.proto", "4", "Missing"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
    let error = project.compile("absent.proto").unwrap_err();
    assert!(error.to_string().contains("absent.proto"), "{error}");
}
