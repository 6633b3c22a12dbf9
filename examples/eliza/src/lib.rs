//! Eliza, the demo service of the Connect ecosystem: [`app`] is an axum router with RPC routes next to ordinary ones.

pub mod engine;
pub mod tls;

use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use futures::stream::{self, StreamExt};
use tower_connect::{Call, Messages, Outcome, Request, Response, Result, RpcLayer, Streaming, cors};
use tower_http::cors::Any;

use self::engine::Conversation;
use self::proto::{
    ConverseRequest, ConverseResponse, ElizaService, ElizaServiceServer, IntroduceRequest, IntroduceResponse,
    SayRequest, SayResponse,
};

/// What the schema has become.
pub mod proto {
    tower_connect::include_proto!("connectrpc.eliza.v1");
}

/// The service. Whoever only says something is forgotten at once; a conversation is remembered until it ends.
#[derive(Debug)]
pub struct Eliza;

impl ElizaService for Eliza {
    async fn say(&self, request: Request<SayRequest>) -> Result<Response<SayResponse>> {
        let reply = Conversation::new().reply(&request.message().sentence);
        Ok(SayResponse { sentence: reply.sentence }.into())
    }

    async fn converse(
        &self,
        request: Request<Streaming<ConverseRequest>>,
    ) -> Result<Response<Messages<ConverseResponse>>> {
        let conversation = Some((request.into_message(), Conversation::new()));
        Ok(Messages::new(stream::try_unfold(conversation, converse)).into())
    }

    async fn introduce(&self, request: Request<IntroduceRequest>) -> Result<Response<Messages<IntroduceResponse>>> {
        let sentences = engine::introduction(&request.message().name).into_iter().enumerate();
        let slowly = stream::iter(sentences).then(async |(number, sentence)| {
            if number > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            Ok(IntroduceResponse { sentence })
        });
        Ok(Messages::new(slowly).into())
    }
}

/// Between two sentences of the introduction: long enough to see that each comes by itself.
const PAUSE: Duration = Duration::from_millis(200);

type Dialogue = Option<(Streaming<ConverseRequest>, Conversation)>;

/// One sentence and its answer. After a goodbye there is no more to say.
async fn converse(dialogue: Dialogue) -> Result<Option<(ConverseResponse, Dialogue)>> {
    let Some((mut sentences, mut conversation)) = dialogue else {
        return Ok(None);
    };
    let Some(said) = sentences.message().await? else {
        return Ok(None);
    };
    let reply = conversation.reply(&said.sentence);
    let rest = (!reply.goodbye).then_some((sentences, conversation));
    Ok(Some((ConverseResponse { sentence: reply.sentence }, rest)))
}

/// The whole site: the service, a page that talks to it, and a health check. Pages of any origin may call it: there are no secrets.
pub fn app() -> Router {
    let eliza = ElizaServiceServer::new(Eliza).with_layer(RpcLayer::new().on_end(log));
    Router::new()
        .route("/", get(Html(include_str!("page.html"))))
        .route("/healthz", get("ok"))
        .merge(eliza.into_router())
        .layer(cors::layer().allow_origin(Any))
}

fn log(call: &Call, outcome: &Outcome) {
    let code = outcome.code().map_or("ok", |code| code.as_str());
    // The path of an unknown procedure is whatever the caller wrote.
    let procedure = call.procedure().escape_default().to_string();
    tracing::info!("{procedure:.200} {} {code} {:?}", call.protocol(), outcome.duration());
}
