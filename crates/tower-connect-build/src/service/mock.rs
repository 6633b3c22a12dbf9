//! The mock of one service.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::model::{Procedure, Service, free};
use crate::format::{BEGIN_MOCK, END_MOCK};
use crate::names::Names;

pub(crate) fn mock(service: &Service) -> String {
    let Names { service: name, server, mock, full, .. } = &service.names;
    let deprecated = service.deprecated;
    let (mut fields, mut inits, mut methods, mut calls) = (String::new(), String::new(), String::new(), String::new());
    for (procedure, (on, recorded)) in service.procedures.iter().zip(function_names(&service.procedures)) {
        let Procedure { function, proto_name, constant, request: input, response: output, .. } = procedure;
        let messages = || format!("::std::vec::Vec<{}>", procedure.input);
        let call = if procedure.client_streaming { messages() } else { input.clone() };
        let _ = writeln!(fields, "{function}: ::tower_connect::testing::Procedure<{input}, {output}>,");
        let _ = writeln!(
            inits,
            "{function}: ::tower_connect::testing::Procedure::new({constant}.spec(), \"{mock}\", \"{on}\"),"
        );
        // No message's name ends in an underscore.
        let _ = write!(
            methods,
            "/// Answers calls of `{proto_name}` from now on, here and in all clones.
            pub fn {on}<Fut_>(
                &self,
                closure: impl ::core::ops::FnMut(::tower_connect::Request<{input}>) -> Fut_ + ::core::marker::Send + 'static,
            ) -> Self
            where
                Fut_: ::core::future::Future<Output = ::tower_connect::Result<::tower_connect::Response<{output}>>>
                    + ::core::marker::Send + 'static,
            {{
                self.{function}.set(closure);
                ::core::clone::Clone::clone(self)
            }}

            /// The calls of `{proto_name}` that have come so far.
            #[must_use]
            pub fn {recorded}(&self) -> ::std::vec::Vec<::tower_connect::Request<{call}>> {{
                self.{function}.calls()
            }}\n"
        );
        let _ = write!(
            calls,
            "async fn {function}(&self, request: ::tower_connect::Request<{input}>)
                -> ::tower_connect::Result<::tower_connect::Response<{output}>> {{
                self.{function}.call(request).await
            }}\n"
        );
    }
    format!(
        "{BEGIN_MOCK}
            /// A [`{name}`] for [tests](::tower_connect::testing): closures answer, and calls are recorded. Clones share both.
            {deprecated}
            #[derive(Clone, Debug)]
            pub struct {mock} {{
                {fields}
            }}

            impl {mock} {{
                /// A mock of `{full}` that answers every call with `unimplemented`, before it is told better.
                #[must_use]
                pub fn new() -> Self {{
                    Self {{
                        {inits}
                    }}
                }}

                /// A channel to it in this process, through all that is between a client and a server.
                #[must_use]
                pub fn channel(&self) -> ::tower_connect::Channel {{
                    ::tower_connect::Channel::service({server}::new(::core::clone::Clone::clone(self)).into_service())
                }}

                {methods}
            }}

            impl ::core::default::Default for {mock} {{
                fn default() -> Self {{
                    Self::new()
                }}
            }}

            impl {name} for {mock} {{
                {calls}
            }}
            {END_MOCK}\n"
    )
}

/// `on_say` and `say_calls`, with an underscore where another procedure has that already.
fn function_names(procedures: &[Procedure]) -> Vec<(String, String)> {
    let mut taken = BTreeSet::new();
    let answers: Vec<_> =
        procedures.iter().map(|procedure| free(&mut taken, &format!("on_{}", plain(procedure)))).collect();
    let calls = procedures.iter().map(|procedure| free(&mut taken, &format!("{}_calls", plain(procedure))));
    answers.into_iter().zip(calls).collect()
}

/// Inside a longer name a keyword is none.
fn plain(procedure: &Procedure) -> &str {
    procedure.function.trim_start_matches("r#").trim_end_matches('_')
}
