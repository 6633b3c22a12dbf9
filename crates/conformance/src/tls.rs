//! TLS, from the PEM files that the runner sends.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tower_connect::BoxError;

use crate::proto::TlsCreds;

/// A configuration with the runner's certificate. With a certificate of the client's, every client has to show that one.
///
/// # Errors
///
/// A certificate or the key cannot be read, or they do not fit together.
pub fn server_config(creds: &TlsCreds, client_cert: &[u8]) -> Result<ServerConfig, BoxError> {
    let provider = provider();
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let config = if client_cert.is_empty() {
        config.with_no_client_auth()
    } else {
        let roots = roots(client_cert)?.into();
        config.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(roots, provider).build()?)
    };
    let (chain, key) = identity(creds)?;
    Ok(config.with_single_cert(chain, key)?)
}

/// A configuration that trusts the server's certificate and no other. With `creds`, it has a certificate of its own to show.
///
/// # Errors
///
/// A certificate or the key cannot be read, or they do not fit together.
pub fn client_config(server_cert: &[u8], creds: Option<&TlsCreds>) -> Result<ClientConfig, BoxError> {
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let config = config.with_root_certificates(roots(server_cert)?);
    match creds {
        None => Ok(config.with_no_client_auth()),
        Some(creds) => {
            let (chain, key) = identity(creds)?;
            Ok(config.with_client_auth_cert(chain, key)?)
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn roots(pem: &[u8]) -> Result<RootCertStore, BoxError> {
    let mut roots = RootCertStore::empty();
    for cert in CertificateDer::pem_slice_iter(pem) {
        roots.add(cert?)?;
    }
    if roots.is_empty() { Err("a file of certificates has none".into()) } else { Ok(roots) }
}

fn identity(creds: &TlsCreds) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), BoxError> {
    let chain = CertificateDer::pem_slice_iter(&creds.cert).collect::<Result<_, _>>()?;
    Ok((chain, PrivateKeyDer::from_pem_slice(&creds.key)?))
}
