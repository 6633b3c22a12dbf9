//! What goes over the wire, for whoever wants to see it.

use std::time::Duration;

use http::{HeaderMap, Request, Response};
use tower_connect::{Body, Channel};
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::output::note;

/// Shows each request and the head of its response.
pub(crate) fn verbose(channel: Channel) -> Channel {
    let layer = TraceLayer::new_for_http().on_request(show_request).on_response(show_response);
    channel.http_layer(layer.on_failure(()))
}

fn show_request(request: &Request<Body>, _: &Span) {
    note(&format!("> {} {}", request.method(), request.uri()));
    show('>', request.headers());
    note(">");
}

fn show_response(response: &Response<Body>, _: Duration, _: &Span) {
    note(&format!("< {:?} {}", response.version(), response.status()));
    show('<', response.headers());
    note("<");
}

/// Shows metadata that went one way or the other.
pub(crate) fn show(way: char, metadata: &HeaderMap) {
    for (name, value) in metadata {
        note(&format!("{way} {name}: {}", value.as_bytes().escape_ascii()));
    }
}
