//! The clients.

mod buf;
mod case;
mod command;
mod go;
mod grpcurl;
mod tonic;

use clap::ValueEnum;
use tower_connect::BoxError;

use crate::report::Report;
use crate::server::Server;

/// A client, or several in one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Client {
    /// `buf curl`
    Buf,
    /// connect-go and grpc-go
    Go,
    /// grpcurl
    Grpcurl,
    /// tonic
    Tonic,
}

impl Client {
    /// Calls the server in all the ways that the client knows.
    ///
    /// # Errors
    ///
    /// The client is not there and cannot be installed, or does not run. A call that goes wrong is a check that fails.
    pub async fn run(self, server: &Server, report: &mut Report) -> Result<(), BoxError> {
        match self {
            Self::Buf => buf::run(server, report).await,
            Self::Go => go::run(server, report).await,
            Self::Grpcurl => grpcurl::run(server, report).await,
            Self::Tonic => tonic::run(server, report).await,
        }
    }
}
