use std::path::{Path, PathBuf};

use crate::options::Options;
use crate::schema::Schema;
use crate::{Error, generate, input, output};

/// How the schema is found, what is generated, and where it goes.
///
/// Paths of the schema begin with a dot, and match all that is within: `.` is everything, `.greet.v1` a package, `.greet.v1.SayRequest` a message,
/// `.greet.v1.SayRequest.name` a field. Paths of Rust are absolute: they begin with `::` or `crate`.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is generated before `compile`"]
pub struct Config {
    includes: Vec<PathBuf>,
    protoc: Option<PathBuf>,
    out_dir: Option<PathBuf>,
    options: Options,
}

/// Where the schema comes from, and where the code goes.
impl Config {
    /// Adds a directory to look for imports in, before those that follow from the packages of the compiled files.
    pub fn include(mut self, dir: impl Into<PathBuf>) -> Self {
        self.includes.push(dir.into());
        self
    }

    /// Lets this `protoc` read the schema, rather than the compiler that is built in. It is run, so it has to be installed: `"protoc"` is the one on
    /// `PATH`.
    pub fn protoc(mut self, program: impl Into<PathBuf>) -> Self {
        self.protoc = Some(program.into());
        self
    }

    /// Where the code goes; the default is cargo's `OUT_DIR`.
    pub fn out_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(dir.into());
        self
    }

    /// The name of the file that includes all others, as modules that are nested as the packages are; the default is `mod.rs`, and an empty name is no
    /// file.
    pub fn include_file(mut self, name: impl Into<String>) -> Self {
        self.options.include_file = name.into();
        self
    }
}

/// What is generated.
impl Config {
    /// Whether services get their trait and their server; the default is yes.
    pub fn server(mut self, server: bool) -> Self {
        self.options.server = server;
        self
    }

    /// Whether services get their client; the default is yes.
    pub fn client(mut self, client: bool) -> Self {
        self.options.client = client;
        self
    }

    /// Whether messages get their JSON; the default is yes. Procedures whose messages have none refuse calls in JSON with `unimplemented`.
    pub fn json(mut self, json: bool) -> Self {
        self.options.json = json;
        self
    }

    /// Whether each package holds its schema as `FILE_DESCRIPTOR_SET`, which reflection needs; the default is yes.
    pub fn descriptors(mut self, descriptors: bool) -> Self {
        self.options.descriptors = descriptors;
        self
    }

    /// Adds a mock for each service, by default none: `GreetServiceMock` for `service GreetService`. It is there wherever `tower-connect`
    /// has its feature `testing`, which belongs into `[dev-dependencies]`, so that only tests compile it. It needs the [server](Self::server).
    pub fn mocks(mut self, mocks: bool) -> Self {
        self.options.mocks = mocks;
        self
    }
}

/// How messages look. What `prost-build` has too is named and meant as there.
impl Config {
    /// Uses a type of yours, or the types of a module, instead of generated ones: `.google.protobuf.Any` and `crate::any::Any`.
    ///
    /// Such a type needs what a generated one has: `prost::Message`, `Clone`, `PartialEq` (and `Eq`, `Hash` and `Copy`, if all of its fields
    /// could have them), `Debug`, `Default`, and with [JSON](Self::json) `serde::Serialize` and `serde::Deserialize`.
    pub fn extern_path(mut self, proto: impl Into<String>, rust: impl Into<String>) -> Self {
        self.options.extern_paths.push((proto.into(), rust.into()));
        self
    }

    /// Adds an attribute to messages, enums and oneofs: `#[derive(schemars::JsonSchema)]`.
    pub fn type_attribute(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.options.type_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Adds an attribute to messages.
    pub fn message_attribute(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.options.message_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Adds an attribute to enums and oneofs.
    pub fn enum_attribute(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.options.enum_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Adds an attribute to fields.
    pub fn field_attribute(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.options.field_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Makes `bytes` fields `bytes::Bytes`, which share the buffer that the message came in, rather than `Vec<u8>`.
    pub fn bytes(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.bytes.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Makes map fields `HashMap` rather than `BTreeMap`, whose order makes equal messages equal bytes.
    pub fn hash_map(mut self, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.hash_map.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Puts a message field, or a variant of a oneof (`.shop.v1.Item.the_oneof.the_member`), into a `Box`. Recursive fields are boxed without being told.
    pub fn boxed(mut self, path: impl Into<String>) -> Self {
        self.options.boxed.push(path.into());
        self
    }

    /// Where generated code finds what it refers to, for the crates of this project.
    #[doc(hidden)]
    pub fn codegen_path(mut self, path: impl Into<String>) -> Self {
        self.options.codegen = path.into();
        self
    }
}

/// The ways in.
impl Config {
    /// Compiles `.proto` files, and what they import. All files of a crate go into one call, because the code of a package is one file.
    ///
    /// Imports of `google/protobuf`, `google/rpc` and the usual ones of `google/api` are found without being there.
    ///
    /// # Errors
    ///
    /// The schema is wrong (the error shows the file, the line and the place), or a file cannot be read or written.
    pub fn compile(self, protos: &[impl AsRef<Path>]) -> Result<(), Error> {
        let out_dir = self.resolved_out_dir()?;
        let schema = self.read(protos)?;
        output::write(&generate::generate(schema, &self.options)?, &out_dir)
    }

    /// Compiles a schema that another program has read: the bytes of a `google.protobuf.FileDescriptorSet` with its imports, as
    /// `buf build -o schema.binpb` and `protoc --include_imports --include_source_info -o schema.binpb` write them.
    ///
    /// It takes bytes, since the types of `prost_types` drop custom options. A build script tells cargo by itself when to run again:
    /// `println!("cargo:rerun-if-changed=schema.binpb")`.
    ///
    /// # Errors
    ///
    /// The bytes are no schema, imports are missing, or a file cannot be written.
    pub fn compile_descriptor_set(self, descriptor_set: impl AsRef<[u8]>) -> Result<(), Error> {
        let out_dir = self.resolved_out_dir()?;
        let schema = Schema::decode(descriptor_set.as_ref(), None)?;
        output::write(&generate::generate(schema, &self.options)?, &out_dir)
    }

    /// For code that is checked in: compares what [`compile`](Self::compile) would write with what is there, and writes nothing. It belongs into a test,
    /// with an [`out_dir`](Self::out_dir) inside the sources.
    ///
    /// With the environment variable `TOWER_CONNECT_UPDATE=1` it writes what has changed, and removes what it had generated from a package that is
    /// gone. So a directory belongs to one call.
    ///
    /// # Errors
    ///
    /// Files differ, are missing or left over (the error names them), or any error of `compile`.
    pub fn verify(self, protos: &[impl AsRef<Path>]) -> Result<(), Error> {
        let out_dir = self.resolved_out_dir()?;
        let schema = self.read(protos)?;
        output::verify(&generate::generate(schema, &self.options)?, &out_dir)
    }

    fn resolved_out_dir(&self) -> Result<PathBuf, Error> {
        let from_cargo = || std::env::var_os("OUT_DIR").map(PathBuf::from);
        self.out_dir.clone().or_else(from_cargo).ok_or_else(Error::no_out_dir)
    }

    fn read(&self, protos: &[impl AsRef<Path>]) -> Result<Schema, Error> {
        let protos = input::locate(&self.includes, protos);
        let includes = input::roots(&self.includes, &protos)?;
        match &self.protoc {
            Some(program) => input::protoc(program, &includes, &protos),
            None => input::protox(&includes, &protos),
        }
    }
}
