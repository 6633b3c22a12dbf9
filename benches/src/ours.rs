use std::convert::Infallible;
use std::task::{Context, Poll};

use tower_connect::codegen::{self, DispatchFuture, IntoBody, NamedService};
use tower_connect::method::{Method, ServiceSpec, Spec, StreamType, Unary};
use tower_connect::{Body, Request, Response, Result, RpcLayer};
use tower_layer::Layer;
use tower_service::Service;

use crate::{Text, drain, ready};

const ECHO: Method<Text, Text, Unary> = Method::new(&Spec::new("/bench.v1.Echo/Echo", StreamType::Unary));

#[derive(Clone)]
struct Echo;

async fn echo(request: Request<Text>) -> Result<Response<Text>> {
    Ok(request.into_message().into())
}

impl NamedService for Echo {
    const SERVICE: ServiceSpec = ServiceSpec::new("bench.v1.Echo", &[ECHO.spec()]);
}

impl<B: IntoBody> Service<http::Request<B>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> DispatchFuture {
        match codegen::procedure(&request) {
            "/bench.v1.Echo/Echo" => codegen::unary(ECHO, request, echo),
            _ => codegen::unknown::<Self, _>(&request),
        }
    }
}

pub(crate) fn service() -> impl FnMut(http::Request<Body>) -> usize {
    let mut service = RpcLayer::new().for_service::<Echo>().layer(Echo);
    move |request| match ready(service.call(request)) {
        Ok(response) => drain(response.into_body()),
        Err(never) => match never {},
    }
}
