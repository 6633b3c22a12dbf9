//! Connections, and what calls say on them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use tower_connect::client::Channel;
use tower_connect::compression::{BROTLI, Compressor, DEFLATE, GZIP, SNAPPY, ZSTD};
use tower_connect::transport::HttpTransport;
use tower_connect::{BoxError, Codec, Protocol};

use crate::proto::{self, ClientCompatRequest, Compression, HttpVersion};
use crate::tls;

/// The transports, each with its own connections, that calls have needed so far.
#[derive(Default)]
pub(super) struct Transports(HashMap<Key, HttpTransport>);

/// What makes calls need different transports.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    version: HttpVersion,
    server_cert: Vec<u8>,
    /// Certificate and key.
    client_creds: Option<(Vec<u8>, Vec<u8>)>,
}

impl Transports {
    /// A channel to the server, and in the manner, that is asked for.
    ///
    /// # Errors
    ///
    /// The request asks for what this client does not have, or its certificates are unusable.
    pub(super) fn channel(&mut self, request: &ClientCompatRequest) -> Result<Channel, BoxError> {
        let scheme = if request.server_tls_cert.is_empty() { "http" } else { "https" };
        let url = format!("{scheme}://{}:{}", request.host, request.port);
        let channel = Channel::new(self.transport(request)?, &url)?;

        let compressor = compressor(request.compression());
        // Only what is asked for is offered, and every message is sent in it.
        let channel = channel.send_compression(compressor).compression(compressor).compress_min_size(0);
        let channel = channel.protocol(protocol(request.protocol())?).codec(codec(request.codec())?);
        let channel = channel.http_get(request.use_get_http_method);
        let channel = channel.timeout(request.timeout_ms.map(|timeout| Duration::from_millis(timeout.into())));
        Ok(match request.message_receive_limit {
            0 => channel,
            limit => channel.receive_limit(limit),
        })
    }

    fn transport(&mut self, request: &ClientCompatRequest) -> Result<HttpTransport, BoxError> {
        let creds = request.client_tls_creds.as_ref();
        let key = Key {
            version: request.http_version(),
            server_cert: request.server_tls_cert.clone(),
            client_creds: creds.map(|creds| (creds.cert.clone(), creds.key.clone())),
        };
        match self.0.entry(key) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(new) => {
                let builder = HttpTransport::builder();
                let builder = match new.key().version {
                    HttpVersion::HttpVersion1 => builder.http1_only(),
                    HttpVersion::HttpVersion2 => builder.http2_only(),
                    version @ (HttpVersion::HttpVersion3 | HttpVersion::Unspecified) => return Err(unknown(version)),
                };
                let builder = if new.key().server_cert.is_empty() {
                    builder
                } else {
                    builder.tls(Arc::new(tls::client_config(&new.key().server_cert, creds)?))
                };
                Ok(new.insert(builder.build()).clone())
            }
        }
    }
}

fn protocol(protocol: proto::Protocol) -> Result<Protocol, BoxError> {
    match protocol {
        proto::Protocol::Connect => Ok(Protocol::Connect),
        proto::Protocol::Grpc => Ok(Protocol::Grpc),
        proto::Protocol::GrpcWeb => Ok(Protocol::GrpcWeb),
        proto::Protocol::Unspecified => Err(unknown(protocol)),
    }
}

fn codec(codec: proto::Codec) -> Result<Codec, BoxError> {
    match codec {
        proto::Codec::Proto => Ok(Codec::Proto),
        proto::Codec::Json => Ok(Codec::Json),
        #[allow(deprecated, reason = "it is there nevertheless")]
        proto::Codec::Text | proto::Codec::Unspecified => Err(unknown(codec)),
    }
}

fn compressor(compression: Compression) -> Option<Compressor> {
    match compression {
        Compression::Identity | Compression::Unspecified => None,
        Compression::Gzip => Some(GZIP),
        Compression::Br => Some(BROTLI),
        Compression::Zstd => Some(ZSTD),
        Compression::Deflate => Some(DEFLATE),
        Compression::Snappy => Some(SNAPPY),
    }
}

fn unknown(what: impl std::fmt::Debug) -> BoxError {
    format!("this client has no {what:?}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> ClientCompatRequest {
        ClientCompatRequest {
            http_version: HttpVersion::HttpVersion1.into(),
            protocol: proto::Protocol::Connect.into(),
            codec: proto::Codec::Proto.into(),
            host: "127.0.0.1".to_owned(),
            port: 1,
            ..Default::default()
        }
    }

    #[test]
    fn calls_of_the_same_kind_share_a_transport() {
        let mut transports = Transports::default();
        for port in [1, 2] {
            transports.channel(&ClientCompatRequest { port, ..request() }).unwrap();
        }
        assert_eq!(transports.0.len(), 1);
        let http_version = HttpVersion::HttpVersion2.into();
        transports.channel(&ClientCompatRequest { http_version, ..request() }).unwrap();
        assert_eq!(transports.0.len(), 2);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let http_version = HttpVersion::HttpVersion3.into();
        for request in [
            ClientCompatRequest { http_version, ..request() },
            ClientCompatRequest { protocol: 0, ..request() },
            ClientCompatRequest { codec: 0, ..request() },
            ClientCompatRequest { server_tls_cert: b"-----BEGIN CERTIFICATE-----".to_vec(), ..request() },
            ClientCompatRequest { server_tls_cert: b"?".to_vec(), ..request() },
        ] {
            assert!(Transports::default().channel(&request).is_err(), "{request:?}");
        }
    }
}
