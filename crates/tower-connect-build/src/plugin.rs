//! The same generator behind the interface of `protoc`'s plugins: see `google/protobuf/compiler/plugin.proto`.

use prost::Message;

use crate::Error;
use crate::generate::{Generated, generate};
use crate::options::Options;
use crate::output::DESCRIPTORS;
use crate::schema::{RawSet, Schema};
use crate::tree::tree;

/// `google.protobuf.compiler.CodeGeneratorRequest`, whose files stay bytes for the sake of custom options.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(string, repeated, tag = "1")]
    file_to_generate: Vec<String>,
    #[prost(string, tag = "2")]
    parameter: String,
    #[prost(bytes = "vec", repeated, tag = "15")]
    proto_file: Vec<Vec<u8>>,
}

/// `google.protobuf.compiler.CodeGeneratorResponse`, with fields that `prost_types` has not.
#[derive(Clone, PartialEq, Message)]
struct Response {
    #[prost(string, optional, tag = "1")]
    error: Option<String>,
    #[prost(uint64, tag = "2")]
    supported_features: u64,
    #[prost(int32, tag = "3")]
    minimum_edition: i32,
    #[prost(int32, tag = "4")]
    maximum_edition: i32,
    #[prost(message, repeated, tag = "15")]
    file: Vec<File>,
}

#[derive(Clone, PartialEq, Message)]
struct File {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "15")]
    content: String,
}

/// `optional` in proto3; and editions, so that it is this crate that refuses them, with their place and what to do.
const FEATURES: u64 = 1 | 2;
/// proto2
const FIRST_EDITION: i32 = 998;
/// The last that has a number.
const LAST_EDITION: i32 = i32::MAX;

/// Answers one request of `protoc` or `buf`, both encoded as `google/protobuf/compiler/plugin.proto` has it. What is wrong with the schema or the options
/// is in the answer. This is what the program `protoc-gen-tower-connect` does.
///
/// # Errors
///
/// These bytes are no request.
pub fn plugin(request: &[u8]) -> Result<Vec<u8>, Error> {
    let request = Request::decode(request)
        .map_err(|error| Error::refused(format!("this is no request of protoc or buf: {error}")))?;
    let mut response = Response {
        supported_features: FEATURES,
        minimum_edition: FIRST_EDITION,
        maximum_edition: LAST_EDITION,
        ..Response::default()
    };
    match answer(request) {
        Ok(files) => response.file = files,
        Err(error) => response.error = Some(error.to_string()),
    }
    Ok(response.encode_to_vec())
}

fn answer(request: Request) -> Result<Vec<File>, Error> {
    let mut options = Options::default();
    for option in split(&request.parameter) {
        options.set(&option).map_err(Error::refused)?;
    }
    let set = RawSet { file: request.proto_file }.encode_to_vec();
    let schema = Schema::decode(&set, Some(request.file_to_generate.into_iter().collect()))?;
    files(generate(schema, &options)?)
}

/// Options are parted by commas; one that belongs to an option has a backslash before it.
fn split(parameter: &str) -> Vec<String> {
    let mut options = vec![String::new()];
    let mut chars = parameter.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, options.last_mut()) {
            (',', _) => options.push(String::new()),
            ('\\', Some(option)) if chars.peek() == Some(&',') => option.extend(chars.next()),
            (char, Some(option)) => option.push(char),
            (_, None) => {}
        }
    }
    options.into_iter().map(|option| option.trim().to_owned()).filter(|option| !option.is_empty()).collect()
}

/// Answers are text, so the descriptors become a literal.
fn files(generated: Generated) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    if !generated.include_file.is_empty() {
        let content = tree(&generated.packages);
        files.push(File { name: generated.include_file, content });
    }
    for (name, content) in generated.files {
        if let Some(package) = name.strip_suffix(DESCRIPTORS) {
            files.push(File { name: literal_name(package), content: format!("b\"{}\"\n", content.escape_ascii()) });
            continue;
        }
        let content = String::from_utf8(content).map_err(|error| Error::generator(std::io::Error::other(error)))?;
        let package = name.strip_suffix(".rs").unwrap_or(&name);
        let binary = format!("include_bytes!(\"{package}{DESCRIPTORS}\")");
        let content = content.replacen(&binary, &format!("include!({:?})", literal_name(package)), 1);
        files.push(File { name, content });
    }
    Ok(files)
}

fn literal_name(package: &str) -> String {
    format!("{package}.descriptors.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_within_an_option_is_escaped() {
        assert_eq!(
            split(r"client=false, type_attribute=.=#[derive(A\, B)],,bytes=."),
            ["client=false", "type_attribute=.=#[derive(A, B)]", "bytes=."]
        );
        assert!(split("").is_empty());
    }

    #[test]
    fn what_is_wrong_is_in_the_answer() {
        let request = Request { parameter: "x=1".to_owned(), ..Request::default() };
        let response = Response::decode(&*plugin(&request.encode_to_vec()).unwrap()).unwrap();
        assert_eq!(response.error.unwrap(), "\"x=1\": there is no option \"x\"");
        assert!(plugin(b"\xff").is_err());
    }
}
