//! The server that is called: one service on a plain port and on one with TLS.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use eliza::tls::SelfMade;
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tower_connect::{RpcLayer, serve};

use crate::proto::InteropServiceServer;
use crate::service::Interop;

/// The largest message that the server takes, in bytes. The clients know it.
pub const RECEIVE_LIMIT: u32 = 1 << 20;

/// Where the server is.
#[derive(Debug)]
pub struct Server {
    /// The port without TLS, for both versions of HTTP.
    pub plain: SocketAddr,
    /// The port with TLS, for both versions of HTTP.
    pub tls: SocketAddr,
    /// The certificate, as PEM; the file is there as long as this is.
    pub certificate: NamedTempFile,
}

impl Server {
    /// Starts both ports. They are served until the runtime ends.
    ///
    /// # Errors
    ///
    /// There is no port, or the certificate cannot be made.
    pub async fn start() -> io::Result<Self> {
        let SelfMade { config, certificate: pem, .. } = eliza::tls::self_made(false)?;
        let certificate = NamedTempFile::new()?;
        std::fs::write(&certificate, pem)?;
        let (plain, tls) = (listen().await?, listen().await?);
        let server = Self { plain: plain.local_addr()?, tls: tls.local_addr()?, certificate };
        let layer = RpcLayer::new().receive_limit(RECEIVE_LIMIT);
        let service = InteropServiceServer::new(Interop::default()).with_layer(layer);
        let app: Router = service.into_router();
        tokio::spawn(serve(plain, app.clone()).into_future());
        tokio::spawn(serve(tls, app).tls(config).into_future());
        Ok(server)
    }
}

async fn listen() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}
