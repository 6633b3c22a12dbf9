//! What is the same whichever way the schema came.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn files(dir: &str) -> BTreeMap<String, Vec<u8>> {
    let dir = Path::new(env!("OUT_DIR")).join(dir);
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn a_descriptor_set_gives_the_same_bytes_as_the_files_it_is_of() {
    let (from_files, from_set) = (files("from_files"), files("from_set"));
    assert!(from_files.len() > 4);
    assert_eq!(from_files.keys().collect::<Vec<_>>(), from_set.keys().collect::<Vec<_>>());
    for (name, content) in from_files {
        assert!(content == from_set[&name], "{name}");
    }
}
