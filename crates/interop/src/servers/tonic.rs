//! The server of tonic.

mod metadata;
mod service;

use std::net::{Ipv4Addr, SocketAddr};

use tonic::codec::CompressionEncoding;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tower_connect::BoxError;

use self::service::Interop;
use super::Peer;
use super::certificate::Certificate;
use crate::server::RECEIVE_LIMIT;
use crate::tonic_proto::interop_service_server::InteropServiceServer;

/// Starts it, with gzip for callers that take it. It is served until the runtime ends.
pub(super) fn start(certificate: &Certificate) -> Result<Peer, BoxError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (plain, tls) = (TcpIncoming::bind(address)?, TcpIncoming::bind(address)?);
    let peer = Peer::new(plain.local_addr()?, tls.local_addr()?, None)?;
    let service = InteropServiceServer::new(Interop::default())
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(RECEIVE_LIMIT as usize);
    let identity = Identity::from_pem(&certificate.pem, &certificate.key);
    let config = ServerTlsConfig::new().identity(identity);
    tokio::spawn(Server::builder().add_service(service.clone()).serve_with_incoming(plain));
    tokio::spawn(Server::builder().tls_config(config)?.add_service(service).serve_with_incoming(tls));
    Ok(peer)
}
