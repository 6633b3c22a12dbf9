use std::future::{Ready, ready as now};

use prost::Message;
use tonic::server::{Grpc, UnaryService};
use tonic_prost::ProstCodec;
use tower_connect::Body;

use crate::{Text, drain, ready};

struct Echo;

impl UnaryService<Text> for Echo {
    type Response = Text;
    type Future = Ready<Result<tonic::Response<Text>, tonic::Status>>;

    fn call(&mut self, request: tonic::Request<Text>) -> Self::Future {
        now(Ok(tonic::Response::new(request.into_inner())))
    }
}

/// What a generated server of tonic does for a unary procedure.
pub(crate) fn tonic() -> impl FnMut(http::Request<Body>) -> usize {
    |request| {
        let mut grpc = Grpc::new(ProstCodec::<Text, Text>::default());
        let response: Box<dyn Future<Output = http::Response<tonic::body::Body>>> =
            Box::new(async move { grpc.unary(Echo, request).await });
        drain(ready(Box::into_pin(response)).into_body())
    }
}

/// The work that no server can do without.
pub(crate) fn closure() -> impl FnMut(http::Request<Body>) -> usize {
    |request| {
        let mut body = request.into_body();
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        let std::task::Poll::Ready(Some(Ok(frame))) =
            http_body::Body::poll_frame(std::pin::Pin::new(&mut body), &mut cx)
        else {
            return 0;
        };
        let text = frame.into_data().ok().and_then(|data| Text::decode(data).ok());
        text.map_or(0, |text| text.encode_to_vec().len())
    }
}
