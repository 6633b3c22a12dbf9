//! The trait that servers implement.

use std::fmt::Write;

use super::model::Service;

pub(crate) fn contract(service: &Service) -> String {
    let Service { names, docs, deprecated, procedures, .. } = service;
    let mut code = format!(
        "{docs}///\n/// A procedure that is not written answers `unimplemented`.
        {deprecated}
        pub trait {}: ::core::marker::Send + ::core::marker::Sync + 'static {{",
        names.service
    );
    for procedure in procedures {
        let _ = write!(
            code,
            "\n{}{}
            fn {}(&self, request: ::tower_connect::Request<{}>) -> impl ::core::future::Future<
                Output = ::tower_connect::Result<::tower_connect::Response<{}>>,
            > + ::core::marker::Send {{
                ::tower_connect::codegen::unimplemented({}, request)
            }}\n",
            procedure.docs,
            procedure.deprecated,
            procedure.function,
            procedure.request,
            procedure.response,
            procedure.constant
        );
    }
    code + "}\n"
}
