//! What is known of a service when its code is written.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use prost_build::{Comments, Method};
use prost_reflect::DescriptorPool;

use crate::names::Names;
use crate::naming::{one_module_in, snake};
use crate::options::Options;

/// What prost does not know of services: their names, and their options as bytes.
pub(crate) struct Facts {
    names: BTreeMap<String, Names>,
    /// By the full names of services, and of procedures: `greet.v1.GreetService.Say`.
    options: BTreeMap<String, Vec<u8>>,
}

impl Facts {
    pub(crate) fn new(names: BTreeMap<String, Names>, pool: &DescriptorPool) -> Self {
        let mut options = BTreeMap::new();
        for service in pool.services() {
            options.insert(service.full_name().to_owned(), service.options().encode_to_vec());
            for method in service.methods() {
                options.insert(method.full_name().to_owned(), method.options().encode_to_vec());
            }
        }
        Self { names, options }
    }

    fn options(&self, name: &str) -> &[u8] {
        self.options.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

pub(crate) struct Service {
    pub(crate) names: Names,
    /// Lines of docs, and `#[deprecated]`.
    pub(crate) docs: String,
    pub(crate) deprecated: &'static str,
    pub(crate) procedures: Vec<Procedure>,
    pub(crate) json: bool,
    /// Makes the JSON of the package's messages known.
    pub(crate) register: &'static str,
    /// What the spec of the service adds to its procedures.
    pub(crate) descriptors: &'static str,
}

pub(crate) struct Procedure {
    /// `Say`
    pub(crate) proto_name: String,
    /// `say`, in the trait.
    pub(crate) function: String,
    /// `say`, in the client, which has functions of its own.
    pub(crate) call: String,
    /// `greet_service::SAY`
    pub(crate) constant: String,
    /// `SAY`
    pub(crate) constant_name: String,
    pub(crate) docs: String,
    pub(crate) deprecated: &'static str,
    /// The messages' types, here and one module further in.
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) inner_types: String,
    /// What a handler takes and gives.
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) client_streaming: bool,
    pub(crate) server_streaming: bool,
    /// The shape's type, and the function of the runtime that calls such a handler.
    pub(crate) shape: &'static str,
    pub(crate) runtime: &'static str,
    /// What the constant adds to its path and its shape.
    pub(crate) spec: String,
}

const DEPRECATED: &str = "#[deprecated]";

impl Service {
    pub(crate) fn new(service: prost_build::Service, facts: &Facts, options: &Options) -> Option<Self> {
        let full = match &*service.package {
            "" => service.proto_name.clone(),
            package => format!("{package}.{}", service.proto_name),
        };
        let names = facts.names.get(&full)?.clone();
        let service_options = facts.options(&full);
        let mut taken = [BTreeSet::new(), BTreeSet::from(["new".to_owned(), "clone".to_owned()]), BTreeSet::new()];
        let procedures = service.methods.into_iter().map(|method| {
            let own = taken.each_mut();
            Procedure::new(method, &names, own, facts, service_options)
        });
        let procedures: Vec<_> = procedures.collect();
        let deprecated = if service.options.deprecated() { DEPRECATED } else { "" };
        Some(Self {
            docs: docs(&service.comments, &format!("The service `{full}`.")),
            deprecated,
            procedures,
            json: options.json,
            register: if options.json { "::tower_connect::codegen::register(JSON_TYPES);" } else { "" },
            descriptors: if options.descriptors { ".with_descriptor_set(FILE_DESCRIPTOR_SET)" } else { "" },
            names,
        })
    }
}

impl Procedure {
    fn new(
        method: Method,
        names: &Names,
        taken: [&mut BTreeSet<String>; 3],
        facts: &Facts,
        service_options: &[u8],
    ) -> Self {
        let [functions, calls, constants] = taken;
        let (input, output) = (method.input_type, method.output_type);
        let (shape, runtime) = match (method.client_streaming, method.server_streaming) {
            (false, false) => ("Unary", "unary"),
            (true, false) => ("ClientStream", "client_stream"),
            (false, true) => ("ServerStream", "server_stream"),
            (true, true) => ("Bidi", "bidi"),
        };
        let constant_name = free(constants, &snake(&method.proto_name).to_uppercase());
        let mut spec = match method.options.idempotency_level.unwrap_or_default() {
            1 => ".with_idempotency(::tower_connect::method::Idempotency::NoSideEffects)".to_owned(),
            2 => ".with_idempotency(::tower_connect::method::Idempotency::Idempotent)".to_owned(),
            _ => String::new(),
        };
        let own_options = facts.options(&format!("{}.{}", names.full, method.proto_name));
        for (setter, options) in [("with_options", own_options), ("with_service_options", service_options)] {
            if !options.is_empty() {
                let options = options.escape_ascii().to_string();
                spec.extend([".", setter, "(b\"", &options, "\")"]);
            }
        }
        Self {
            function: free(functions, &method.name),
            call: free(calls, &method.name),
            constant: format!("{}::{constant_name}", names.module),
            constant_name,
            docs: docs(&method.comments, &format!("The procedure `{}`.", method.proto_name)),
            deprecated: if method.options.deprecated() { DEPRECATED } else { "" },
            inner_types: format!("{}, {}", one_module_in(&input), one_module_in(&output)),
            request: if method.client_streaming {
                format!("::tower_connect::Streaming<{input}>")
            } else {
                input.clone()
            },
            response: if method.server_streaming {
                format!("::tower_connect::Messages<{output}>")
            } else {
                output.clone()
            },
            client_streaming: method.client_streaming,
            server_streaming: method.server_streaming,
            proto_name: method.proto_name,
            input,
            output,
            shape,
            runtime,
            spec,
        }
    }
}

/// A name with as many underscores behind it as it takes.
pub(super) fn free(taken: &mut BTreeSet<String>, name: &str) -> String {
    let mut name = name.to_owned();
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}

/// The schema's comment, or a sentence for what has none.
fn docs(comments: &Comments, otherwise: &str) -> String {
    if comments.leading.is_empty() {
        return format!("/// {otherwise}\n");
    }
    let mut code = String::new();
    comments.append_with_indent(0, &mut code);
    code
}
