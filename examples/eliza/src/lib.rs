//! Eliza, the demo service of the Connect ecosystem: [`app`] is an axum router with RPC routes next to ordinary ones.

pub mod engine;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tower_connect::{Call, Outcome, Request, Response, Result, RpcLayer};

use self::engine::Conversation;
use self::proto::{ElizaService, ElizaServiceServer, SayRequest, SayResponse};

/// What the schema has become.
pub mod proto {
    tower_connect::include_proto!("connectrpc.eliza.v1");
}

/// The service. Whoever only says something is forgotten at once, so there is no state.
#[derive(Debug)]
pub struct Eliza;

impl ElizaService for Eliza {
    async fn say(&self, request: Request<SayRequest>) -> Result<Response<SayResponse>> {
        let reply = Conversation::new().reply(&request.message().sentence);
        Ok(SayResponse { sentence: reply.sentence }.into())
    }
}

/// The whole site: the service, a page that talks to it, and a health check.
pub fn app() -> Router {
    let eliza = ElizaServiceServer::new(Eliza).with_layer(RpcLayer::new().on_end(log));
    Router::new()
        .route("/", get(Html(include_str!("page.html"))))
        .route("/healthz", get("ok"))
        .merge(eliza.into_router())
}

/// The examples of the README are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

fn log(call: &Call, outcome: &Outcome) {
    let code = outcome.code().map_or("ok", |code| code.as_str());
    tracing::info!("{} {} {code} {:?}", call.procedure(), call.protocol(), outcome.duration());
}
