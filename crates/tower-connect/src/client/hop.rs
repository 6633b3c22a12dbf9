//! Headers of a request that has come to a server and is passed on to the next.

use http::HeaderMap;
use http::header::{
    CONNECTION, EXPECT, HOST, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
    PROXY_AUTHORIZATION, RANGE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

/// What is for the first server only. Source: "Connection" of RFC 9110, 7.6.1.
const ONE_HOP: [HeaderName; 9] = [
    HOST,
    EXPECT,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// What asks for a part of an answer, or for none, which a call cannot be answered by.
const CONDITIONS: [HeaderName; 6] = [RANGE, IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE];

/// For any request.
pub(super) fn pass(headers: &mut HeaderMap) {
    let named = headers.get_all(CONNECTION).into_iter().flat_map(|names| names.as_bytes().split(|byte| *byte == b','));
    let named: Vec<_> = named.filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok()).collect();
    for name in named.into_iter().chain([CONNECTION]).chain(ONE_HOP) {
        headers.remove(name);
    }
}

/// For a call.
pub(super) fn pass_call(headers: &mut HeaderMap) {
    pass(headers);
    for name in CONDITIONS {
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
        pass(&mut headers);
        assert_eq!(headers.len(), 4);
        pass_call(&mut headers);
        assert_eq!(headers.len(), 2);
        assert!(headers.contains_key("authorization") && headers.contains_key("x-user"));
    }
}
