//! Connections with TLS.

use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};

use ::http::Uri;
use ::http::uri::Scheme;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use rustls::{ClientConfig, RootCertStore};
use tower_service::Service;

use super::connector::{Connecting, Connector};
use crate::Error;
use crate::error::{BoxError, Retry};

/// Connections with TLS to where it is `https`, and without to where it is `http`.
#[derive(Clone, Debug)]
pub struct Secured<C> {
    pub(super) inner: C,
    pub(super) config: Option<Arc<ClientConfig>>,
    pub(super) versions: Versions,
}

/// What a server is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versions {
    Http1,
    Http2,
    Both,
}

impl<C: Connector> Secured<C> {
    fn config(&self) -> Result<ClientConfig, Error> {
        let config = self.config.clone().map_or_else(|| DEFAULT.clone(), Ok)?;
        let mut config = Arc::unwrap_or_clone(config);
        // What is offered is up to the call.
        config.alpn_protocols.clear();
        Ok(config)
    }
}

impl<C: Connector> Service<Uri> for Secured<C> {
    type Response = MaybeHttpsStream<C::Stream>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        if uri.scheme() != Some(&Scheme::HTTPS) {
            let connecting = self.inner.call(uri);
            return Box::pin(async move { connecting.await.map(MaybeHttpsStream::Http).map_err(Into::into) });
        }
        let config = match self.config() {
            Ok(config) => config,
            Err(error) => return Box::pin(async move { Err(error.with_retry(Retry::NeverSent).into()) }),
        };
        let builder = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
        // The one that is ready makes the connection.
        let next = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, next);
        let mut connector = match self.versions {
            Versions::Http1 => builder.enable_http1().wrap_connector(inner),
            Versions::Http2 => builder.enable_http2().wrap_connector(inner),
            Versions::Both => builder.enable_all_versions().wrap_connector(inner),
        };
        connector.call(uri)
    }
}

/// Whoever is not told trusts the authorities of the features that are on.
static DEFAULT: LazyLock<Result<Arc<ClientConfig>, Error>> = LazyLock::new(|| {
    let roots = roots();
    if roots.is_empty() {
        let message = "there is nobody to trust: turn on the feature `webpki-roots` or `native-roots` of tower-connect, or configure TLS";
        return Err(Error::invalid_argument(message));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(Error::internal)?.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
});

/// The authorities that a client trusts which is not told: of the features `webpki-roots` and `native-roots`, those that are on.
///
/// A configuration of yours begins with them, to be somebody by a certificate, for instance, or to trust one authority more.
#[must_use]
pub fn roots() -> RootCertStore {
    #[allow(unused_mut, reason = "both features may be off")]
    let mut roots = RootCertStore::empty();
    #[cfg(feature = "webpki-roots")]
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    #[cfg(feature = "native-roots")]
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
