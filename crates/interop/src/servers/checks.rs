//! What is checked, in each setup.

mod absent;
mod cancel;
mod deadlines;
mod early;
mod errors;
mod limits;
mod metadata;
mod streams;
mod unary;

use super::caller::Caller;
use crate::check::{Checked, PATIENCE};

/// All that the setup can do, by name.
pub(super) async fn run(caller: &Caller) -> Vec<(&'static str, Checked)> {
    let mut checked = Vec::new();
    macro_rules! check {
        ($($name:literal: $check:path,)*) => {$(
            let result = tokio::time::timeout(PATIENCE, $check(caller)).await;
            checked.push(($name, result.unwrap_or_else(|_| Err(format!("no end after {PATIENCE:?}")))));
        )*};
    }
    check! {
        "unary": unary::unary,
        "call without side effects": unary::look,
        "call without side effects, by POST": unary::look_by_post,
        "large messages": unary::large,
        "calls at once": unary::at_once,
        "compression": unary::compression,
        "server stream": streams::server_stream,
        "server stream without messages": streams::empty_server_stream,
        "client stream": streams::client_stream,
        "client stream by a sender": streams::client_stream_by_sender,
        "client stream without messages": streams::empty_client_stream,
        "metadata of unary calls": metadata::unary,
        "metadata of server streams": metadata::server_stream,
        "metadata of client streams": metadata::client_stream,
        "metadata of errors": metadata::error,
        "metadata of errors in streams": metadata::stream_error,
        "error codes": errors::codes,
        "error messages": errors::messages,
        "error details": errors::details,
        "error before messages": errors::before_messages,
        "error after messages": errors::after_messages,
        "procedure without a handler": errors::unimplemented,
        "client stream that the server ends": early::client_stream,
        "message over the server's limit": limits::of_server,
        "message over the limit on what comes": limits::receive,
        "message over the limit on what goes": limits::send,
        "timeout seen by the server": deadlines::seen,
        "deadline of a unary call": deadlines::unary,
        "deadline of a server stream": deadlines::server_stream,
        "deadline of a client stream": deadlines::client_stream,
        "cancelled unary call": cancel::unary,
        "cancelled server stream": cancel::server_stream,
        "server stream cancelled before its head": cancel::server_stream_without_head,
        "cancelled client stream": cancel::client_stream,
        "client stream that fails": cancel::failed_client_stream,
        "server that is not there": absent::port,
        "server that is not there, and is waited for": deadlines::wait_for_ready,
        "server that is not there, for a client stream": absent::port_for_client_stream,
        "server without a certificate that is trusted": absent::trust,
    }
    if caller.setup.is_duplex() {
        check! {
            "bidi stream, full duplex": streams::full_duplex,
            "bidi stream, half duplex": streams::half_duplex,
            "large messages in a bidi stream": streams::large_bidi,
            "bidi stream without messages": streams::empty_bidi,
            "metadata of bidi streams": metadata::bidi,
            "bidi stream that the server ends": early::bidi,
            "streamed message over the limit on what comes": limits::receive_in_stream,
            "deadline of a bidi stream": deadlines::bidi,
            "cancelled bidi stream": cancel::bidi,
        }
    } else {
        check! {
            "bidi stream that needs HTTP/2": streams::impossible_bidi,
        }
    }
    checked
}
