//! From generated files to a directory: written, or compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::sync::Mutex;

use crate::Error;
use crate::generate::{Generated, MARK};
use crate::tree::tree;

/// Writes what is not there already: what has not changed is not compiled again.
pub(crate) fn write(generated: &Generated, out_dir: &Path) -> Result<(), Error> {
    fs::create_dir_all(out_dir).map_err(|error| Error::file(out_dir, error))?;
    let mut all = WRITTEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let written = all.entry(out_dir.to_owned()).or_default();
    for (name, content) in &generated.files {
        let path = out_dir.join(name);
        let first = written.files.insert(path.clone());
        if fs::read(&path).is_ok_and(|present| present == *content) {
            continue;
        }
        // It would be lost: its package was split over two calls.
        if !first {
            let path = path.display();
            return Err(Error::refused(format!("{path} would be overwritten: compile all files in one call")));
        }
        fs::write(&path, content).map_err(|error| Error::file(path, error))?;
    }
    written.packages.extend(generated.packages.iter().cloned());
    if generated.include_file.is_empty() {
        return Ok(());
    }
    write_if_changed(&out_dir.join(&generated.include_file), tree(&written.packages).as_bytes())
}

fn write_if_changed(path: &Path, content: &[u8]) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    fs::write(path, content).map_err(|error| Error::file(path, error))
}

/// What this process has written into a directory. Several calls may share it, if no package is split over them.
#[derive(Default)]
struct Written {
    files: BTreeSet<PathBuf>,
    packages: BTreeSet<String>,
}

static WRITTEN: Mutex<BTreeMap<PathBuf, Written>> = Mutex::new(BTreeMap::new());

/// Compares, or brings up to date what differs if the environment asks for it.
pub(crate) fn verify(generated: &Generated, out_dir: &Path) -> Result<(), Error> {
    let mut expected = generated.files.clone();
    if !generated.include_file.is_empty() {
        expected.insert(generated.include_file.clone(), tree(&generated.packages).into_bytes());
    }
    let differing = expected.iter().filter(|(name, content)| {
        fs::read(out_dir.join(name)).map_or(true, |present| with_unix_ends(name, present) != **content)
    });
    let differing: Vec<_> = differing.collect();
    let left_over: Vec<_> = generated_in(out_dir).into_iter().filter(|name| !expected.contains_key(name)).collect();
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        fs::create_dir_all(out_dir).map_err(|error| Error::file(out_dir, error))?;
        for (name, content) in differing {
            write_if_changed(&out_dir.join(name), content)?;
        }
        for name in left_over {
            let path = out_dir.join(name);
            fs::remove_file(&path).map_err(|error| Error::file(path, error))?;
        }
        return Ok(());
    }
    let differing =
        differing.iter().map(|(name, _)| format!("  {} is not what the schema gives", out_dir.join(name).display()));
    let left_over = left_over.iter().map(|name| format!("  {} belongs to no package", out_dir.join(name).display()));
    let complaints: Vec<_> = differing.chain(left_over).collect();
    if complaints.is_empty() {
        return Ok(());
    }
    Err(Error::refused(format!(
        "generated code is out of date:\n{}\nrun this again with {UPDATE}=1",
        complaints.join("\n")
    )))
}

/// The environment variable that lets `verify` write.
const UPDATE: &str = "TOWER_CONNECT_UPDATE";

/// Checkouts on Windows may have other ends of lines.
fn with_unix_ends(name: &str, content: Vec<u8>) -> Vec<u8> {
    if name.ends_with(DESCRIPTORS) {
        return content;
    }
    String::from_utf8(content).map_or_else(FromUtf8Error::into_bytes, |text| text.replace("\r\n", "\n").into_bytes())
}

/// The files of a directory that this crate has made, by their first line, and the descriptors that belong to them.
fn generated_in(dir: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if fs::read(entry.path()).is_ok_and(|content| content.starts_with(MARK.trim_end().as_bytes())) {
            if let Some(package) = name.strip_suffix(".rs") {
                let descriptors = format!("{package}{DESCRIPTORS}");
                names.extend(dir.join(&descriptors).exists().then_some(descriptors));
            }
            names.insert(name);
        }
    }
    names
}

/// What follows the name of a package in the name of the file with its descriptors.
pub(crate) const DESCRIPTORS: &str = ".descriptors.bin";
