//! Types that are there already: those that the user brings, and those of Google that come with `tower-connect`.

use prost_types::FileDescriptorProto;

use crate::naming::snake;
use crate::options::{CODEGEN, Entry, Options};
use crate::reach::covers;
use crate::walk::root;

pub(crate) struct Externs {
    known: &'static [Known],
    /// All of them, in the form that `prost-build` and `pbjson-build` take.
    pub(crate) entries: Vec<Entry>,
}

impl Externs {
    /// What the user brings, and what is left of ours.
    pub(crate) fn new(options: &Options) -> Self {
        let brought = &options.extern_paths;
        let mut entries = brought.clone();
        // Otherwise it is ours that are to be generated.
        let known = if options.codegen == CODEGEN { KNOWN } else { &[] };
        for (package, module, names) in known {
            for name in *names {
                let path = format!(".{package}.{name}");
                if !covers(brought, &path) {
                    let nested = name.split_once('.').map(|(outer, inner)| format!("{}::{inner}", snake(outer)));
                    let name = nested.as_deref().unwrap_or(name);
                    entries.push((path, format!("::tower_connect::types::{module}::{name}")));
                }
            }
        }
        Self { known, entries }
    }

    /// Whether the types of a package are there, and with them those of its options.
    pub(crate) fn has_package(&self, name: &str) -> bool {
        self.known.iter().any(|(package, ..)| *package == name) || self.cover(&format!(".{name}"))
    }

    /// A file without the types that are there already.
    pub(crate) fn without(&self, file: &FileDescriptorProto) -> FileDescriptorProto {
        let root = root(file);
        let mut file = file.clone();
        file.message_type.retain(|message| !self.cover(&format!("{root}.{}", message.name())));
        file.enum_type.retain(|r#enum| !self.cover(&format!("{root}.{}", r#enum.name())));
        file
    }

    /// Whether a type is there already.
    pub(crate) fn cover(&self, path: &str) -> bool {
        covers(&self.entries, path)
    }
}

/// A package, the module of `tower_connect::types` that it is in, and its types.
type Known = (&'static str, &'static str, &'static [&'static str]);

const KNOWN: &[Known] = &[
    (
        "google.protobuf",
        "protobuf",
        &[
            "Any",
            "Duration",
            "Empty",
            "FieldMask",
            "ListValue",
            "NullValue",
            "Struct",
            "Timestamp",
            "Value",
            "BoolValue",
            "BytesValue",
            "DoubleValue",
            "FloatValue",
            "Int32Value",
            "Int64Value",
            "StringValue",
            "UInt32Value",
            "UInt64Value",
        ],
    ),
    (
        "google.rpc",
        "rpc",
        &[
            "BadRequest",
            "BadRequest.FieldViolation",
            "Code",
            "DebugInfo",
            "ErrorInfo",
            "Help",
            "Help.Link",
            "LocalizedMessage",
            "PreconditionFailure",
            "PreconditionFailure.Violation",
            "QuotaFailure",
            "QuotaFailure.Violation",
            "RequestInfo",
            "ResourceInfo",
            "RetryInfo",
            "Status",
        ],
    ),
    ("google.api", "api", &["CustomHttpPattern", "Http", "HttpBody", "HttpRule"]),
];
