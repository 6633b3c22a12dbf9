//! Many messages, and an error or none.

use std::mem::take;
use std::vec;

use http::HeaderMap;
use tower_connect::types::protobuf::Any;
use tower_connect::{Messages, Response, Result, Sender, Streaming};

use super::{delay, failure};
use crate::metadata;
use crate::proto::conformance_payload::RequestInfo;
use crate::proto::{
    self, BidiStreamRequest, BidiStreamResponse, ConformancePayload, ServerStreamResponse, StreamResponseDefinition,
};

/// Answers as the first request has it. Further requests, if there are any, are answered one by one.
///
/// The head goes out at once if there are messages to send, and with the end of the call if there are none.
pub(super) fn respond<T: From<ConformancePayload> + Send + 'static>(
    definition: Option<StreamResponseDefinition>,
    info: RequestInfo,
    requests: Option<Streaming<BidiStreamRequest>>,
) -> Result<Response<Messages<T>>> {
    let definition = definition.unwrap_or_default();
    let headers = metadata::from_proto(&definition.response_headers)?;
    let trailers = metadata::from_proto(&definition.response_trailers)?;
    let mut response = if definition.response_data.is_empty() {
        if let Some(error) = definition.error {
            return Err(failure(error, Some(&info)).with_metadata(headers).with_trailers(trailers));
        }
        let mut response = Response::new(Messages::from_iter([]));
        *response.trailers_mut() = trailers;
        response
    } else {
        let (sender, messages) = Messages::channel(1);
        let data = definition.response_data.into_iter();
        let answer = Answer { data, delay: definition.response_delay_ms, info, error: definition.error, trailers };
        tokio::spawn(async move {
            if let Err(error) = answer.send(sender, requests).await {
                tracing::debug!("not all is sent: {error}");
            }
        });
        Response::new(messages)
    };
    *response.metadata_mut() = headers;
    Ok(response)
}

/// What is to be sent, and what was received since the last message.
struct Answer {
    data: vec::IntoIter<Vec<u8>>,
    delay: u32,
    info: RequestInfo,
    error: Option<proto::Error>,
    trailers: HeaderMap,
}

impl Answer {
    async fn send<T: From<ConformancePayload>>(
        mut self,
        sender: Sender<T>,
        mut requests: Option<Streaming<BidiStreamRequest>>,
    ) -> Result<()> {
        while let Some(data) = self.data.next() {
            delay(self.delay).await;
            sender.send(self.payload(data).into()).await?;
            let Some(stream) = &mut requests else { continue };
            match stream.message().await {
                Ok(Some(request)) => self.info.requests.push(Any::pack(&request)),
                // What is left is sent without being asked for.
                Ok(None) => requests = None,
                Err(error) => return sender.fail(error.with_trailers(self.trailers)).await,
            }
        }
        match self.error {
            Some(error) => sender.fail(failure(error, None).with_trailers(self.trailers)).await,
            None => sender.finish(self.trailers).await,
        }
    }

    /// A message that tells what was received since the last one, if there was anything.
    fn payload(&mut self, data: Vec<u8>) -> ConformancePayload {
        let info = take(&mut self.info);
        ConformancePayload { data, request_info: (info != RequestInfo::default()).then_some(info) }
    }
}

impl From<ConformancePayload> for ServerStreamResponse {
    fn from(payload: ConformancePayload) -> Self {
        Self { payload: Some(payload) }
    }
}

impl From<ConformancePayload> for BidiStreamResponse {
    fn from(payload: ConformancePayload) -> Self {
        Self { payload: Some(payload) }
    }
}
