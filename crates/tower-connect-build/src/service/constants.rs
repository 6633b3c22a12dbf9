//! The procedures, as constants that layers, handlers and clients share.

use std::fmt::Write;

use super::model::Service;

pub(crate) fn constants(service: &Service) -> String {
    let Service { names, procedures, json, .. } = service;
    let mut code = format!("/// The procedures of `{}`.\npub mod {} {{\n", names.full, names.module);
    let format = if *json { "" } else { ", ::tower_connect::codec::ProtoOnly" };
    for procedure in procedures {
        let _ = write!(
            code,
            "{docs}{deprecated}
            pub const {name}: ::tower_connect::method::Method<{types}, ::tower_connect::method::{shape}{format}> =
                ::tower_connect::method::Method::new(
                    &::tower_connect::method::Spec::new(\"/{full}/{proto_name}\", ::tower_connect::method::StreamType::{shape}){spec},
                );\n",
            docs = procedure.docs,
            deprecated = procedure.deprecated,
            name = procedure.constant_name,
            types = procedure.inner_types,
            shape = procedure.shape,
            full = names.full,
            proto_name = procedure.proto_name,
            spec = procedure.spec,
        );
    }
    code + "}\n"
}
