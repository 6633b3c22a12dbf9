//! The client's side: a typed call whose answer lies ready.

use std::convert::Infallible;
use std::future::{Ready, ready as now};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame};
use tonic_prost::ProstCodec;
use tower_connect::codegen;
use tower_connect::method::{Method, Spec, StreamType, Unary};
use tower_connect::{Channel, Protocol};
use tower_service::Service;

use crate::{Text, message, ready};

const ECHO: Method<Text, Text, Unary> = Method::new(&Spec::new("/bench.v1.Echo/Echo", StreamType::Unary));

/// A server that always answers the same.
#[derive(Clone)]
struct Canned {
    content_type: &'static str,
    data: Bytes,
    trailers: bool,
}

struct Answer(Option<Bytes>, bool);

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(data) = self.0.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if !std::mem::take(&mut self.1) {
            return Poll::Ready(None);
        }
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }
}

impl<B> Service<http::Request<B>> for Canned {
    type Response = http::Response<Answer>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<B>) -> Self::Future {
        let mut response = http::Response::new(Answer(Some(self.data.clone()), self.trailers));
        response.headers_mut().insert("content-type", HeaderValue::from_static(self.content_type));
        now(Ok(response))
    }
}

impl Canned {
    fn new(protocol: Protocol) -> Self {
        let (content_type, trailers) = match protocol {
            Protocol::Connect => ("application/proto", false),
            Protocol::Grpc => ("application/grpc", true),
            _ => ("application/grpc-web+proto", false),
        };
        let mut data =
            if protocol == Protocol::Connect { prost::Message::encode_to_vec(&message()) } else { crate::frame() };
        if protocol == Protocol::GrpcWeb {
            data.extend_from_slice(b"\x80\0\0\0\x10grpc-status: 0\r\n");
        }
        Self { content_type, data: data.into(), trailers }
    }
}

pub(crate) fn ours(protocol: Protocol) -> impl FnMut(http::Request<tower_connect::Body>) -> usize {
    let channel = Channel::new(Canned::new(protocol), "http://localhost").expect("it is a URL").protocol(protocol);
    move |_| {
        let response = ready(codegen::call_unary(&channel, ECHO, message())).expect("it is answered");
        response.into_message().text.len()
    }
}

/// What a generated client of tonic does for a unary procedure.
pub(crate) fn tonic() -> impl FnMut(http::Request<tower_connect::Body>) -> usize {
    let mut grpc = tonic::client::Grpc::new(Canned::new(Protocol::Grpc));
    move |_| {
        let path = http::uri::PathAndQuery::from_static("/bench.v1.Echo/Echo");
        let codec = ProstCodec::<Text, Text>::default();
        let request = tonic::Request::new(message());
        let response = ready(async { grpc.unary(request, path, codec).await }).expect("it is answered");
        response.into_inner().text.len()
    }
}
