//! What the service has received, beside the messages.

use std::collections::BTreeMap;

use axum::extract::{self, Query};
use http::Method;
use tower_connect::{Call, Request};

use crate::metadata;
use crate::proto::Header;
use crate::proto::conformance_payload::{ConnectGetInfo, RequestInfo};

/// Metadata, timeout and query of a request. The messages are still missing.
pub(super) fn received<T>(request: &Request<T>) -> RequestInfo {
    let timeout = request.call().and_then(Call::timeout);
    let query = request.extensions().get::<QueryParams>();
    RequestInfo {
        request_headers: metadata::to_proto(request.metadata().clone()),
        timeout_ms: timeout.map(|timeout| i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX)),
        requests: Vec::new(),
        connect_get_info: query.map(|query| ConnectGetInfo { query_params: query.0.clone() }),
    }
}

/// The query of a call by GET.
#[derive(Clone, Debug)]
struct QueryParams(Vec<Header>);

/// Middleware for outside the envelope, inside of which a call by GET looks like any other: it leaves the query in the extensions.
pub async fn keep_query(mut request: extract::Request) -> extract::Request {
    if request.method() == Method::GET
        && let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
    {
        let mut params = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in pairs {
            params.entry(name).or_default().push(value);
        }
        let params = params.into_iter().map(|(name, value)| Header { name, value });
        request.extensions_mut().insert(QueryParams(params.collect()));
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_query_of_a_get_is_kept() {
        let params = async |method| {
            let body = axum::body::Body::empty();
            let request = http::Request::builder().method(method).uri("/a?b=%7B+1&a=&b=2").body(body).unwrap();
            keep_query(request).await.extensions().get::<QueryParams>().map(|params| params.0.clone())
        };
        let header = |name: &str, value: &[&str]| Header {
            name: name.to_owned(),
            value: value.iter().map(|&value| value.to_owned()).collect(),
        };
        assert_eq!(params(Method::GET).await.unwrap(), [header("a", &[""]), header("b", &["{ 1", "2"])]);
        assert_eq!(params(Method::POST).await, None);
    }
}
