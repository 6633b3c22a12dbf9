//! What is generated, and how: the part of a [`Config`](crate::Config) that build scripts and the plugin share.

use syn::parse::Parser;

use crate::Error;

/// A path of the schema, and what belongs to it: an attribute, or a path of Rust.
pub(crate) type Entry = (String, String);

/// Where generated code finds its runtimes: a crate that uses it needs no other dependency than `tower-connect`.
pub(crate) const CODEGEN: &str = "::tower_connect::codegen";

#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches")]
pub(crate) struct Options {
    pub(crate) server: bool,
    pub(crate) client: bool,
    pub(crate) json: bool,
    pub(crate) descriptors: bool,
    pub(crate) mocks: bool,
    pub(crate) extern_paths: Vec<Entry>,
    pub(crate) type_attributes: Vec<Entry>,
    pub(crate) message_attributes: Vec<Entry>,
    pub(crate) enum_attributes: Vec<Entry>,
    pub(crate) field_attributes: Vec<Entry>,
    pub(crate) bytes: Vec<String>,
    pub(crate) hash_map: Vec<String>,
    pub(crate) boxed: Vec<String>,
    /// The file of the modules.
    pub(crate) include_file: String,
    /// Where generated code finds what it refers to.
    pub(crate) codegen: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            server: true,
            client: true,
            json: true,
            descriptors: true,
            mocks: false,
            extern_paths: Vec::new(),
            type_attributes: Vec::new(),
            message_attributes: Vec::new(),
            enum_attributes: Vec::new(),
            field_attributes: Vec::new(),
            bytes: Vec::new(),
            hash_map: Vec::new(),
            boxed: Vec::new(),
            include_file: "mod.rs".to_owned(),
            codegen: CODEGEN.to_owned(),
        }
    }
}

impl Options {
    /// Takes one option of the plugin: `client=false`, `extern_path=.a.v1=::a::v1`.
    pub(crate) fn set(&mut self, option: &str) -> Result<(), String> {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        let switch = || match value {
            "" | "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("{option:?}: {key} is true or false")),
        };
        let path = || match value {
            "" => Err(format!("{option:?}: which path of the schema? For all it is {key}=.")),
            _ => Ok(value.to_owned()),
        };
        let entry = || {
            let (path, rust) =
                value.split_once('=').ok_or_else(|| format!("{option:?}: the form is {key}=PATH=RUST"))?;
            Ok::<_, String>((path.to_owned(), rust.to_owned()))
        };
        match key {
            "server" => self.server = switch()?,
            "client" => self.client = switch()?,
            "json" => self.json = switch()?,
            "descriptors" => self.descriptors = switch()?,
            "mocks" => self.mocks = switch()?,
            "extern_path" => self.extern_paths.push(entry()?),
            "type_attribute" => self.type_attributes.push(entry()?),
            "message_attribute" => self.message_attributes.push(entry()?),
            "enum_attribute" => self.enum_attributes.push(entry()?),
            "field_attribute" => self.field_attributes.push(entry()?),
            "bytes" => self.bytes.push(path()?),
            "hash_map" => self.hash_map.push(path()?),
            "boxed" => self.boxed.push(path()?),
            "include_file" => value.clone_into(&mut self.include_file),
            _ => return Err(format!("{option:?}: there is no option {key:?}")),
        }
        Ok(())
    }
}

/// What would be an error of the compiler, or of nobody, in the middle of generated code.
impl Options {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.mocks && !self.server {
            return Err(Error::refused("mocks need the server: it is what a mock's channel goes to"));
        }
        if self.include_file.contains(['/', '\\']) {
            return Err(Error::refused(format!("include_file({:?}): a name, not a path", self.include_file)));
        }
        for (proto, rust) in &self.extern_paths {
            let refuse = |reason: &str| Err(Error::refused(format!("extern_path({proto:?}, {rust:?}): {reason}")));
            if !proto.starts_with('.') {
                return refuse("a path of the schema begins with a dot");
            }
            if proto.split('.').skip(1).any(str::is_empty) {
                return refuse("this is no path of the schema");
            }
            if syn::parse_str::<syn::Type>(rust).is_err() {
                return refuse("this is no path of Rust");
            }
        }
        let attributes = [
            ("type_attribute", &self.type_attributes),
            ("message_attribute", &self.message_attributes),
            ("enum_attribute", &self.enum_attributes),
            ("field_attribute", &self.field_attributes),
        ];
        for (option, entries) in attributes {
            for (path, attribute) in entries {
                if let Err(error) = syn::Attribute::parse_outer.parse_str(attribute) {
                    return Err(Error::refused(format!("{option}({path:?}, {attribute:?}): {error}")));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set_by_name() {
        let mut options = Options::default();
        for option in ["client=false", "mocks", "extern_path=.a.v1=::a::v1", "bytes=.", "type_attribute=.=#[a(b = 1)]"]
        {
            options.set(option).unwrap();
        }
        assert!(!options.client && options.mocks && options.server);
        assert_eq!(options.extern_paths, [(".a.v1".to_owned(), "::a::v1".to_owned())]);
        assert_eq!(options.bytes, ["."]);
        assert_eq!(options.type_attributes, [(".".to_owned(), "#[a(b = 1)]".to_owned())]);
    }

    #[test]
    fn what_is_no_option_says_so() {
        for (option, reason) in [
            ("server=no", "true or false"),
            ("extern_path=.a", "PATH=RUST"),
            ("bytes", "which path"),
            ("x=1", "no option \"x\""),
        ] {
            let error = Options::default().set(option).unwrap_err();
            assert!(error.contains(reason) && error.contains(option), "{error}");
        }
    }

    #[test]
    fn what_does_not_parse_is_refused_by_name() {
        for (option, reason) in [
            ("type_attribute=.=#[derive(", "type_attribute(\".\", \"#[derive(\"): "),
            ("field_attribute=.=derive(Hash)", "field_attribute(\".\", "),
            ("extern_path=.a=x y", "extern_path(\".a\", \"x y\"): this is no path of Rust"),
            ("extern_path=a=::a", "begins with a dot"),
            ("extern_path=.a.=::a", "no path of the schema"),
            ("include_file=../a.rs", "a name, not a path"),
        ] {
            let mut options = Options::default();
            options.set(option).unwrap();
            let error = options.check().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let mut options = Options::default();
        for option in ["extern_path=.a=::a::B<u8>", "extern_path=.b=()", "type_attribute=.=#[a] #[b]"] {
            options.set(option).unwrap();
        }
        options.check().unwrap();
    }
}
