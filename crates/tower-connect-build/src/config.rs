use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use protox::Compiler;

use crate::{Error, generate};

/// How the schema is found and where the code goes.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is generated before `compile`"]
pub struct Config {
    includes: Vec<PathBuf>,
    out_dir: Option<PathBuf>,
    extern_paths: Vec<(String, String)>,
    mocks: bool,
}

impl Config {
    /// Adds a directory to look for imports in, before those that follow from the packages of the compiled files.
    pub fn include(mut self, dir: impl Into<PathBuf>) -> Self {
        self.includes.push(dir.into());
        self
    }

    /// Where the code goes; the default is cargo's `OUT_DIR`.
    pub fn out_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(dir.into());
        self
    }

    /// Uses a type of yours, or the types of a module, instead of generated ones: the proto path begins with a dot, as in
    /// `.google.protobuf.Any`, and the Rust path is absolute, as in `crate::any::Any`.
    ///
    /// Such a type needs what a generated one has: `prost::Message`, `Clone`, `PartialEq` (and `Eq`, `Hash` and `Copy`, if all of its fields
    /// could have them), `Debug`, `Default`, `serde::Serialize` and `serde::Deserialize`.
    pub fn extern_path(mut self, proto: impl Into<String>, rust: impl Into<String>) -> Self {
        self.extern_paths.push((proto.into(), rust.into()));
        self
    }

    /// Adds a mock for each service, by default none: `GreetServiceMock` for `service GreetService`. It is there wherever `tower-connect`
    /// has its feature `testing`, which belongs into `[dev-dependencies]`, so that only tests compile it.
    pub fn mocks(mut self, mocks: bool) -> Self {
        self.mocks = mocks;
        self
    }

    /// Compiles `.proto` files, and what they import. All files of a crate go into one call, because the code of a package is one file.
    ///
    /// # Errors
    ///
    /// The schema is wrong (the error shows the file, the line and the place), or a file cannot be read or written.
    pub fn compile(self, protos: &[impl AsRef<Path>]) -> Result<(), Error> {
        let out_dir = match self.out_dir {
            Some(dir) => dir,
            None => std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(Error::no_out_dir)?,
        };
        let mut includes = self.includes;
        for proto in protos {
            includes.push(root_of(proto.as_ref())?);
        }
        let mut seen = BTreeSet::new();
        includes.retain(|dir| seen.insert(dir.clone()));

        let mut compiler = Compiler::new(&includes)?;
        compiler.include_imports(true).open_files(protos)?;
        for path in compiler.files().filter_map(|file| file.path()) {
            println!("cargo:rerun-if-changed={}", path.display());
        }
        // Comments become docs, and need not lie in every binary. What is encoded by the compiler itself keeps custom options.
        let encoded = compiler.include_source_info(false).encode_file_descriptor_set();
        let set = compiler.include_source_info(true).file_descriptor_set();
        generate::generate(set, &encoded, &self.extern_paths, self.mocks, &out_dir)
    }
}

/// The directory that a file's imports are relative to: its own, less the directories that its package names.
fn root_of(proto: &Path) -> Result<PathBuf, Error> {
    let source = std::fs::read_to_string(proto).map_err(|error| Error::file(proto, error))?;
    let dir = proto.parent().unwrap_or(Path::new(""));
    // A file that does not parse gets its message from the compiler, which knows how to show the place.
    let package = protox_parse::parse("", &source).ok().and_then(|file| file.package).unwrap_or_default();
    let suffix: PathBuf = package.split('.').collect();
    let root = if dir.ends_with(&suffix) { dir.ancestors().nth(suffix.components().count()) } else { None };
    let root = root.unwrap_or(dir);
    Ok(if root.as_os_str().is_empty() { PathBuf::from(".") } else { root.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_where_the_package_starts() {
        let dir = tempfile::tempdir().unwrap();
        let nested = dir.path().join("proto/greet/v1");
        std::fs::create_dir_all(&nested).unwrap();
        let write = |name: &str, text: &str| {
            let path = nested.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let in_package = write("a.proto", "syntax = \"proto3\"; package greet.v1;");
        assert_eq!(root_of(&in_package).unwrap(), dir.path().join("proto"));
        let elsewhere = write("b.proto", "syntax = \"proto3\"; package other.v1;");
        assert_eq!(root_of(&elsewhere).unwrap(), nested);
        let without = write("c.proto", "syntax = \"proto3\";");
        assert_eq!(root_of(&without).unwrap(), nested);
        assert_eq!(
            root_of(Path::new("missing.proto")).unwrap_err().to_string().split(':').next(),
            Some("missing.proto")
        );
    }
}
