//! The client: a function for each procedure.

use std::fmt::Write;

use super::model::Service;

pub(crate) fn client(service: &Service) -> String {
    let Service { names, deprecated, procedures, register, .. } = service;
    let mut functions = String::new();
    for procedure in procedures {
        let input = &procedure.input;
        let _ = write!(
            functions,
            "{docs}{deprecated}
            pub fn {name}(
                &self,
                request: impl ::core::convert::Into<::tower_connect::Request<{input}>>,
            ) -> ::tower_connect::client::{future}<{output}> {{
                ::tower_connect::codegen::call_{runtime}(&self.channel, {constant}, request)
            }}\n",
            docs = procedure.docs,
            deprecated = procedure.deprecated,
            name = procedure.call,
            input =
                if procedure.client_streaming { format!("::tower_connect::Messages<{input}>") } else { input.clone() },
            future = if procedure.server_streaming { "StreamFuture" } else { "UnaryFuture" },
            output = procedure.output,
            runtime = procedure.runtime,
            constant = procedure.constant,
        );
    }
    let (client, full) = (&names.client, &names.full);
    format!(
        "/// Calls `{full}` at the server of a channel.
        {deprecated}
        #[derive(Clone, Debug)]
        pub struct {client} {{
            channel: ::tower_connect::Channel,
        }}

        impl {client} {{
            /// Calls through a channel. Both are cheap to clone.
            #[must_use]
            pub fn new(channel: ::tower_connect::Channel) -> Self {{
                {register}
                Self {{ channel }}
            }}

            {functions}
        }}\n"
    )
}
