//! TLS with certificates that nobody has signed but this program: good enough to try things on one machine.

use std::io;
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

/// What a run with TLS is made of.
#[derive(Debug)]
pub struct SelfMade {
    /// With a new certificate for `localhost` and the loopback addresses.
    pub config: Arc<ServerConfig>,
    /// That certificate, as PEM.
    pub certificate: String,
    /// A certificate and its key, as PEM, without which nobody may call.
    pub caller: Option<String>,
}

/// Makes certificates: one for the server, and for `mutual` TLS one for its callers.
///
/// # Errors
///
/// A certificate cannot be made.
pub fn self_made(mutual: bool) -> io::Result<SelfMade> {
    let names = ["localhost", "127.0.0.1", "::1"];
    let CertifiedKey { cert, signing_key } = make(&names)?;
    let caller = mutual.then(|| make(&["caller"])).transpose()?;
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let config = match &caller {
        Some(caller) => config.with_client_cert_verifier(only(caller, provider)?),
        None => config.with_no_client_auth(),
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = config.with_single_cert(vec![cert.der().clone()], key).map_err(io::Error::other)?;
    Ok(SelfMade {
        config: Arc::new(config),
        certificate: cert.pem(),
        caller: caller.map(|caller| caller.cert.pem() + &caller.signing_key.serialize_pem()),
    })
}

fn make(names: &[&str]) -> io::Result<CertifiedKey<KeyPair>> {
    generate_simple_self_signed(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).map_err(io::Error::other)
}

fn only(caller: &CertifiedKey<KeyPair>, provider: Arc<CryptoProvider>) -> io::Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    roots.add(caller.cert.der().clone()).map_err(io::Error::other)?;
    WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().map_err(io::Error::other)
}
