//! The suite's service: requests say how they are to be answered, and answers tell what was received.
//!
//! Source: the comments of `connectrpc/conformance/v1/service.proto`.

mod received;
mod stream;
mod unary;

use std::time::Duration;

use tower_connect::types::protobuf::Any;
use tower_connect::{Code, Error, ErrorDetail, Messages, Request, Response, Result, Streaming};

pub use self::received::keep_query;
use self::received::received;
use crate::proto::{self, conformance_payload::RequestInfo};
use crate::proto::{
    BidiStreamRequest, BidiStreamResponse, ClientStreamRequest, ClientStreamResponse, ConformanceService,
    IdempotentUnaryRequest, IdempotentUnaryResponse, ServerStreamRequest, ServerStreamResponse, UnaryRequest,
    UnaryResponse,
};

/// The service. `Unimplemented` is left to the generated trait.
#[derive(Debug)]
pub struct Conformance;

impl ConformanceService for Conformance {
    async fn unary(&self, request: Request<UnaryRequest>) -> Result<Response<UnaryResponse>> {
        let mut info = received(&request);
        let message = request.into_message();
        info.requests.push(Any::pack(&message));
        let response = unary::respond(message.response_definition, info).await?;
        Ok(response.map(|payload| UnaryResponse { payload: Some(payload) }))
    }

    async fn idempotent_unary(
        &self,
        request: Request<IdempotentUnaryRequest>,
    ) -> Result<Response<IdempotentUnaryResponse>> {
        let mut info = received(&request);
        let message = request.into_message();
        info.requests.push(Any::pack(&message));
        let response = unary::respond(message.response_definition, info).await?;
        Ok(response.map(|payload| IdempotentUnaryResponse { payload: Some(payload) }))
    }

    async fn client_stream(
        &self,
        request: Request<Streaming<ClientStreamRequest>>,
    ) -> Result<Response<ClientStreamResponse>> {
        let mut info = received(&request);
        let mut definition = None;
        let mut messages = request.into_message();
        while let Some(message) = messages.message().await? {
            let is_first = info.requests.is_empty();
            info.requests.push(Any::pack(&message));
            if is_first {
                definition = message.response_definition;
            }
        }
        let response = unary::respond(definition, info).await?;
        Ok(response.map(|payload| ClientStreamResponse { payload: Some(payload) }))
    }

    async fn server_stream(
        &self,
        request: Request<ServerStreamRequest>,
    ) -> Result<Response<Messages<ServerStreamResponse>>> {
        let mut info = received(&request);
        let message = request.into_message();
        info.requests.push(Any::pack(&message));
        stream::respond(message.response_definition, info, None)
    }

    async fn bidi_stream(
        &self,
        request: Request<Streaming<BidiStreamRequest>>,
    ) -> Result<Response<Messages<BidiStreamResponse>>> {
        let mut info = received(&request);
        let mut messages = request.into_message();
        // Only the first message says what the head of the response is to be.
        let Some(first) = messages.message().await? else {
            return stream::respond(None, info, None);
        };
        info.requests.push(Any::pack(&first));
        if first.full_duplex {
            return stream::respond(first.response_definition, info, Some(messages));
        }
        while let Some(message) = messages.message().await? {
            info.requests.push(Any::pack(&message));
        }
        stream::respond(first.response_definition, info, None)
    }
}

/// The error that a request asks for; with what was received as its last detail.
fn failure(error: proto::Error, info: Option<&RequestInfo>) -> Error {
    let code = u8::try_from(error.code).ok().and_then(Code::from_grpc_status).unwrap_or(Code::Unknown);
    let info = info.map(Any::pack);
    let details = error.details.into_iter().chain(info);
    let failure = Error::new(code, error.message.unwrap_or_default());
    details.fold(failure, |failure, Any { type_url, value }| failure.with_detail(ErrorDetail::new(type_url, value)))
}

async fn delay(milliseconds: u32) {
    tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
}
