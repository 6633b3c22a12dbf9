//! One call, by the name of its method.

use std::time::Duration;

use http::HeaderMap;
use prost::Name;
use tower_connect::client::Channel;
use tower_connect::types::protobuf::Any;
use tower_connect::{BoxError, Messages, Request};

use super::cancel::Cancel;
use super::responses::{Responses, one};
use super::upload::Upload;
use crate::metadata;
use crate::proto::{ClientCompatRequest, ClientResponseResult, ConformanceServiceClient, StreamType};

/// Makes the call that is asked for.
///
/// # Errors
///
/// The call cannot be made: the method is unknown, or what is to be sent is of no use to it.
pub(super) async fn make(channel: Channel, request: ClientCompatRequest) -> Result<ClientResponseResult, BoxError> {
    let is_full_duplex = request.stream_type() == StreamType::FullDuplexBidiStream;
    let cancel = Cancel::new(request.cancel);
    let call = Call {
        metadata: metadata::from_proto(&request.request_headers)?,
        messages: request.request_messages,
        delay: Duration::from_millis(request.request_delay_ms.into()),
    };
    let client = ConformanceServiceClient::new(channel);
    let outcome = match request.method.as_deref().unwrap_or_default() {
        "Unary" => one(client.unary(call.one()?), cancel.after_close_send()).await,
        "IdempotentUnary" => one(client.idempotent_unary(call.one()?), cancel.after_close_send()).await,
        "Unimplemented" => one(client.unimplemented(call.one()?), cancel.after_close_send()).await,
        "ClientStream" => {
            let (mut upload, requests) = call.many()?;
            one(client.client_stream(requests), upload.until_given_up(cancel)).await
        }
        "ServerStream" => {
            let responses = Responses::new(client.server_stream(call.one()?), cancel);
            responses.rest(cancel.after_close_send()).await
        }
        "BidiStream" => {
            let (mut upload, requests) = call.many()?;
            let mut responses = Responses::new(client.bidi_stream(requests), cancel);
            // Else all messages are sent before the first response is waited for.
            while is_full_duplex && upload.next().await && responses.next().await {}
            responses.rest(upload.until_given_up(cancel)).await
        }
        other => return Err(format!("the service has no method {other:?}").into()),
    };
    Ok(outcome.into_proto())
}

/// What a call sends.
struct Call {
    metadata: HeaderMap,
    messages: Vec<Any>,
    /// Before each message of a stream.
    delay: Duration,
}

impl Call {
    fn one<T: Name + Default>(self) -> Result<Request<T>, BoxError> {
        let [message] = &self.messages[..] else {
            return Err(format!("{} messages, where one is to be sent", self.messages.len()).into());
        };
        Ok(request(message.unpack()?, self.metadata))
    }

    fn many<T>(self) -> Result<(Upload<T>, Request<Messages<T>>), BoxError>
    where
        T: Name + Default + Send + 'static,
    {
        let messages = self.messages.iter().map(Any::unpack).collect::<Result<_, _>>()?;
        let (upload, requests) = Upload::new(messages, self.delay);
        Ok((upload, request(requests, self.metadata)))
    }
}

fn request<T>(message: T, metadata: HeaderMap) -> Request<T> {
    let mut request = Request::new(message);
    *request.metadata_mut() = metadata;
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{BidiStreamRequest, UnaryRequest};

    fn call(messages: Vec<Any>) -> Call {
        Call { metadata: HeaderMap::new(), messages, delay: Duration::ZERO }
    }

    #[test]
    fn one_is_no_more_and_no_less() {
        let message = UnaryRequest { request_data: vec![1], ..Default::default() };
        let any = Any::pack(&message);
        assert_eq!(call(vec![any.clone()]).one::<UnaryRequest>().unwrap().into_message(), message);
        assert!(call(vec![any.clone()]).one::<BidiStreamRequest>().is_err());
        assert!(call(vec![any.clone(), any]).one::<UnaryRequest>().is_err());
        assert!(call(Vec::new()).one::<UnaryRequest>().is_err());
    }

    #[tokio::test]
    async fn a_method_that_is_not_there_is_no_call() {
        let channel = Channel::connect("http://127.0.0.1:1").unwrap();
        let request = ClientCompatRequest { method: Some("Say".to_owned()), ..Default::default() };
        assert!(make(channel, request).await.unwrap_err().to_string().contains("Say"));
    }
}
