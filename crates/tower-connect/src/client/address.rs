use bytes::Bytes;
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::error::BoxError;
use crate::{Error, Result};

/// Where a server is: a scheme, an authority, and what goes before the paths of its procedures.
#[derive(Debug)]
pub(super) struct Address {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

impl Address {
    pub(super) fn new(url: impl TryInto<Uri, Error: Into<BoxError>>) -> Result<Self> {
        let malformed = |reason: &str| Error::invalid_argument(format!("the URL of the server is malformed: {reason}"));
        let url =
            url.try_into().map_err(Into::into).map_err(|error| malformed(&error.to_string()).with_source(error))?;
        let parts = url.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(malformed("it has no scheme, or no host"));
        };
        let (_, place) = authority.as_str().rsplit_once('@').unwrap_or(("", authority.as_str()));
        if place.len() != authority.as_str().len() {
            return Err(malformed("it has credentials, which go into metadata"));
        }
        if authority.host().is_empty() || (place != authority.host() && authority.port_u16().is_none()) {
            return Err(malformed("it has no host, or a port that is none"));
        }
        if scheme != Scheme::HTTP && scheme != Scheme::HTTPS {
            return Err(malformed(&format!("{scheme} is not HTTP")));
        }
        let path = parts.path_and_query.unwrap_or(PathAndQuery::from_static("/"));
        if path.query().is_some() {
            return Err(malformed("it has a query"));
        }
        Ok(Self { scheme, authority, prefix: path.path().trim_end_matches('/').to_owned() })
    }

    pub(super) fn in_process() -> Self {
        Self { scheme: Scheme::HTTP, authority: Authority::from_static("localhost"), prefix: String::new() }
    }

    /// The URL of a path on the server.
    pub(super) fn of(&self, path: Bytes) -> Result<Uri> {
        let path = if self.prefix.is_empty() { path } else { [self.prefix.as_bytes(), &path].concat().into() };
        let path = PathAndQuery::from_maybe_shared(path).map_err(http::Error::from)?;
        let uri = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(path);
        Ok(uri.build()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn the_path_of_the_server_goes_before_the_procedures() {
        for (server, url) in [
            ("http://h", "http://h/a.B/C"),
            ("https://h:1/", "https://h:1/a.B/C"),
            ("http://[::1]:1/x/y/", "http://[::1]:1/x/y/a.B/C"),
        ] {
            assert_eq!(Address::new(server).unwrap().of("/a.B/C".into()).unwrap(), url);
        }
    }

    #[test]
    fn what_is_no_url_of_http_is_refused() {
        for server in [
            "",
            "h",
            "h:80",
            "/x",
            "ftp://h",
            "http://h/?x",
            "http://",
            "http://h h",
            "http://h:99999",
            "http://h:",
            "http://:80",
            "http://u:p@h",
            "http://h:x",
        ] {
            assert_eq!(Address::new(server).unwrap_err().code(), Code::InvalidArgument, "{server}");
        }
    }
}
