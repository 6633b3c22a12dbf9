// What is generated for a service with one procedure of each kind of answer, as far as the examples of `testing` need it.

use std::convert::Infallible;
use std::future::Future;
use std::task::{Context, Poll};

use tower_connect::client::{StreamFuture, UnaryFuture};
use tower_connect::codegen::{self, DispatchFuture, IntoBody, NamedService};
use tower_connect::method::{Method, ServerStream, ServiceSpec, Spec, StreamType, Unary};
use tower_connect::testing::Procedure;
use tower_connect::{Body, Channel, Messages, Request, Response, Result, RpcLayer};

#[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
pub struct SayRequest {
    #[prost(string, tag = "1")]
    pub name: String,
}

#[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
pub struct SayResponse {
    #[prost(string, tag = "1")]
    pub text: String,
}

const SAY: Method<SayRequest, SayResponse, Unary> =
    Method::new(&Spec::new("/greet.v1.GreetService/Say", StreamType::Unary));
const REPEAT: Method<SayRequest, SayResponse, ServerStream> =
    Method::new(&Spec::new("/greet.v1.GreetService/Repeat", StreamType::ServerStream));

#[derive(Clone)]
pub struct GreetServiceMock(Procedure<SayRequest, SayResponse>, Procedure<SayRequest, Messages<SayResponse>>);

impl GreetServiceMock {
    pub fn new() -> Self {
        let say = Procedure::new(SAY.spec(), "GreetServiceMock", "on_say");
        Self(say, Procedure::new(REPEAT.spec(), "GreetServiceMock", "on_repeat"))
    }

    pub fn channel(&self) -> Channel {
        Channel::service(tower::Layer::layer(&RpcLayer::new().for_service::<Self>(), self.clone()))
    }

    pub fn on_say<Fut>(&self, closure: impl FnMut(Request<SayRequest>) -> Fut + Send + 'static) -> Self
    where
        Fut: Future<Output = Result<Response<SayResponse>>> + Send + 'static,
    {
        self.0.set(closure);
        self.clone()
    }

    pub fn on_repeat<Fut>(&self, closure: impl FnMut(Request<SayRequest>) -> Fut + Send + 'static) -> Self
    where
        Fut: Future<Output = Result<Response<Messages<SayResponse>>>> + Send + 'static,
    {
        self.1.set(closure);
        self.clone()
    }

    pub fn say_calls(&self) -> Vec<Request<SayRequest>> {
        self.0.calls()
    }
}

impl NamedService for GreetServiceMock {
    const SERVICE: ServiceSpec = ServiceSpec::new("greet.v1.GreetService", &[SAY.spec(), REPEAT.spec()]);
}

impl<B: IntoBody> tower::Service<http::Request<B>> for GreetServiceMock {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> DispatchFuture {
        let Self(say, repeat) = self.clone();
        match codegen::procedure(&request) {
            "/greet.v1.GreetService/Say" => {
                codegen::unary(SAY, request, move |request| async move { say.call(request).await })
            }
            _ => codegen::server_stream(REPEAT, request, move |request| async move { repeat.call(request).await }),
        }
    }
}

pub struct GreetServiceClient(Channel);

impl GreetServiceClient {
    pub fn new(channel: Channel) -> Self {
        Self(channel)
    }

    pub fn say(&self, request: impl Into<Request<SayRequest>>) -> UnaryFuture<SayResponse> {
        codegen::call_unary(&self.0, SAY, request.into())
    }

    pub fn repeat(&self, request: impl Into<Request<SayRequest>>) -> StreamFuture<SayResponse> {
        codegen::call_server_stream(&self.0, REPEAT, request.into())
    }
}
