//! Whom to trust, and who to be.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tower_connect::{BoxError, Error, Result};

/// TLS with servers that show one of these certificates, or one signed by it.
pub(crate) fn trust(trusted: &Path, own: Option<&Path>) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(trusted)? {
        roots.add(certificate).map_err(unusable(trusted))?;
    }
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(Error::internal)?.with_root_certificates(roots);
    Ok(Arc::new(match own {
        Some(own) => {
            let key = PrivateKeyDer::from_pem_file(own).map_err(unusable(own))?;
            config.with_client_auth_cert(certificates(own)?, key).map_err(unusable(own))?
        }
        None => config.with_no_client_auth(),
    }))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match certificates.map_err(unusable(file))? {
        certificates if certificates.is_empty() => Err(unusable(file)("there is no certificate in it")),
        certificates => Ok(certificates),
    }
}

fn unusable<E: Into<BoxError>>(file: &Path) -> impl Fn(E) -> Error {
    move |error| Error::invalid_argument(format!("{} is of no use", file.display())).with_source(error)
}
