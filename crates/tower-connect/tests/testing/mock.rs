//! A mock as generated code has it, with a procedure of each shape, and the calls of a client.

use std::convert::Infallible;
use std::task::{Context, Poll};

use tower::Service;
use tower_connect::client::{StreamFuture, UnaryFuture};
use tower_connect::codegen::{self, DispatchFuture, IntoBody, NamedService};
use tower_connect::method::{
    Bidi, ClientStream, Idempotency, Method, ServerStream, ServiceSpec, Spec, StreamType, Unary,
};
use tower_connect::server::Rpc;
use tower_connect::testing::Procedure;
use tower_connect::{Body, Channel, Messages, Request, Response, Result, RpcLayer, Streaming};

#[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Text {
    #[prost(string, tag = "1")]
    pub(crate) text: String,
}

pub(crate) fn text(text: &str) -> Text {
    Text { text: text.to_owned() }
}

const SAY: Method<Text, Text, Unary> = Method::new(&Spec::new("/demo.v1.Demo/Say", StreamType::Unary));
const READ: Method<Text, Text, Unary> =
    Method::new(&Spec::new("/demo.v1.Demo/Read", StreamType::Unary).with_idempotency(Idempotency::NoSideEffects));
const COUNT: Method<Text, Text, ServerStream> =
    Method::new(&Spec::new("/demo.v1.Demo/Count", StreamType::ServerStream));
const JOIN: Method<Text, Text, ClientStream> = Method::new(&Spec::new("/demo.v1.Demo/Join", StreamType::ClientStream));
const TALK: Method<Text, Text, Bidi> = Method::new(&Spec::new("/demo.v1.Demo/Talk", StreamType::Bidi));

#[derive(Clone, Debug)]
pub(crate) struct Mock {
    pub(crate) say: Procedure<Text, Text>,
    pub(crate) read: Procedure<Text, Text>,
    pub(crate) count: Procedure<Text, Messages<Text>>,
    pub(crate) join: Procedure<Streaming<Text>, Text>,
    pub(crate) talk: Procedure<Streaming<Text>, Messages<Text>>,
}

impl Mock {
    /// Without closures.
    pub(crate) fn new() -> Self {
        Self {
            say: Procedure::new(SAY.spec(), "Mock", "on_say"),
            read: Procedure::new(READ.spec(), "Mock", "on_read"),
            count: Procedure::new(COUNT.spec(), "Mock", "on_count"),
            join: Procedure::new(JOIN.spec(), "Mock", "on_join"),
            talk: Procedure::new(TALK.spec(), "Mock", "on_talk"),
        }
    }

    /// `say` and `read` echo, `count` sends three messages one by one, `join` joins what it reads, `talk` echoes each message.
    pub(crate) fn answering() -> Self {
        let mock = Self::new();
        mock.say.set(echo);
        mock.read.set(echo);
        mock.count.set(|_| async { Ok(slowly(["one", "two", "three"]).into()) });
        mock.join.set(|request: Request<Streaming<Text>>| async move {
            let mut messages = request.into_message();
            let mut joined = String::new();
            while let Some(message) = messages.message().await? {
                joined += &message.text;
            }
            Ok(text(&joined).into())
        });
        mock.talk
            .set(|request: Request<Streaming<Text>>| async move { Ok(Messages::new(request.into_message()).into()) });
        mock
    }

    pub(crate) fn channel(&self) -> Channel {
        Channel::service(self.service())
    }

    pub(crate) fn service(&self) -> Rpc<Self> {
        tower::Layer::layer(&RpcLayer::new().for_service::<Self>(), self.clone())
    }
}

async fn echo(request: Request<Text>) -> Result<Response<Text>> {
    Ok(request.into_message().into())
}

/// Each in a frame of its own.
fn slowly<const N: usize>(texts: [&'static str; N]) -> Messages<Text> {
    let (sender, messages) = Messages::channel(1);
    tokio::spawn(async move {
        for message in texts {
            sender.send(text(message)).await?;
            tokio::task::yield_now().await;
        }
        Ok::<_, tower_connect::Error>(())
    });
    messages
}

impl NamedService for Mock {
    const SERVICE: ServiceSpec =
        ServiceSpec::new("demo.v1.Demo", &[SAY.spec(), READ.spec(), COUNT.spec(), JOIN.spec(), TALK.spec()]);
}

impl<B: IntoBody> Service<http::Request<B>> for Mock {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> DispatchFuture {
        let Self { say, read, count, join, talk } = self.clone();
        match codegen::procedure(&request) {
            "/demo.v1.Demo/Say" => codegen::unary(SAY, request, move |call| async move { say.call(call).await }),
            "/demo.v1.Demo/Read" => codegen::unary(READ, request, move |call| async move { read.call(call).await }),
            "/demo.v1.Demo/Count" => {
                codegen::server_stream(COUNT, request, move |call| async move { count.call(call).await })
            }
            "/demo.v1.Demo/Join" => {
                codegen::client_stream(JOIN, request, move |call| async move { join.call(call).await })
            }
            "/demo.v1.Demo/Talk" => codegen::bidi(TALK, request, move |call| async move { talk.call(call).await }),
            _ => codegen::unknown::<Self, _>(&request),
        }
    }
}

pub(crate) fn say(channel: &Channel, request: impl Into<Request<Text>>) -> UnaryFuture<Text> {
    codegen::call_unary(channel, SAY, request.into())
}

pub(crate) fn read(channel: &Channel, request: impl Into<Request<Text>>) -> UnaryFuture<Text> {
    codegen::call_unary(channel, READ, request.into())
}

pub(crate) fn count(channel: &Channel) -> StreamFuture<Text> {
    codegen::call_server_stream(channel, COUNT, Text::default())
}

pub(crate) fn join(channel: &Channel, messages: Messages<Text>) -> UnaryFuture<Text> {
    codegen::call_client_stream(channel, JOIN, messages)
}

pub(crate) fn talk(channel: &Channel, messages: Messages<Text>) -> StreamFuture<Text> {
    codegen::call_bidi(channel, TALK, messages)
}

/// The messages of a stream, and the error that it ends with.
pub(crate) async fn drain(call: StreamFuture<Text>) -> (Vec<String>, Result<()>) {
    let mut texts = Vec::new();
    let mut stream = match call.await {
        Ok(response) => response.into_message(),
        Err(error) => return (texts, Err(error)),
    };
    loop {
        match stream.message().await {
            Ok(Some(message)) => texts.push(message.text),
            Ok(None) => return (texts, Ok(())),
            Err(error) => return (texts, Err(error)),
        }
    }
}
