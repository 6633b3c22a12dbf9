//! One message, or an error.

use tower_connect::{Response, Result};

use super::{delay, failure};
use crate::metadata;
use crate::proto::conformance_payload::RequestInfo;
use crate::proto::unary_response_definition::Response as Defined;
use crate::proto::{ConformancePayload, UnaryResponseDefinition};

/// Answers as the request has it.
pub(super) async fn respond(
    definition: Option<UnaryResponseDefinition>,
    info: RequestInfo,
) -> Result<Response<ConformancePayload>> {
    let definition = definition.unwrap_or_default();
    let headers = metadata::from_proto(&definition.response_headers)?;
    let trailers = metadata::from_proto(&definition.response_trailers)?;
    delay(definition.response_delay_ms).await;
    let data = match definition.response {
        Some(Defined::Error(error)) => {
            return Err(failure(error, Some(&info)).with_metadata(headers).with_trailers(trailers));
        }
        Some(Defined::ResponseData(data)) => data,
        None => Vec::new(),
    };
    let mut response = Response::new(ConformancePayload { data, request_info: Some(info) });
    *response.metadata_mut() = headers;
    *response.trailers_mut() = trailers;
    Ok(response)
}
