//! A service with all four shapes, and a client for it, both as they are generated.

#![allow(unreachable_pub, reason = "it is a part of a test")]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tower::Service;
use tower_connect::client::{StreamFuture, UnaryFuture};
use tower_connect::codegen::{self, DispatchFuture, IntoBody, NamedService};
use tower_connect::method::{
    Bidi, ClientStream, Idempotency, Method, ServerStream, ServiceSpec, Spec, StreamType, Unary,
};
use tower_connect::{Body, Channel, Error, Messages, Protocol, Request, Response, Result, RpcLayer, Streaming};

use super::support::Text;

pub const PROTOCOLS: [Protocol; 3] = [Protocol::Connect, Protocol::Grpc, Protocol::GrpcWeb];

pub const SAY: Method<Text, Text, Unary> = Method::new(&Spec::new("/talk.v1.Talk/Say", StreamType::Unary));
pub const LOOK: Method<Text, Text, Unary> =
    Method::new(&Spec::new("/talk.v1.Talk/Look", StreamType::Unary).with_idempotency(Idempotency::NoSideEffects));
pub const JOIN: Method<Text, Text, ClientStream> =
    Method::new(&Spec::new("/talk.v1.Talk/Join", StreamType::ClientStream));
pub const SPLIT: Method<Text, Text, ServerStream> =
    Method::new(&Spec::new("/talk.v1.Talk/Split", StreamType::ServerStream));
pub const CHAT: Method<Text, Text, Bidi> = Method::new(&Spec::new("/talk.v1.Talk/Chat", StreamType::Bidi));

/// How many calls are under way, and how many there were.
#[derive(Clone, Debug, Default)]
pub struct Talk(Arc<Seen>);

#[derive(Debug, Default)]
struct Seen {
    calls: AtomicUsize,
    dropped: AtomicUsize,
    changed: Notify,
}

impl Talk {
    pub fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// Waits until so many calls were dropped before they had ended.
    pub async fn dropped(&self, count: usize) {
        loop {
            let changed = self.0.changed.notified();
            if self.0.dropped.load(Ordering::SeqCst) >= count {
                return;
            }
            tokio::time::timeout(Duration::from_secs(10), changed).await.expect("the server has not seen it");
        }
    }

    fn enter(&self) -> Guard {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        Guard(Arc::clone(&self.0), true)
    }
}

struct Guard(Arc<Seen>, bool);

impl Guard {
    fn done(mut self) {
        self.1 = false;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.1 {
            self.0.dropped.fetch_add(1, Ordering::SeqCst);
            self.0.changed.notify_waiters();
        }
    }
}

pub fn text(text: &str) -> Text {
    Text { text: text.to_owned() }
}

/// `Say` and `Look` answer with the text. A text of `fail …` fails with it, and one of `hang` never answers.
async fn say(talk: Talk, request: Request<Text>) -> Result<Response<Text>> {
    let guard = talk.enter();
    let mut response = Response::new(request.message().clone());
    let said = &*request.message().text;
    if said == "hang" {
        std::future::pending::<()>().await;
    }
    guard.done();
    if said.starts_with("fail") {
        let metadata = super::support::headers(&[("x-head", "1")]);
        let trailers = super::support::headers(&[("x-tail", "2")]);
        return Err(Error::not_found(said.to_owned()).with_metadata(metadata).with_trailers(trailers));
    }
    response.metadata_mut().insert("x-head", "1".parse().unwrap());
    response.trailers_mut().insert("x-tail", "2".parse().unwrap());
    Ok(response)
}

/// Joins all texts. One of `fail` fails at once, whatever may follow.
async fn join(talk: Talk, request: Request<Streaming<Text>>) -> Result<Response<Text>> {
    let guard = talk.enter();
    let mut messages = request.into_message();
    let mut joined = String::new();
    while let Some(Text { text }) = messages.message().await? {
        if text == "fail" {
            guard.done();
            return Err(Error::resource_exhausted("enough"));
        }
        joined.push_str(&text);
    }
    guard.done();
    Ok(text(&joined).into())
}

/// Sends the letters one by one. After `!` it fails, after `…` it hangs.
#[allow(clippy::unused_async, reason = "a handler is async")]
async fn split(talk: Talk, request: Request<Text>) -> Result<Response<Messages<Text>>> {
    let guard = talk.enter();
    let (sender, messages) = Messages::channel(1);
    let letters = request.into_message().text;
    tokio::spawn(async move {
        for letter in letters.chars() {
            match letter {
                '!' => {
                    guard.done();
                    return sender.fail(Error::not_found("no more")).await;
                }
                '…' => {
                    sender.closed().await;
                    return Ok(());
                }
                letter => sender.send(text(&letter.to_string())).await?,
            }
        }
        guard.done();
        sender.finish(super::support::headers(&[("x-tail", "2")])).await
    });
    Ok(messages.into())
}

/// Answers each text with itself. `fail` fails. There is no head before the first text.
async fn chat(talk: Talk, request: Request<Streaming<Text>>) -> Result<Response<Messages<Text>>> {
    let guard = talk.enter();
    let mut incoming = request.into_message();
    let mut next = incoming.message().await;
    let (sender, messages) = Messages::channel(1);
    tokio::spawn(async move {
        loop {
            match next {
                Ok(Some(Text { text })) if text == "fail" => {
                    guard.done();
                    return sender.fail(Error::resource_exhausted("enough")).await;
                }
                Ok(Some(message)) => sender.send(message).await?,
                Ok(None) => {
                    guard.done();
                    return Ok(());
                }
                Err(error) => return sender.fail(error).await,
            }
            next = incoming.message().await;
        }
    });
    Ok(messages.into())
}

impl NamedService for Talk {
    const SERVICE: ServiceSpec =
        ServiceSpec::new("talk.v1.Talk", &[SAY.spec(), LOOK.spec(), JOIN.spec(), SPLIT.spec(), CHAT.spec()]);
}

impl<B: IntoBody> Service<http::Request<B>> for Talk {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> DispatchFuture {
        let talk = self.clone();
        match codegen::procedure(&request) {
            "/talk.v1.Talk/Say" => codegen::unary(SAY, request, move |request| say(talk, request)),
            "/talk.v1.Talk/Look" => codegen::unary(LOOK, request, move |request| say(talk, request)),
            "/talk.v1.Talk/Join" => codegen::client_stream(JOIN, request, move |request| join(talk, request)),
            "/talk.v1.Talk/Split" => codegen::server_stream(SPLIT, request, move |request| split(talk, request)),
            "/talk.v1.Talk/Chat" => codegen::bidi(CHAT, request, move |request| chat(talk, request)),
            _ => codegen::unknown::<Self, _>(&request),
        }
    }
}

/// What is generated.
#[derive(Clone, Debug)]
pub struct TalkClient(pub Channel);

impl TalkClient {
    pub fn say(&self, request: impl Into<Request<Text>>) -> UnaryFuture<Text> {
        codegen::call_unary(&self.0, SAY, request)
    }

    pub fn look(&self, request: impl Into<Request<Text>>) -> UnaryFuture<Text> {
        codegen::call_unary(&self.0, LOOK, request)
    }

    pub fn join(&self, requests: impl Into<Request<Messages<Text>>>) -> UnaryFuture<Text> {
        codegen::call_client_stream(&self.0, JOIN, requests)
    }

    pub fn split(&self, request: impl Into<Request<Text>>) -> StreamFuture<Text> {
        codegen::call_server_stream(&self.0, SPLIT, request)
    }

    pub fn chat(&self, requests: impl Into<Request<Messages<Text>>>) -> StreamFuture<Text> {
        codegen::call_bidi(&self.0, CHAT, requests)
    }
}

/// Where it is served.
pub async fn serve(talk: Talk) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = tower_connect::axum::router::<_, _, ()>(talk, &RpcLayer::new());
    tokio::spawn(tower_connect::serve(listener, app).into_future());
    url
}

/// A client over a socket for each protocol, and one in process.
pub async fn clients(talk: &Talk) -> Vec<(&'static str, TalkClient)> {
    let socket = Channel::connect(serve(talk.clone()).await).unwrap();
    let app = tower_connect::axum::router::<_, _, ()>(talk.clone(), &RpcLayer::new());
    let in_process = Channel::service(app);
    let mut clients = Vec::new();
    for protocol in PROTOCOLS {
        clients.push((protocol.as_str(), TalkClient(socket.clone().protocol(protocol))));
        clients.push((protocol.as_str(), TalkClient(in_process.clone().protocol(protocol))));
    }
    clients
}
