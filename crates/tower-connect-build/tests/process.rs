//! What only a process of its own shows: what cargo is told, the environment, and that two runs write the same.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use tower_connect_build::configure;

const A: &str = r#"syntax = "proto3";
package a.v1;
import "a/v1/again.proto";
import "b/v1/b.proto";
import "google/protobuf/descriptor.proto";
import "google/protobuf/empty.proto";
import "google/rpc/status.proto";
extend google.protobuf.MethodOptions { string role = 50001; }
message A { b.v1.B b = 1; map<string, int64> marks = 2; map<int32, b.v1.B> more = 3; Again again = 4; }
service Talk { rpc Say(A) returns (A) { option (role) = "reader"; } rpc Pour(stream A) returns (stream A); }
"#;

/// Not run as a test: others start it as the process that they are about. What it is to do is in its environment.
#[test]
#[ignore = "other tests run it in a process of its own"]
fn a_build_script() {
    let Some(dir) = std::env::var_os("TESTED_DIR").map(PathBuf::from) else { return };
    let protos = [dir.join("proto/a/v1/a.proto"), dir.join("proto/a/v1/again.proto")];
    let config = configure().mocks(true);
    let result = match std::env::var_os("TESTED_VERIFY") {
        Some(out) => config.out_dir(out).verify(&protos),
        None => config.compile(&protos),
    };
    result.unwrap();
}

fn run(dir: &Path, variables: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_build_script", "--ignored", "--nocapture"]).env_remove("OUT_DIR");
    command.env_remove("TOWER_CONNECT_UPDATE").env("TESTED_DIR", dir).envs(variables.iter().copied());
    command.output().unwrap()
}

fn project() -> TempDir {
    let dir = TempDir::new().unwrap();
    for (path, text) in [
        ("proto/a/v1/a.proto", A),
        ("proto/a/v1/again.proto", "syntax = \"proto3\"; package a.v1; import \"b/v1/b.proto\"; message Again {}"),
        ("proto/b/v1/b.proto", "syntax = \"proto2\"; package b.v1; message B { optional string name = 1; }"),
        ("proto/b/v1/unused.proto", "syntax = \"proto2\"; package b.v1;"),
    ] {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::create_dir(dir.path().join("out")).unwrap();
    dir
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn cargo_is_told_the_files_that_were_read_each_once_and_no_others() {
    let dir = project();
    let output = run(dir.path(), &[("OUT_DIR", &dir.path().join("out"))]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut told: Vec<_> = text.lines().filter_map(|line| line.split_once("cargo:").map(|(_, told)| told)).collect();
    told.sort_unstable();
    let read = ["a/v1/a.proto", "a/v1/again.proto", "b/v1/b.proto"];
    let expected = read.map(|file| format!("rerun-if-changed={}", dir.path().join("proto").join(file).display()));
    assert_eq!(told, expected);
}

#[test]
fn two_processes_write_the_same_bytes_into_two_directories() {
    let (one, other) = (project(), project());
    for dir in [&one, &other] {
        assert!(run(dir.path(), &[("OUT_DIR", &dir.path().join("out"))]).status.success());
    }
    let (one, other) = (files(&one.path().join("out")), files(&other.path().join("out")));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        ["a.v1.descriptors.bin", "a.v1.rs", "b.v1.descriptors.bin", "b.v1.rs", "mod.rs"]
    );
    assert!(one == other);
}

#[test]
fn what_is_out_of_date_is_told_and_brought_up_to_date_if_asked() {
    let dir = project();
    let out = dir.path().join("checked/in");
    let verify = || {
        configure()
            .mocks(true)
            .out_dir(&out)
            .verify(&[dir.path().join("proto/a/v1/a.proto"), dir.path().join("proto/a/v1/again.proto")])
    };
    let update = || run(dir.path(), &[("TESTED_VERIFY", &out), ("TOWER_CONNECT_UPDATE", Path::new("1"))]);

    let error = verify().unwrap_err().to_string();
    assert!(error.contains("mod.rs is not what") && error.contains("TOWER_CONNECT_UPDATE=1"), "{error}");
    assert!(!out.exists(), "it has written");

    assert!(update().status.success());
    verify().unwrap();
    let good = files(&out);

    // Ends of lines are git's business.
    let unix = fs::read_to_string(out.join("a.v1.rs")).unwrap();
    fs::write(out.join("a.v1.rs"), unix.replace('\n', "\r\n")).unwrap();
    verify().unwrap();

    fs::write(out.join("a.v1.rs"), unix.replace("pub struct A ", "pub struct Z ")).unwrap();
    fs::remove_file(out.join("b.v1.descriptors.bin")).unwrap();
    fs::copy(out.join("b.v1.rs"), out.join("gone.v1.rs")).unwrap();
    fs::write(out.join("gone.v1.descriptors.bin"), b"x").unwrap();
    fs::write(out.join("by_hand.rs"), b"// mine").unwrap();
    let error = verify().unwrap_err().to_string();
    for told in
        ["a.v1.rs is not", "b.v1.descriptors.bin is not", "gone.v1.rs belongs", "gone.v1.descriptors.bin belongs"]
    {
        assert!(error.contains(told), "{told}: {error}");
    }
    assert!(!error.contains("by_hand") && !error.contains("mod.rs"), "{error}");

    // Any other value than 1 does not write.
    let run = run(dir.path(), &[("TESTED_VERIFY", &out), ("TOWER_CONNECT_UPDATE", Path::new("0"))]);
    assert!(!run.status.success());
    assert!(update().status.success());
    fs::remove_file(out.join("by_hand.rs")).unwrap();
    assert!(files(&out) == good);
}

#[test]
#[ignore = "needs a protoc on PATH, as CI has it"]
fn protoc_reads_what_the_built_in_compiler_reads() {
    let dir = project();
    let protos = [dir.path().join("proto/a/v1/a.proto"), dir.path().join("proto/a/v1/again.proto")];
    let (ours, theirs) = (dir.path().join("ours"), dir.path().join("theirs"));
    configure().out_dir(&ours).compile(&protos).unwrap();
    configure().out_dir(&theirs).protoc("protoc").compile(&protos).unwrap();
    let (ours, theirs) = (files(&ours), files(&theirs));
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (name, content) in ours.iter().filter(|(name, _)| !name.ends_with(".descriptors.bin")) {
        assert_eq!(String::from_utf8_lossy(content), String::from_utf8_lossy(&theirs[name]), "{name}");
    }
    fs::write(&protos[1], "syntax = \"proto3\";\npackage a.v1;\nmessage Again { Missing m = 1; }").unwrap();
    let error = configure().out_dir(dir.path()).protoc("protoc").compile(&protos).unwrap_err().to_string();
    assert!(error.contains("a/v1/again.proto:3:") && error.contains("Missing"), "{error}");
    let error = configure().out_dir(dir.path()).protoc("/no/such/protoc").compile(&protos).unwrap_err().to_string();
    assert!(error.contains("/no/such/protoc"), "{error}");
}
