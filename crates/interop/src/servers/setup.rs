//! The ways to call a server.

use std::fmt;

use http::Version;
use tower_connect::{Codec, Protocol};

use super::Server;

/// How a client calls.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) server: Server,
    pub(super) protocol: Protocol,
    pub(super) codec: Codec,
    pub(super) transport: Transport,
    /// Both ways.
    pub(super) gzip: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// Whatever the client prefers without TLS.
    Plain,
    Http1,
    /// HTTP/2 without TLS.
    H2c,
    /// Whatever the client prefers over TLS.
    Tls,
    Http1Tls,
}

impl Setup {
    /// All those of a server.
    pub(super) fn all(server: Server) -> Vec<Self> {
        let protocols: &[_] = match server {
            Server::ConnectGo => &[Protocol::Connect, Protocol::Grpc, Protocol::GrpcWeb],
            Server::GrpcGo | Server::Tonic => &[Protocol::Grpc],
        };
        let codecs: &[_] = match server {
            Server::ConnectGo => &[Codec::Proto, Codec::Json],
            Server::GrpcGo | Server::Tonic => &[Codec::Proto],
        };
        let mut all = Vec::new();
        for &protocol in protocols {
            let transports: &[_] = match protocol {
                Protocol::Grpc => &[Transport::Plain, Transport::Tls],
                _ => &[Transport::Plain, Transport::Http1, Transport::H2c, Transport::Tls, Transport::Http1Tls],
            };
            for &transport in transports {
                for &codec in codecs {
                    let setup = |gzip| Self { server, protocol, codec, transport, gzip };
                    all.extend([false, true].map(setup));
                }
            }
        }
        all
    }

    pub(super) fn protocol_name(&self) -> &'static str {
        match self.protocol {
            Protocol::Connect => "Connect",
            Protocol::Grpc => "gRPC",
            _ => "gRPC-Web",
        }
    }

    /// Whether both sides can send at the same time.
    pub(super) fn is_duplex(&self) -> bool {
        !matches!(self.transport, Transport::Http1 | Transport::Http1Tls)
    }

    /// What unary calls go by.
    pub(super) fn version(&self) -> Version {
        match self.transport {
            Transport::Plain if self.protocol == Protocol::Grpc => Version::HTTP_2,
            Transport::Plain | Transport::Http1 | Transport::Http1Tls => Version::HTTP_11,
            Transport::H2c | Transport::Tls => Version::HTTP_2,
        }
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = match self.transport {
            Transport::Plain => "plain",
            Transport::Http1 => "HTTP/1.1",
            Transport::H2c => "h2c",
            Transport::Http1Tls => "HTTP/1.1 with TLS",
            Transport::Tls => "TLS",
        };
        let gzip = if self.gzip { " gzip" } else { "" };
        write!(f, "{transport} {}{gzip}", self.codec.as_str())
    }
}
