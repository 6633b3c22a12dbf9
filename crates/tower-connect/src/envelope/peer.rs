use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

/// Who is at the other end of a connection: what [`Call::peer`](super::Call::peer) tells.
///
/// [`serve()`](crate::serve()) leaves it in the extensions of every request. Another server does it like this, here with axum's:
///
/// ```
/// use std::net::SocketAddr;
///
/// use axum::extract::{ConnectInfo, Request};
/// use tower_connect::Peer;
///
/// /// For `axum::middleware::map_request`, and a router that is served by `into_make_service_with_connect_info::<SocketAddr>()`.
/// async fn tell_peer(ConnectInfo(address): ConnectInfo<SocketAddr>, mut request: Request) -> Request {
///     request.extensions_mut().insert(Peer::new(address));
///     request
/// }
/// # let _ = tell_peer;
/// ```
///
/// It is cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Peer(Arc<Inner>);

#[derive(PartialEq, Eq)]
struct Inner {
    address: Option<SocketAddr>,
    certificates: Vec<Bytes>,
}

impl Peer {
    /// Somebody at an address, who has shown no certificate.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self::with_certificates(Some(address), Vec::new())
    }

    /// Somebody who has shown a chain of certificates, each in DER, their own first. They are taken as verified.
    #[must_use]
    pub fn with_certificates(address: Option<SocketAddr>, certificates: Vec<Bytes>) -> Self {
        Self(Arc::new(Inner { address, certificates }))
    }

    /// Where the connection comes from: the caller, or a proxy in between. `None` where connections have no such address.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.address
    }

    /// The certificates that the peer has shown, each in DER (X.509, RFC 5280), the peer's own first; none without mutual TLS.
    ///
    /// They are those that the verifier of the server's configuration has let pass.
    #[must_use]
    pub fn certificates(&self) -> &[Bytes] {
        &self.0.certificates
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("address", &self.0.address)
            .field("certificates", &self.0.certificates.len())
            .finish()
    }
}
