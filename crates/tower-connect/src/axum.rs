//! Services as routes of an [`axum::Router`].
//!
//! Every procedure is a route of its own with the layer inside, so `nest`, `route_layer`, `with_state` and `MatchedPath` work as for any
//! route, REST routes lie beside them, and the fallback stays the app's.
//!
//! ```
//! # use std::convert::Infallible;
//! # use std::task::{Context, Poll};
//! # use tower_connect::codegen::{self, DispatchFuture, NamedService};
//! # use tower_connect::method::ServiceSpec;
//! # use tower_connect::{Body, RpcLayer};
//! # #[derive(Clone)] struct GreetServiceServer;
//! # impl NamedService for GreetServiceServer { const SERVICE: ServiceSpec = ServiceSpec::new("greet.v1.GreetService", &[]); }
//! # impl tower::Service<http::Request<Body>> for GreetServiceServer {
//! #     type Response = http::Response<Body>;
//! #     type Error = Infallible;
//! #     type Future = DispatchFuture;
//! #     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
//! #     fn call(&mut self, request: http::Request<Body>) -> DispatchFuture { codegen::unknown::<Self, _>(&request) }
//! # }
//! use axum::{Router, routing::get};
//!
//! // A generated server's `into_router` does this.
//! let rpc = tower_connect::axum::router(GreetServiceServer, &RpcLayer::new());
//! let app: Router = Router::new().route("/healthz", get(|| async { "ok" })).merge(rpc);
//! # let _ = app;
//! ```

use std::convert::Infallible;

use ::axum::Router;
use tower_layer::Layer;
use tower_service::Service;

use crate::Body;
use crate::protocol::Dialect;
use crate::server::{NamedService, ProtocolLayer};

/// The routes of a service: one for each procedure, and one that tells callers of the service's unknown procedures so.
pub fn router<T, P, S>(server: T, layer: &ProtocolLayer<P>) -> Router<S>
where
    T: NamedService,
    T: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    T::Future: Send,
    T: Clone + Send + Sync + 'static,
    P: Dialect,
    S: Clone + Send + Sync + 'static,
{
    let mut router = Router::new();
    for method in T::SERVICE.methods() {
        let route = layer.clone().for_method(method).layer(server.clone());
        router = router.route_service(method.procedure(), route);
    }
    let unknown = layer.clone().claim_all().layer(server);
    router.route_service(&format!("/{}/{{procedure}}", T::SERVICE.name()), unknown)
}
