//! Headers of a request that has come to a server and is passed on to the next, which are for the first one only.

use http::HeaderMap;
use http::header::{
    CONNECTION, EXPECT, HOST, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
    PROXY_AUTHORIZATION, RANGE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

/// Source: "Connection" and "Conditional Requests" of RFC 9110, 7.6.1 and 13.
const NAMES: [HeaderName; 15] = [
    HOST,
    EXPECT,
    PROXY_AUTHORIZATION,
    RANGE,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    IF_UNMODIFIED_SINCE,
    IF_RANGE,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

pub(super) fn remove(headers: &mut HeaderMap) {
    let named = headers.get_all(CONNECTION).into_iter().flat_map(|names| names.as_bytes().split(|byte| *byte == b','));
    let named: Vec<_> = named.filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok()).collect();
    for name in named.into_iter().chain([CONNECTION]).chain(NAMES) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_one_hop_is_gone_and_all_else_stays() {
        let mut headers = HeaderMap::new();
        for name in ["host", "connection", "x-hop", "expect", "if-none-match", "range", "authorization", "x-user"] {
            headers.insert(name, "keep-alive, X-Hop, bad name".parse().unwrap());
        }
        remove(&mut headers);
        assert_eq!(headers.len(), 2);
        assert!(headers.contains_key("authorization") && headers.contains_key("x-user"));
    }
}
