//! A project of somebody who follows the guide: a schema, `buf.gen.yaml`, and the plugin on `PATH`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use tempfile::TempDir;
use tower_connect::BoxError;

use super::Files;
use crate::go::BUF;

pub(super) struct Project {
    dir: TempDir,
    buf: PathBuf,
    /// With the plugin's folder before all others.
    path: OsString,
}

/// All that the generator has to do with: docs, options, and types of other packages.
const SCHEMA: &str = include_str!("greet.proto");
const FILE: &str = "proto/greet/v1/greet.proto";
const GUIDE: &str = include_str!("../../../tower-connect-build/README.md");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

impl Project {
    pub(super) fn new() -> Result<Self, BoxError> {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join(FILE);
        fs::create_dir_all(file.parent().unwrap_or(dir.path()))?;
        fs::write(file, SCHEMA)?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = Path::new(ROOT).join("target/plugin");
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--package=tower-connect-build", "--bins", "--target-dir"])
            .arg(&target)
            .current_dir(ROOT)
            .status()?;
        if !status.success() {
            return Err("the plugin does not build".into());
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([target.join("debug")].into_iter().chain(env::split_paths(&path)))?;
        Command::new("protoc").arg("--version").output().map_err(|error| format!("protoc does not start: {error}"))?;
        Ok(Self { dir, buf: BUF.install()?, path })
    }

    /// `buf generate`, as in the guide or with these options.
    pub(super) fn buf(&self, options: Option<&str>) -> Result<String, String> {
        let config = block("yaml")?;
        let config = match options {
            None => config.to_owned(),
            Some(options) => config.replace("bytes=.", &format!("{options:?}")),
        };
        fs::write(self.dir.path().join("buf.gen.yaml"), config).map_err(|error| error.to_string())?;
        self.run(Command::new(&self.buf).arg("generate"))
    }

    /// `protoc`, as in the guide or with these options.
    pub(super) fn protoc(&self, options: Option<&str>) -> Result<String, String> {
        let command = block("sh")?.replace("bytes=.", &format!("'{}'", options.unwrap_or("bytes=.")));
        fs::create_dir_all(self.dir.path().join(OUTPUT)).map_err(|error| error.to_string())?;
        self.run(Command::new("sh").args(["-c", &command]))
    }

    fn run(&self, command: &mut Command) -> Result<String, String> {
        let output =
            command.current_dir(self.dir.path()).env("PATH", &self.path).output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(text) } else { Err(text) }
    }

    /// What a build script would get.
    pub(super) fn by_build_script(&self) -> Result<Files, BoxError> {
        let out_dir = self.dir.path().join("expected");
        tower_connect_build::configure().bytes(["."]).out_dir(&out_dir).compile(&[self.dir.path().join(FILE)])?;
        Ok(files(&out_dir)?)
    }

    /// What the plugin has written, which is gone then.
    pub(super) fn take_output(&self) -> Result<Files, String> {
        let out_dir = self.dir.path().join(OUTPUT);
        let files = files(&out_dir).map_err(|error| error.to_string())?;
        fs::remove_dir_all(out_dir).map_err(|error| error.to_string())?;
        Ok(files)
    }

    /// Compiles the code in a crate that has `tower-connect` and nothing else.
    pub(super) fn compiles(&self, code: &Files) -> Result<(), String> {
        self.check(code).map_err(|error| error.to_string())
    }

    fn check(&self, code: &Files) -> Result<(), BoxError> {
        let dir = self.dir.path().join("crate");
        fs::create_dir_all(dir.join(OUTPUT))?;
        let library = fs::canonicalize(Path::new(ROOT).join("crates/tower-connect"))?;
        fs::write(
            dir.join("Cargo.toml"),
            format!(
                "[package]\nname = \"generated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
                 tower-connect = {{ path = \"{}\", features = [\"testing\"] }}\n",
                library.display()
            ),
        )?;
        fs::copy(Path::new(ROOT).join("Cargo.lock"), dir.join("Cargo.lock"))?;
        fs::write(
            dir.join("src/lib.rs"),
            "#![deny(warnings, missing_docs)]\n//! Generated.\n\n/// All packages.\npub mod proto;\n",
        )?;
        for (name, content) in code {
            fs::write(dir.join(OUTPUT).join(name), content)?;
        }
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = Path::new(ROOT).join("target/plugin");
        let output = Command::new(cargo).arg("check").arg("--target-dir").arg(target).current_dir(dir).output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(text.into()) }
    }

    /// Does something while the schema is one of an edition.
    pub(super) fn with_edition<T>(&self, act: impl FnOnce() -> T) -> Result<T, String> {
        let file = self.dir.path().join(FILE);
        let write = |text: &str| fs::write(&file, text).map_err(|error| error.to_string());
        write("// A file\n// of an edition.\nedition = \"2023\";\npackage greet.v1;\nmessage A {}\n")?;
        let result = act();
        write(SCHEMA)?;
        Ok(result)
    }
}

/// Where the guide puts the code.
const OUTPUT: &str = "src/proto";

/// Options as one.
pub(super) fn option(options: &[&str]) -> String {
    options.join(",")
}

/// The guide's example in a language.
fn block(language: &str) -> Result<&'static str, String> {
    let fence = format!("```{language}\n");
    let block = GUIDE.split_once(&fence).and_then(|(_, rest)| rest.split_once("```"));
    block.map(|(block, _)| block).ok_or_else(|| format!("the guide has no example in {language}"))
}

fn files(dir: &Path) -> std::io::Result<Files> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    Ok(files)
}
