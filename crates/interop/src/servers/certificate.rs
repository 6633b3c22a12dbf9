//! The certificate of all servers.

use std::io;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tempfile::NamedTempFile;

/// A certificate that nobody has signed but itself, for this machine.
#[derive(Debug)]
pub(super) struct Certificate {
    /// As PEM.
    pub(super) pem: String,
    /// As PEM.
    pub(super) key: String,
    /// What trusts it, and nothing else.
    pub(super) trust: Arc<ClientConfig>,
}

impl Certificate {
    pub(super) fn new() -> io::Result<Self> {
        let names = ["localhost", "127.0.0.1"].map(str::to_owned);
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).map_err(io::Error::other)?;
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).map_err(io::Error::other)?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { pem: cert.pem(), key: signing_key.serialize_pem(), trust: Arc::new(config) })
    }
}

/// A file with that in it, which is there as long as this is.
pub(super) fn file(content: &str) -> io::Result<NamedTempFile> {
    let file = NamedTempFile::new()?;
    std::fs::write(&file, content)?;
    Ok(file)
}
