//! The server's TLS, from the PEM files that the runner sends.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tower_connect::BoxError;

use crate::proto::TlsCreds;

/// A configuration with the runner's certificate. With a certificate of the client's, every client has to show that one.
///
/// # Errors
///
/// A certificate or the key cannot be read, or they do not fit together.
pub fn server_config(creds: &TlsCreds, client_cert: &[u8]) -> Result<ServerConfig, BoxError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let config = if client_cert.is_empty() {
        config.with_no_client_auth()
    } else {
        let mut roots = RootCertStore::empty();
        for cert in CertificateDer::pem_slice_iter(client_cert) {
            roots.add(cert?)?;
        }
        config.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build()?)
    };
    let chain = CertificateDer::pem_slice_iter(&creds.cert).collect::<Result<_, _>>()?;
    Ok(config.with_single_cert(chain, PrivateKeyDer::from_pem_slice(&creds.key)?)?)
}
