//! What has come of a call, in the words of the schema.

use http::HeaderMap;
use tower_connect::types::protobuf::Any;
use tower_connect::{Code, Error, Response};

use crate::metadata;
use crate::proto::{
    self, BidiStreamResponse, ClientResponseResult, ClientStreamResponse, ConformancePayload, IdempotentUnaryResponse,
    ServerStreamResponse, UnaryResponse, UnimplementedResponse,
};

/// What has come of a call so far.
#[derive(Debug, Default)]
pub(super) struct Outcome(ClientResponseResult);

impl Outcome {
    /// The only response of a call.
    pub(super) fn respond(&mut self, response: Response<impl Payload>) {
        self.start(response.metadata());
        self.end(response.trailers());
        self.receive(response.into_message());
    }

    pub(super) fn start(&mut self, metadata: &HeaderMap) {
        self.0.response_headers = metadata::to_proto(metadata.clone());
    }

    pub(super) fn receive(&mut self, message: impl Payload) {
        self.0.payloads.push(message.payload());
    }

    /// How many messages have come.
    pub(super) fn received(&self) -> usize {
        self.0.payloads.len()
    }

    pub(super) fn end(&mut self, trailers: &HeaderMap) {
        self.0.response_trailers = metadata::to_proto(trailers.clone());
    }

    pub(super) fn fail(&mut self, error: &Error) {
        // An error that comes after the response has begun has nothing but trailers.
        if self.0.response_headers.is_empty() {
            self.start(error.metadata());
        }
        self.end(error.trailers());
        let details = error.details().iter().map(|detail| Any {
            type_url: format!("type.googleapis.com/{}", detail.type_name()),
            value: detail.value().to_vec(),
        });
        self.0.error = Some(proto::Error {
            code: error.code().grpc_status().into(),
            message: Some(error.message().to_owned()),
            details: details.collect(),
        });
    }

    /// The call is given up. It is so by being dropped, after which nobody is left to say so.
    pub(super) fn cancel(&mut self) {
        self.fail(&Error::new(Code::Canceled, "given up"));
    }

    pub(super) fn into_proto(self) -> ClientResponseResult {
        self.0
    }
}

/// A message of the service's.
pub(super) trait Payload {
    /// What it carries. Nothing is something, too: the suite counts the payloads.
    fn payload(self) -> ConformancePayload;
}

macro_rules! payload {
    ($($response:ident)*) => {$(
        impl Payload for $response {
            fn payload(self) -> ConformancePayload {
                self.payload.unwrap_or_default()
            }
        }
    )*};
}

payload!(UnaryResponse IdempotentUnaryResponse ServerStreamResponse ClientStreamResponse BidiStreamResponse);

impl Payload for UnimplementedResponse {
    fn payload(self) -> ConformancePayload {
        ConformancePayload::default()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use tower_connect::ErrorDetail;

    use super::*;

    fn metadata(name: &'static str, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    fn header(name: &str, values: &[&str]) -> Vec<proto::Header> {
        let value = values.iter().map(|&value| value.to_owned()).collect();
        vec![proto::Header { name: name.to_owned(), value }]
    }

    #[test]
    fn a_message_of_nothing_is_a_payload() {
        let mut outcome = Outcome::default();
        outcome.respond(Response::new(UnaryResponse::default()));
        outcome.receive(UnimplementedResponse::default());
        assert_eq!(outcome.into_proto().payloads, vec![ConformancePayload::default(); 2]);
    }

    #[test]
    fn an_error_has_all_its_parts() {
        let mut outcome = Outcome::default();
        let error = Error::new(Code::Aborted, "why")
            .with_detail(ErrorDetail::new("a.B", &b"\x01"[..]))
            .with_metadata(metadata("a", &["1", "2"]))
            .with_trailers(metadata("b", &["3"]));
        outcome.fail(&error);
        let result = outcome.into_proto();
        assert_eq!(result.response_headers, header("a", &["1", "2"]));
        assert_eq!(result.response_trailers, header("b", &["3"]));
        let details = vec![Any { type_url: "type.googleapis.com/a.B".to_owned(), value: vec![1] }];
        let message = Some("why".to_owned());
        assert_eq!(result.error, Some(proto::Error { code: proto::Code::Aborted.into(), message, details }));
    }

    #[test]
    fn what_came_before_an_error_stays() {
        let mut outcome = Outcome::default();
        outcome.start(&metadata("a", &["1"]));
        outcome.receive(ServerStreamResponse::default());
        outcome.cancel();
        assert_eq!(outcome.received(), 1);
        let result = outcome.into_proto();
        assert_eq!(result.response_headers, header("a", &["1"]));
        assert_eq!(result.error.unwrap().code(), proto::Code::Canceled);
    }
}
