//! The server: the procedures as routes or as a Tower service.

use std::fmt::Write;

use super::model::Service;
use crate::names::Names;

/// Type parameters end in an underscore, as no message's and no service's name does.
pub(crate) fn server(service: &Service) -> String {
    let Service { names, deprecated, procedures, descriptors, register, .. } = service;
    let Names { service: name, server, full, .. } = names;
    let specs = procedures.iter().map(|procedure| format!("{}.spec()", procedure.constant));
    let specs = specs.collect::<Vec<_>>().join(", ");
    let mut arms = String::new();
    for procedure in procedures {
        let _ = write!(
            arms,
            "\"/{full}/{proto_name}\" => {{
                let service = ::std::sync::Arc::clone(&self.service);
                ::tower_connect::codegen::{runtime}({constant}, request, move |request| async move {{
                    <T_ as {name}>::{function}(&*service, request).await
                }})
            }}\n",
            proto_name = procedure.proto_name,
            runtime = procedure.runtime,
            constant = procedure.constant,
            function = procedure.function,
        );
    }
    format!(
        "/// Serves a [`{name}`], as routes or as a Tower service.
        {deprecated}
        #[derive(Debug)]
        pub struct {server}<T_, P_ = ::tower_connect::server::DefaultProtocols> {{
            service: ::std::sync::Arc<T_>,
            layer: ::tower_connect::server::ProtocolLayer<P_>,
        }}

        impl<T_: {name}> {server}<T_> {{
            /// Serves it with the defaults of [`RpcLayer`](::tower_connect::RpcLayer).
            pub fn new(service: T_) -> Self {{
                Self::from_arc(::std::sync::Arc::new(service))
            }}

            /// Serves one that others hold too.
            pub fn from_arc(service: ::std::sync::Arc<T_>) -> Self {{
                {register}
                let layer = ::tower_connect::RpcLayer::new();
                Self {{ service, layer }}
            }}
        }}

        impl<T_: {name}, P_: ::tower_connect::protocol::Dialect> {server}<T_, P_> {{
            /// Replaces the layer around the procedures, by one with other options or for other protocols.
            #[must_use]
            pub fn with_layer<Q_>(self, layer: ::tower_connect::server::ProtocolLayer<Q_>) -> {server}<T_, Q_> {{
                let service = self.service;
                {server} {{ service, layer }}
            }}

            ::tower_connect::if_axum! {{
                /// The procedures as routes, to be merged into the app's.
                pub fn into_router<S_: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static>(
                    self,
                ) -> ::tower_connect::codegen::Router<S_> {{
                    ::tower_connect::axum::router(self.clone(), &self.layer)
                }}
            }}

            #[must_use]
            /// The procedures as one Tower service, which claims calls by their paths.
            pub fn into_service(self) -> ::tower_connect::codegen::Rpc<Self, P_> {{
                let layer = self.layer.clone().for_service::<Self>();
                ::tower_connect::codegen::Layer::layer(&layer, self)
            }}
        }}

        impl<T_, P_> ::core::clone::Clone for {server}<T_, P_> {{
            fn clone(&self) -> Self {{
                let service = ::std::sync::Arc::clone(&self.service);
                let layer = self.layer.clone();
                Self {{ service, layer }}
            }}
        }}

        impl<T_, P_> ::tower_connect::codegen::NamedService for {server}<T_, P_> {{
            const SERVICE: ::tower_connect::method::ServiceSpec =
                ::tower_connect::method::ServiceSpec::new(\"{full}\", &[{specs}]){descriptors};
        }}

        #[allow(clippy::all, clippy::pedantic)]
        impl<T_, P_, B_> ::tower_connect::codegen::Service<::tower_connect::http::Request<B_>> for {server}<T_, P_>
        where
            T_: {name},
            B_: ::tower_connect::codegen::IntoBody,
        {{
            type Response = ::tower_connect::http::Response<::tower_connect::Body>;
            type Error = ::core::convert::Infallible;
            type Future = ::tower_connect::codegen::DispatchFuture;

            fn poll_ready(&mut self, _: &mut ::core::task::Context<'_>) -> ::tower_connect::codegen::Ready {{
                ::tower_connect::codegen::READY
            }}

            fn call(&mut self, request: ::tower_connect::http::Request<B_>) -> Self::Future {{
                match ::tower_connect::codegen::procedure(&request) {{
                    {arms}
                    _ => ::tower_connect::codegen::unknown::<Self, _>(&request),
                }}
            }}
        }}\n"
    )
}
