//! Who is at the other end: addresses, and the certificates of mutual TLS.

#![cfg(all(feature = "axum", feature = "tls"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_connect::{Peer, RpcLayer};

/// What each call was told of its peer.
type Told = mpsc::UnboundedReceiver<Option<Peer>>;

async fn start(tls: Option<ServerConfig>) -> (SocketAddr, Told) {
    let (tell, told) = mpsc::unbounded_channel();
    let layer = RpcLayer::new().on_end(move |call, _| drop(tell.send(call.peer().cloned())));
    let app = tower_connect::axum::router(support::Demo, &layer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = tower_connect::serve(listener, app);
    match tls {
        Some(config) => tokio::spawn(async move { serve.tls(Arc::new(config)).await }),
        None => tokio::spawn(async move { serve.await }),
    };
    (address, told)
}

async fn call(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, http2: bool) -> hyper::Result<u16> {
    let request = Request::post("http://localhost/demo.v1.Demo/Say").header("content-type", "application/json");
    let request = request.header("host", "localhost").body(Full::new(Bytes::from_static(b"{}"))).unwrap();
    let stream = TokioIo::new(stream);
    let response = if http2 {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
        tokio::spawn(connection);
        sender.send_request(request).await?
    } else {
        let (mut sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(connection);
        sender.send_request(request).await?
    };
    Ok(response.status().as_u16())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn key(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(key.serialize_der().into())
}

fn roots(certificate: &CertificateDer<'static>) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    roots.into()
}

fn made(name: &str) -> CertifiedKey<KeyPair> {
    generate_simple_self_signed([name.to_owned()]).unwrap()
}

#[tokio::test]
async fn a_call_knows_the_address_that_it_comes_from() {
    let (address, mut told) = start(None).await;
    for http2 in [false, true] {
        let stream = TcpStream::connect(address).await.unwrap();
        let own = stream.local_addr().unwrap();
        assert_eq!(call(stream, http2).await.unwrap(), 200);
        let peer = told.recv().await.unwrap().unwrap();
        assert_eq!((peer.address(), peer.certificates().len()), (Some(own), 0));
    }
}

#[tokio::test]
async fn with_mutual_tls_a_call_knows_the_callers_certificate_and_nobody_calls_without() {
    let (server, caller) = (made("localhost"), made("caller"));
    let verifier = WebPkiClientVerifier::builder_with_provider(roots(caller.cert.der()), provider()).build().unwrap();
    let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let config = config.with_client_cert_verifier(verifier);
    let config = config.with_single_cert(vec![server.cert.der().clone()], key(&server.signing_key)).unwrap();
    let (address, mut told) = start(Some(config)).await;

    let client = || {
        let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        config.with_root_certificates(roots(server.cert.der()))
    };
    let own = vec![caller.cert.der().clone()];
    let known = client().with_client_auth_cert(own, key(&caller.signing_key)).unwrap();
    for protocol in ["http/1.1", "h2"] {
        let stream = connect(known.clone(), protocol, address).await.unwrap();
        assert_eq!(call(stream, protocol == "h2").await.unwrap(), 200);
        let peer = told.recv().await.unwrap().unwrap();
        assert_eq!(peer.certificates(), [Bytes::copy_from_slice(caller.cert.der())]);
    }

    let stranger = made("caller");
    let own = vec![stranger.cert.der().clone()];
    let stranger = client().with_client_auth_cert(own, key(&stranger.signing_key)).unwrap();
    for config in [client().with_no_client_auth(), stranger] {
        // In TLS 1.3 the caller's handshake has ended before the server has seen what it shows.
        let refused = match connect(config, "h2", address).await {
            Ok(stream) => call(stream, true).await.is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
    assert!(told.try_recv().is_err(), "no call has got through");
}

async fn connect(mut config: ClientConfig, protocol: &str, to: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = TcpStream::connect(to).await?;
    TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), stream).await
}
