//! The code of one service.

use std::fmt::Write;

use prost_build::{Comments, Method, Service};

use crate::mock::mock;
use crate::naming::{module, one_module_in, snake};

/// Writes a trait, a server, a client, a module of constants, and perhaps a mock for each service.
pub(crate) struct ServiceGenerator {
    pub(crate) mocks: bool,
}

impl prost_build::ServiceGenerator for ServiceGenerator {
    fn generate(&mut self, service: Service, buf: &mut String) {
        let names = Names::of(&service);
        buf.push_str(&service_trait(&service, &names));
        buf.push_str(&server(&service, &names));
        buf.push_str(&client(&service, &names));
        buf.push_str(&constants(&service, &names));
        if self.mocks {
            buf.push_str(&mock(&service, &names));
        }
    }
}

pub(crate) struct Names {
    /// The trait: `GreetService`.
    pub(crate) service: String,
    /// `GreetServiceServer`.
    pub(crate) server: String,
    /// `GreetServiceClient`.
    client: String,
    /// `GreetServiceMock`.
    pub(crate) mock: String,
    /// `greet_service`.
    pub(crate) module: String,
    /// `greet.v1.GreetService`.
    pub(crate) full: String,
}

impl Names {
    fn of(service: &Service) -> Self {
        let Service { package, proto_name, .. } = service;
        Self {
            service: service.name.clone(),
            server: format!("{}Server", service.name),
            client: format!("{}Client", service.name),
            mock: format!("{}Mock", service.name),
            module: module(&service.proto_name),
            full: if package.is_empty() { proto_name.clone() } else { format!("{package}.{proto_name}") },
        }
    }
}

/// The shape's type, and the function of the runtime that calls such a handler.
fn shape(method: &Method) -> (&'static str, &'static str) {
    match (method.client_streaming, method.server_streaming) {
        (false, false) => ("Unary", "unary"),
        (true, false) => ("ClientStream", "client_stream"),
        (false, true) => ("ServerStream", "server_stream"),
        (true, true) => ("Bidi", "bidi"),
    }
}

/// What a handler takes and gives.
pub(crate) fn types(method: &Method) -> (String, String) {
    let (input, output) = (method.input_type.clone(), method.output_type.clone());
    let input = if method.client_streaming { format!("::tower_connect::Streaming<{input}>") } else { input };
    let output = if method.server_streaming { format!("::tower_connect::Messages<{output}>") } else { output };
    (input, output)
}

pub(crate) fn constant(method: &Method) -> String {
    snake(&method.proto_name).to_uppercase()
}

fn service_trait(service: &Service, names: &Names) -> String {
    let Names { service: name, module, .. } = names;
    let mut code = docs(&service.comments, &format!("The service `{}`.", names.full));
    code.push_str("///\n/// A procedure that is not written answers `unimplemented`.\n");
    let _ = writeln!(code, "pub trait {name}: ::core::marker::Send + ::core::marker::Sync + 'static {{");
    for method in &service.methods {
        let Method { name, proto_name, .. } = method;
        let (input, output) = types(method);
        let constant = constant(method);
        code.push_str(&docs(&method.comments, &format!("The procedure `{proto_name}`.")));
        let _ = write!(
            code,
            "fn {name}(&self, request: ::tower_connect::Request<{input}>) -> impl ::core::future::Future<
                Output = ::tower_connect::Result<::tower_connect::Response<{output}>>,
            > + ::core::marker::Send {{
                ::tower_connect::codegen::unimplemented({module}::{constant}, request)
            }}\n"
        );
    }
    code.push_str("}\n");
    code
}

fn server(service: &Service, names: &Names) -> String {
    let Names { service: name, server, module, full, .. } = names;
    let specs = service.methods.iter().map(|method| format!("{module}::{}.spec()", constant(method)));
    let specs = specs.collect::<Vec<_>>().join(", ");
    let mut arms = String::new();
    for method in &service.methods {
        let Method { name: function, proto_name, .. } = method;
        let constant = constant(method);
        let (_, call) = shape(method);
        let _ = write!(
            arms,
            "\"/{full}/{proto_name}\" => {{
                let service = ::std::sync::Arc::clone(&self.service);
                ::tower_connect::codegen::{call}({module}::{constant}, request, move |request| async move {{
                    <T as {name}>::{function}(&*service, request).await
                }})
            }}\n"
        );
    }
    format!(
        "/// Serves a [`{name}`], as routes or as a Tower service.
        #[derive(Debug)]
        #[allow(dead_code)]
        pub struct {server}<T, P = ::tower_connect::server::DefaultProtocols> {{
            service: ::std::sync::Arc<T>,
            layer: ::tower_connect::server::ProtocolLayer<P>,
        }}

        #[allow(dead_code)]
        impl<T: {name}> {server}<T> {{
            /// Serves it with the defaults of [`RpcLayer`](::tower_connect::RpcLayer).
            pub fn new(service: T) -> Self {{
                Self::from_arc(::std::sync::Arc::new(service))
            }}

            /// Serves one that others hold too.
            pub fn from_arc(service: ::std::sync::Arc<T>) -> Self {{
                Self {{ service, layer: ::tower_connect::RpcLayer::new() }}
            }}
        }}

        #[allow(dead_code)]
        impl<T: {name}, P: ::tower_connect::protocol::Dialect> {server}<T, P> {{
            /// Replaces the layer that [`into_router`](Self::into_router) and [`into_service`](Self::into_service) put around the procedures:
            /// by one with other options, or for other protocols.
            #[must_use]
            pub fn with_layer<Q>(self, layer: ::tower_connect::server::ProtocolLayer<Q>) -> {server}<T, Q> {{
                {server} {{ service: self.service, layer }}
            }}

            ::tower_connect::if_axum! {{
                /// The procedures as routes, to be merged into the app's.
                pub fn into_router<S>(self) -> ::tower_connect::codegen::Router<S>
                where
                    S: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static,
                {{
                    ::tower_connect::axum::router(self.clone(), &self.layer)
                }}
            }}

            #[must_use]
            /// The procedures as one Tower service, which claims calls by their paths.
            pub fn into_service(self) -> ::tower_connect::codegen::Rpc<Self, P> {{
                let layer = self.layer.clone().for_service::<Self>();
                ::tower_connect::codegen::Layer::layer(&layer, self)
            }}
        }}

        impl<T, P> ::core::clone::Clone for {server}<T, P> {{
            fn clone(&self) -> Self {{
                Self {{ service: ::std::sync::Arc::clone(&self.service), layer: self.layer.clone() }}
            }}
        }}

        impl<T, P> ::tower_connect::codegen::NamedService for {server}<T, P> {{
            const SERVICE: ::tower_connect::method::ServiceSpec =
                ::tower_connect::method::ServiceSpec::new(\"{full}\", &[{specs}]).with_descriptor_set(FILE_DESCRIPTOR_SET);
        }}

        impl<T, P, B> ::tower_connect::codegen::Service<::tower_connect::http::Request<B>> for {server}<T, P>
        where
            T: {name},
            B: ::tower_connect::codegen::IntoBody,
        {{
            type Response = ::tower_connect::http::Response<::tower_connect::Body>;
            type Error = ::core::convert::Infallible;
            type Future = ::tower_connect::codegen::DispatchFuture;

            fn poll_ready(&mut self, _: &mut ::core::task::Context<'_>) -> ::tower_connect::codegen::Ready {{
                ::tower_connect::codegen::READY
            }}

            fn call(&mut self, request: ::tower_connect::http::Request<B>) -> Self::Future {{
                match ::tower_connect::codegen::procedure(&request) {{
                    {arms}
                    _ => ::tower_connect::codegen::unknown::<Self, _>(&request),
                }}
            }}
        }}\n"
    )
}

fn client(service: &Service, names: &Names) -> String {
    let Names { client, module, full, .. } = names;
    let mut methods = String::new();
    for method in &service.methods {
        let Method { name, proto_name, output_type, .. } = method;
        let (_, call) = shape(method);
        let input = method.input_type.clone();
        let input = if method.client_streaming { format!("::tower_connect::Messages<{input}>") } else { input };
        let future = if method.server_streaming { "StreamFuture" } else { "UnaryFuture" };
        // The client has methods of its own.
        let name = if matches!(&**name, "new" | "clone") { format!("{name}_") } else { name.clone() };
        methods.push_str(&docs(&method.comments, &format!("The procedure `{proto_name}`.")));
        let _ = write!(
            methods,
            "pub fn {name}(
                &self,
                request: impl ::core::convert::Into<::tower_connect::Request<{input}>>,
            ) -> ::tower_connect::client::{future}<{output_type}> {{
                ::tower_connect::codegen::call_{call}(&self.channel, {module}::{}, request)
            }}\n",
            constant(method)
        );
    }
    format!(
        "/// Calls `{full}` at the server of a channel.
        #[derive(Clone, Debug)]
        #[allow(dead_code)]
        pub struct {client} {{
            channel: ::tower_connect::Channel,
        }}

        #[allow(dead_code)]
        impl {client} {{
            /// Calls through a channel. Both are cheap to clone.
            #[must_use]
            pub fn new(channel: ::tower_connect::Channel) -> Self {{
                Self {{ channel }}
            }}

            {methods}
        }}\n"
    )
}

fn constants(service: &Service, names: &Names) -> String {
    let Names { module, full, service: name, .. } = names;
    let mut code = format!("/// The procedures of [`{name}`].\npub mod {module} {{\n");
    for method in &service.methods {
        let Method { proto_name, .. } = method;
        let (shape, _) = shape(method);
        let idempotency = match method.options.idempotency_level.unwrap_or_default() {
            1 => ".with_idempotency(::tower_connect::method::Idempotency::NoSideEffects)",
            2 => ".with_idempotency(::tower_connect::method::Idempotency::Idempotent)",
            _ => "",
        };
        code.push_str(&docs(&method.comments, &format!("The procedure `{proto_name}`.")));
        let _ = write!(
            code,
            "pub const {}: ::tower_connect::method::Method<{}, {}, ::tower_connect::method::{shape}> =
                ::tower_connect::method::Method::new(
                    &::tower_connect::method::Spec::new(\"/{full}/{proto_name}\", ::tower_connect::method::StreamType::{shape}){idempotency},
                );\n",
            constant(method),
            one_module_in(&method.input_type),
            one_module_in(&method.output_type),
        );
    }
    code.push_str("}\n");
    code
}

/// The schema's comment, or a sentence for what has none.
fn docs(comments: &Comments, otherwise: &str) -> String {
    let mut code = String::new();
    if comments.leading.is_empty() && comments.trailing.is_empty() {
        let _ = writeln!(code, "/// {otherwise}");
    } else {
        comments.append_with_indent(0, &mut code);
    }
    code
}
