//! From `.proto` files to a [`Schema`], by protox or by a `protoc`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};

use crate::bundled::{self, Bundled};
use crate::guard::guard;
use crate::schema::Schema;
use crate::{Error, edition};

pub(crate) fn protox(includes: &[PathBuf], protos: &[impl AsRef<Path>]) -> Result<Schema, Error> {
    let mut resolver = ChainFileResolver::new();
    // Before those of the user: newer ones have syntax that this compiler does not know.
    resolver.add(GoogleFileResolver::new());
    for dir in includes {
        resolver.add(Root { dir: dir.clone(), files: IncludeFileResolver::new(dir.clone()) });
    }
    resolver.add(Bundled);
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    // It takes options on trust: of two that have one number it finds that the values do not fit.
    guard("the compiler of the schema", || {
        compiler.open_files(protos).map(|_| ()).map_err(|error| Error::schema(error, includes))
    })?;
    for path in compiler.files().filter_map(|file| file.path()) {
        rerun_if_changed(path);
    }
    let targets = compiler.files().filter(|file| !file.is_import()).map(|file| file.name().to_owned()).collect();
    Schema::decode(&compiler.encode_file_descriptor_set(), Some(targets))
}

pub(crate) fn protoc(program: &Path, includes: &[PathBuf], protos: &[impl AsRef<Path>]) -> Result<Schema, Error> {
    let dir = tempfile::tempdir().map_err(Error::generator)?;
    let set = dir.path().join("schema.binpb");
    // Where a file is on disk, too, that one is read.
    let bundle = dir.path().join("google.binpb");
    fs::write(&bundle, bundled::descriptor_set()?).map_err(|error| Error::file(&bundle, error))?;
    let output = Command::new(program)
        .args(["--include_imports", "--include_source_info", "-o"])
        .arg(&set)
        .arg(format!("--descriptor_set_in={}", bundle.display()))
        .args(includes.iter().map(|dir| format!("-I{}", dir.display())))
        .args(protos.iter().map(AsRef::as_ref))
        .output()
        .map_err(|error| Error::refused(format!("protoc: {} does not start: {error}", program.display())))?;
    if !output.status.success() {
        return Err(Error::refused(String::from_utf8_lossy(&output.stderr).trim_end()));
    }
    let schema = Schema::decode(&fs::read(&set).map_err(|error| Error::file(&set, error))?, None)?;
    let mut targets = BTreeSet::new();
    for file in &schema.files {
        // What protoc brings with it is in none of them.
        if let Some(path) = includes.iter().map(|dir| dir.join(file.name())).find(|path| path.exists()) {
            rerun_if_changed(&path);
            if protos.iter().any(|proto| is_same(proto.as_ref(), &path)) {
                targets.insert(file.name().to_owned());
            }
        }
    }
    Ok(Schema { targets, ..schema })
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Cargo reads this from a build script's output; to all others it is nothing.
fn rerun_if_changed(path: &Path) {
    if std::env::var_os("OUT_DIR").is_some() {
        println!("cargo:rerun-if-changed={}", path.display());
    }
}

/// The files where they are: as they were told, or in a directory to look for imports in, as other generators have it.
pub(crate) fn locate(includes: &[PathBuf], protos: &[impl AsRef<Path>]) -> Vec<PathBuf> {
    let locate = |proto: &Path| {
        let within = || includes.iter().map(|dir| dir.join(proto)).find(|path| path.exists());
        if proto.exists() { None } else { within() }.unwrap_or_else(|| proto.to_owned())
    };
    protos.iter().map(|proto| locate(proto.as_ref())).collect()
}

/// The directories that imports are relative to: those that were told, then those that follow from the packages of the files.
pub(crate) fn roots(includes: &[PathBuf], protos: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let own = protos.iter().map(|proto| root_of(proto)).collect::<Result<Vec<_>, _>>()?;
    let mut roots: Vec<PathBuf> = Vec::new();
    for dir in includes.iter().chain(&own) {
        match roots.iter_mut().find(|root| is_same(root, dir)) {
            // By the name that a file has it by: by two, one of them would be in the shadow of the other.
            Some(root) => dir.clone_into(root),
            None => roots.push(dir.clone()),
        }
    }
    Ok(roots)
}

/// The directory that a file's imports are relative to: its own, less the directories that its package names.
fn root_of(proto: &Path) -> Result<PathBuf, Error> {
    let source = fs::read_to_string(proto).map_err(|error| Error::file(proto, error))?;
    let dir = proto.parent().unwrap_or(Path::new(""));
    // A file that does not parse gets its message from the compiler, which knows how to show the place.
    let package = protox_parse::parse("", &source).ok().and_then(|file| file.package).unwrap_or_default();
    let suffix: PathBuf = package.split('.').collect();
    let root = if dir.ends_with(&suffix) { dir.ancestors().nth(suffix.components().count()) } else { None };
    let root = root.unwrap_or(dir);
    Ok(if root.as_os_str().is_empty() { PathBuf::from(".") } else { root.to_owned() })
}

/// A directory of files, which tells what is wrong with editions better than "expected `syntax`".
struct Root {
    dir: PathBuf,
    files: IncludeFileResolver,
}

impl FileResolver for Root {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.files.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let path = self.dir.join(name);
        if let Some(refusal) = fs::read_to_string(&path).ok().and_then(|source| edition::refuse(&path, &source)) {
            return Err(protox::Error::new(refusal));
        }
        self.files.open_file(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_where_the_package_starts() {
        let dir = tempfile::tempdir().unwrap();
        let nested = dir.path().join("proto/greet/v1");
        fs::create_dir_all(&nested).unwrap();
        let write = |name: &str, text: &str| {
            let path = nested.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let in_package = write("a.proto", "syntax = \"proto3\"; package greet.v1;");
        assert_eq!(root_of(&in_package).unwrap(), dir.path().join("proto"));
        let elsewhere = write("b.proto", "syntax = \"proto3\"; package other.v1;");
        assert_eq!(root_of(&elsewhere).unwrap(), nested);
        let without = write("c.proto", "syntax = \"proto3\";");
        assert_eq!(root_of(&without).unwrap(), nested);
        let error = root_of(Path::new("missing.proto")).unwrap_err().to_string();
        assert_eq!(error.split(':').next(), Some("missing.proto"));
    }
}
