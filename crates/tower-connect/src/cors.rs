//! Pages of other origins: what a browser has to be told before it lets them call.
//!
//! It is a [`CorsLayer`] of tower-http with every header of the protocols, and stands outside of everything else. Whose pages may call is
//! for the application to say.
//!
//! ```
//! use axum::Router;
//! use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
//! use tower_connect::cors;
//!
//! let trace = HeaderName::from_static("x-trace");
//! let cors = cors::layer_with([AUTHORIZATION, trace.clone()], [trace])
//!     .allow_origin(HeaderValue::from_static("https://app.example.com"));
//! let app: Router = Router::new().layer(cors); // after the routes of the services
//! # let _ = app;
//! ```

use std::time::Duration;

use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE};
use http::{HeaderName, Method};
use tower_http::cors::CorsLayer;

/// What calls are made with, in all protocols: GET is that of Connect.
pub const METHODS: [Method; 2] = [Method::GET, Method::POST];

/// What a page may send.
pub const REQUEST_HEADERS: [HeaderName; 11] = [
    CONTENT_TYPE,
    HeaderName::from_static("connect-protocol-version"),
    HeaderName::from_static("connect-timeout-ms"),
    HeaderName::from_static("connect-accept-encoding"),
    HeaderName::from_static("connect-content-encoding"),
    HeaderName::from_static("content-encoding"),
    HeaderName::from_static("grpc-accept-encoding"),
    HeaderName::from_static("grpc-encoding"),
    HeaderName::from_static("grpc-timeout"),
    HeaderName::from_static("x-grpc-web"),
    HeaderName::from_static("x-user-agent"),
];

/// What a page may read.
pub const RESPONSE_HEADERS: [HeaderName; 11] = [
    ACCEPT_ENCODING,
    ALLOW,
    HeaderName::from_static("accept-post"),
    HeaderName::from_static("connect-accept-encoding"),
    HeaderName::from_static("connect-content-encoding"),
    HeaderName::from_static("content-encoding"),
    HeaderName::from_static("grpc-accept-encoding"),
    HeaderName::from_static("grpc-encoding"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-status-details-bin"),
];

/// How long a browser may remember the answer, unless it has a bound of its own.
const MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// The layer for calls without metadata of the application's own. No origin is allowed yet.
pub fn layer() -> CorsLayer {
    layer_with([], [])
}

/// The layer for calls with metadata: pages may send `request` and read `response`, in the head as well as in the trailers.
///
/// The names are listed one by one, never as `*`, so that [`CorsLayer::allow_credentials`] can be turned on.
pub fn layer_with(
    request: impl IntoIterator<Item = HeaderName>,
    response: impl IntoIterator<Item = HeaderName>,
) -> CorsLayer {
    let request: Vec<_> = REQUEST_HEADERS.into_iter().chain(request).collect();
    let mut exposed = RESPONSE_HEADERS.to_vec();
    for name in response {
        // Connect's unary calls send their trailers as headers with a prefix.
        exposed.extend(HeaderName::try_from(format!("trailer-{name}")));
        exposed.push(name);
    }
    CorsLayer::new().allow_methods(METHODS).allow_headers(request).expose_headers(exposed).max_age(MAX_AGE)
}
