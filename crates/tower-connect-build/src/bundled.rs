//! Schemas of Google that others import: ours to read, in our own words.

use std::fs;
use std::path::Path;

use crate::Error;

macro_rules! bundle {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../proto/", $name)))),*]
    };
}

/// Those whose messages are fields, and those whose extensions are options.
const FILES: &[(&str, &str)] = bundle![
    "google/api/annotations.proto",
    "google/api/client.proto",
    "google/api/field_behavior.proto",
    "google/api/field_info.proto",
    "google/api/http.proto",
    "google/api/httpbody.proto",
    "google/api/resource.proto",
    "google/rpc/code.proto",
    "google/rpc/error_details.proto",
    "google/rpc/status.proto",
];

pub(crate) fn source(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(file, _)| *file == name).map(|(_, source)| *source)
}

/// Puts them into a directory, for a compiler that reads files.
pub(crate) fn write(dir: &Path) -> Result<(), Error> {
    for (name, source) in FILES {
        let path = dir.join(name);
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, source))
            .map_err(|error| Error::file(&path, error))?;
    }
    Ok(())
}
