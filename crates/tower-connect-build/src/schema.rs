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
    /// Reads an encoded `FileDescriptorSet`. Without `targets`, code is asked for all of its files.
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
        let targets = targets.unwrap_or_else(|| files.iter().map(|file| file.name().to_owned()).collect());
        Ok(Self { files, encoded, pool, targets })
    }

    /// A file and all that it imports, as an encoded `FileDescriptorSet`.
    pub(crate) fn closure(&self, names: impl IntoIterator<Item = String>) -> Vec<u8> {
        let mut wanted = BTreeSet::new();
        let mut todo: Vec<String> = names.into_iter().collect();
        while let Some(name) = todo.pop() {
            if let Some(file) = self.files.iter().find(|file| file.name() == name && !wanted.contains(&name)) {
                todo.extend(file.dependency.iter().cloned());
                wanted.insert(name);
            }
        }
        let files = self.files.iter().zip(&self.encoded).filter(|(file, _)| wanted.contains(file.name()));
        RawSet { file: files.map(|(_, encoded)| encoded.clone()).collect() }.encode_to_vec()
    }
}

/// Comments become docs, and need not lie in every binary.
fn without_comments(file: &[u8]) -> Result<Vec<u8>, Error> {
    let unknown = || Error::refused("this is no FileDescriptorSet".to_owned());
    let descriptor = DescriptorPool::global().get_message_by_name("google.protobuf.FileDescriptorProto");
    let mut file = DynamicMessage::decode(descriptor.ok_or_else(unknown)?, file).map_err(|_| unknown())?;
    file.clear_field_by_name("source_code_info");
    Ok(file.encode_to_vec())
}
