//! What the three ways in have in common: the files of a schema, imports first, as descriptors.

use std::collections::BTreeSet;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use prost_types::FileDescriptorProto;

use crate::guard::guard;
use crate::{Error, edition};

pub(crate) struct Schema {
    /// With their comments.
    pub(crate) files: Vec<FileDescriptorProto>,
    /// The same files as bytes, without comments, and with the custom options that `prost_types` has no place for.
    pub(crate) encoded: Vec<Vec<u8>>,
    /// The same files, linked.
    pub(crate) pool: DescriptorPool,
    /// The files that code was asked for.
    pub(crate) targets: BTreeSet<String>,
}

/// A `google.protobuf.FileDescriptorSet` whose files stay bytes.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RawSet {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(crate) file: Vec<Vec<u8>>,
}

impl Schema {
    /// Reads an encoded `FileDescriptorSet`. Without `targets`, code is asked for all of its files that are no imports.
    pub(crate) fn decode(set: &[u8], targets: Option<BTreeSet<String>>) -> Result<Self, Error> {
        let raw =
            RawSet::decode(set).map_err(|error| Error::refused(format!("this is no FileDescriptorSet: {error}")))?;
        let files = raw.file.iter().map(|file| FileDescriptorProto::decode(&**file)).collect::<Result<Vec<_>, _>>();
        let mut files = files.map_err(|error| Error::refused(format!("this is no FileDescriptorSet: {error}")))?;
        for file in &mut files {
            // prost looks for types of an empty package where they are not.
            file.package.take_if(|package| package.is_empty());
        }
        if let Some(refusal) = files.iter().find_map(edition::refuse_descriptor) {
            return Err(Error::refused(refusal.to_string()));
        }
        let mut pool = DescriptorPool::new();
        guard("the reader of the schema", || {
            pool.decode_file_descriptor_set(set).map_err(|error| Error::refused(error.to_string()))
        })?;
        let encoded = raw.file.iter().map(|file| without_comments(file)).collect::<Result<_, _>>()?;
        let encoded: Vec<_> = encoded;
        let asked = raw.file.iter().zip(&files).filter(|(raw, file)| !is_import(raw, file.name()));
        let targets = targets.unwrap_or_else(|| asked.map(|(_, file)| file.name().to_owned()).collect());
        // The order in which files were given is none of the code's.
        let mut all: Vec<_> = files.into_iter().zip(encoded).collect();
        all.sort_by(|(one, _), (other, _)| one.name().cmp(other.name()));
        let (files, encoded) = all.into_iter().unzip();
        Ok(Self { files, encoded, pool, targets })
    }

    /// Files and all that they import, imports first, as an encoded `FileDescriptorSet`.
    pub(crate) fn closure<'a>(&'a self, names: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
        let files = closure(&self.files, names).into_iter().map(|index| self.encoded[index].clone());
        RawSet { file: files.collect() }.encode_to_vec()
    }
}

/// The indices of files, which are sorted by name, and of all that they import, imports first.
pub(crate) fn closure<'a>(files: &'a [FileDescriptorProto], names: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    fn visit(files: &[FileDescriptorProto], name: &str, seen: &mut BTreeSet<usize>, order: &mut Vec<usize>) {
        let Ok(index) = files.binary_search_by(|file| file.name().cmp(name)) else { return };
        if seen.insert(index) {
            files[index].dependency.iter().for_each(|import| visit(files, import, seen, order));
            order.push(index);
        }
    }
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    names.into_iter().for_each(|name| visit(files, name, &mut seen, &mut order));
    order
}

/// Whether a file of a set is there for others only, as buf marks it, or as those of Google always are.
fn is_import(raw: &[u8], name: &str) -> bool {
    let marked = File::decode(raw).ok().and_then(|file| file.buf).is_some_and(|buf| buf.is_import);
    marked || name.starts_with("google/protobuf/")
}

/// What buf adds to the `google.protobuf.FileDescriptorProto`s of its images.
#[derive(Clone, PartialEq, Message)]
struct File {
    #[prost(message, optional, tag = "8042")]
    buf: Option<BufExtension>,
}

#[derive(Clone, PartialEq, Message)]
struct BufExtension {
    #[prost(bool, tag = "1")]
    is_import: bool,
}

/// Comments become docs, and need not lie in every binary.
fn without_comments(file: &[u8]) -> Result<Vec<u8>, Error> {
    let unknown = || Error::refused("this is no FileDescriptorSet".to_owned());
    let descriptor = DescriptorPool::global().get_message_by_name("google.protobuf.FileDescriptorProto");
    let mut file = DynamicMessage::decode(descriptor.ok_or_else(unknown)?, file).map_err(|_| unknown())?;
    file.clear_field_by_name("source_code_info");
    Ok(file.encode_to_vec())
}
