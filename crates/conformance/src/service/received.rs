//! What the service has received, beside the messages.

use std::collections::BTreeMap;

use axum::extract::{self, Query};
use http::{HeaderMap, HeaderName, Method};
use tower_connect::{Call, Request};

use super::binary::respell;
use crate::proto::Header;
use crate::proto::conformance_payload::{ConnectGetInfo, RequestInfo};

/// Metadata, timeout and query of a request. The messages are still missing.
pub(super) fn received<T>(request: &Request<T>) -> RequestInfo {
    let timeout = request.call().and_then(Call::timeout);
    let query = request.extensions().get::<QueryParams>();
    let mut metadata = request.metadata().clone();
    respell(&mut metadata);
    RequestInfo {
        request_headers: headers(&metadata),
        timeout_ms: timeout.map(|timeout| i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX)),
        requests: Vec::new(),
        connect_get_info: query.map(|query| ConnectGetInfo { query_params: query.0.clone() }),
    }
}

/// One entry for each name: of several, the suite would see only the last one.
fn headers(metadata: &HeaderMap) -> Vec<Header> {
    let header = |name: &HeaderName| {
        let values = metadata.get_all(name).into_iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Header { name: name.to_string(), value: values.collect() }
    };
    metadata.keys().map(header).collect()
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
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_name_with_two_values_is_one_entry() {
        let mut request = Request::new(());
        for value in ["1", "2"] {
            request.metadata_mut().append("x-test", HeaderValue::from_static(value));
        }
        let values = vec!["1".to_owned(), "2".to_owned()];
        assert_eq!(received(&request).request_headers, [Header { name: "x-test".to_owned(), value: values }]);
    }

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
