//! The same schemas, in many ways: the first as users have it, each other into a directory of its own.

use std::path::{Path, PathBuf};

use tower_connect_build::{Config, configure};

/// All of them, which go into one call, since some packages are in several files.
const ALL: [&str; 16] = [
    "a/a.proto",
    "docs/v1/docs.proto",
    "far/v1/target.proto",
    "hostile/v1/messages.proto",
    "hostile/v1/services.proto",
    "known/v1/known.proto",
    "nothing.proto",
    "old/v1/user.proto",
    "old/v1/old.proto",
    "options/v1/options.proto",
    "options/v1/three.proto",
    "shapes/v1/shapes.proto",
    "shapes/v1/two.proto",
    "split/one/part.proto",
    "type/async/v1/keywords.proto",
    "x/a.proto",
];

/// Those that are enough where only a switch is looked at.
const SOME: [&str; 2] = ["shapes/v1/shapes.proto", "shapes/v1/two.proto"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let all = |config: Config| config.compile(&protos(&ALL));
    let some = |config: Config| config.compile(&protos(&SOME));
    all(configure().include("proto").mocks(true))?;
    to("private")?.mocks(true).compile(&protos(&["golden/v1/golden.proto", "old/v1/user.proto"]))?;
    some(to("no_json")?.json(false))?;
    some(to("no_server")?.server(false))?;
    some(to("no_client")?.client(false))?;
    some(to("neither")?.server(false).client(false))?;
    some(to("no_descriptors")?.descriptors(false))?;
    some(to("others_types")?.extern_path(".shapes.v1", "crate::all::shapes::v1").mocks(true))?;
    some(to("others_types_no_json")?.extern_path(".shapes", "crate::no_json::shapes").json(false))?;
    some(dressed(to("dressed")?))?;
    some(to("from_files")?.mocks(true))?;
    to("from_set")?.mocks(true).compile_descriptor_set(descriptor_set()?)?;
    Ok(())
}

fn protos(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| Path::new("proto").join(name)).collect()
}

/// A configuration for a directory of its own.
fn to(dir: &str) -> Result<Config, std::env::VarError> {
    Ok(configure().include("proto").out_dir(Path::new(&std::env::var("OUT_DIR")?).join(dir)))
}

/// All that changes what messages look like.
fn dressed(config: Config) -> Config {
    config
        .bytes(["."])
        .hash_map([".shapes.v1.Values", ".shapes.v1.Keys.by_int32"])
        .boxed(".shapes.v1.Event.kind.named")
        .boxed(".shapes.v1.Copied.of.flat")
        .boxed(".shapes.v1.Singular.a_leaf")
        .type_attribute(".shapes.v1.Flat", "#[derive(::core::cmp::PartialOrd)]")
        .message_attribute(".shapes.v1.Leaf", "#[derive(::core::cmp::PartialOrd)]")
        .enum_attribute(".shapes.v1.Copied.of", "#[derive(::core::cmp::PartialOrd)]")
        .field_attribute(".shapes.v1.Leaf.name", "#[doc(alias = \"alias\")]")
}

/// What `buf build` or `protoc` would write.
fn descriptor_set() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true).open_files(SOME)?;
    Ok(compiler.encode_file_descriptor_set())
}
