use std::future::Future;
use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// What is done with a connection before HTTP is spoken on it. Sealed: [`Plain`] and `Tls` do it.
pub trait Accept: Clone + Send + Sync + 'static {
    /// What HTTP is spoken on.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Gets the connection ready.
    fn accept(&self, stream: TcpStream) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// The certificates that the peer has shown, each in DER.
    fn certificates(stream: &Self::Stream) -> Vec<Bytes>;
}

/// HTTP on the bare connection.
#[derive(Clone, Debug)]
pub struct Plain;

impl Accept for Plain {
    type Stream = TcpStream;

    async fn accept(&self, stream: TcpStream) -> io::Result<TcpStream> {
        Ok(stream)
    }

    fn certificates(_: &TcpStream) -> Vec<Bytes> {
        Vec::new()
    }
}
