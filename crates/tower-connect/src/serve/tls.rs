//! TLS for [`serve`](super::serve()).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::accept::Accept;

/// How long a caller may take over the handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// HTTP inside TLS.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    pub(super) fn new(mut config: Arc<ServerConfig>) -> Self {
        if config.alpn_protocols.is_empty() {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Self(config.into())
    }
}

impl Accept for Tls {
    type Stream = TlsStream<TcpStream>;

    async fn accept(&self, stream: TcpStream) -> io::Result<Self::Stream> {
        tokio::time::timeout(HANDSHAKE_TIMEOUT, self.0.accept(stream)).await?
    }

    fn certificates(stream: &Self::Stream) -> Vec<Bytes> {
        let (_, connection) = stream.get_ref();
        let chain = connection.peer_certificates().unwrap_or_default();
        chain.iter().map(|certificate| Bytes::copy_from_slice(certificate)).collect()
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}
