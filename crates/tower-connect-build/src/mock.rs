//! The mock of one service.

use std::fmt::Write;

use prost_build::{Method, Service};

use crate::service::{Names, constant, types};

pub(crate) fn mock(service: &Service, names: &Names) -> String {
    let Names { service: name, server, mock, module, full, .. } = names;
    let (mut fields, mut inits, mut methods, mut calls) = (String::new(), String::new(), String::new(), String::new());
    for method in &service.methods {
        let Method { name: function, proto_name, .. } = method;
        let (input, output) = types(method);
        let (on, recorded) = method_names(service, method);
        let messages = || format!("::std::vec::Vec<{}>", method.input_type);
        let call = if method.client_streaming { messages() } else { input.clone() };
        let _ = writeln!(fields, "{function}: ::tower_connect::testing::Procedure<{input}, {output}>,");
        let _ = writeln!(
            inits,
            "{function}: ::tower_connect::testing::Procedure::new({module}::{}.spec(), \"{mock}\", \"{on}\"),",
            constant(method)
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
        "{BEGIN}
            /// A [`{name}`] for [tests](::tower_connect::testing): closures answer, and calls are recorded. Clones share both.
            #[derive(Clone, Debug)]
            pub struct {mock} {{
                {fields}
            }}

            #[allow(dead_code)]
            #[allow(clippy::return_self_not_must_use, reason = \"a clone of what goes on without it\")]
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
            {END}\n"
    )
}

const BEGIN: &str = "mod tower_connect_mock_begins {}";
const END: &str = "mod tower_connect_mock_ends {}";

/// Makes the mocks conditional. That is done when the code has its form: what stands in a macro's braces gets none.
pub(crate) fn gate(code: &str) -> String {
    code.replace(BEGIN, "::tower_connect::if_testing! {").replace(END, "}")
}

/// `on_say` and `say_calls`; the latter is `on_say_calls_` where it would be what another procedure has as the former.
fn method_names(service: &Service, method: &Method) -> (String, String) {
    let on = |method: &Method| format!("on_{}", plain(method));
    let mut calls = format!("{}_calls", plain(method));
    if service.methods.iter().any(|other| on(other) == calls) {
        calls.push('_');
    }
    (on(method), calls)
}

/// Inside a longer name a keyword is none.
fn plain(method: &Method) -> &str {
    method.name.trim_start_matches("r#").trim_end_matches('_')
}
