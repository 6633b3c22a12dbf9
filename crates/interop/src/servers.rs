//! The servers.

mod caller;
mod certificate;
mod checks;
mod go;
mod setup;
mod tonic;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use clap::ValueEnum;
use futures::stream::{self, StreamExt};
use tokio::net::TcpSocket;
use tokio::process::Child;
use tower_connect::BoxError;

use self::caller::Caller;
use self::certificate::Certificate;
use self::setup::Setup;
use crate::report::Report;

/// Each setup waits more than it computes.
const SETUPS_AT_ONCE: usize = 16;

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Server {
    /// connect-go
    ConnectGo,
    /// grpc-go
    GrpcGo,
    /// tonic
    Tonic,
}

impl Server {
    /// Calls it in all the ways that it knows.
    ///
    /// # Errors
    ///
    /// It does not start, or does not end well. A call that goes wrong is a check that fails.
    pub async fn run(self, report: &mut Report) -> Result<(), BoxError> {
        let certificate = Certificate::new()?;
        let peer = match self {
            Self::ConnectGo => go::start("connect", &certificate).await?,
            Self::GrpcGo => go::start("grpc", &certificate).await?,
            Self::Tonic => tonic::start(&certificate)?,
        };
        let mut callers = Vec::new();
        for setup in Setup::all(self) {
            report.expect(self.name(), setup.protocol_name());
            callers.push(Caller::new(setup, &peer, &certificate)?);
        }
        let mut running = stream::iter(&callers)
            .map(|caller| async move { (caller, checks::run(caller).await) })
            .buffer_unordered(SETUPS_AT_ONCE);
        while let Some((caller, checked)) = running.next().await {
            for (name, result) in checked {
                let (setup, name) = (&caller.setup, format!("{}: {name}", caller.setup));
                report.check(self.name(), setup.protocol_name(), &name, result);
            }
        }
        peer.stop().await
    }

    fn name(self) -> &'static str {
        match self {
            Self::ConnectGo => "connect-go",
            Self::GrpcGo => "grpc-go",
            Self::Tonic => "tonic",
        }
    }
}

/// A server that runs.
#[derive(Debug)]
struct Peer {
    /// The port without TLS.
    plain: SocketAddr,
    tls: SocketAddr,
    /// It ends with its stdin.
    program: Option<Child>,
    /// Is bound to a port where nobody listens.
    nowhere: TcpSocket,
}

impl Peer {
    fn new(plain: SocketAddr, tls: SocketAddr, program: Option<Child>) -> io::Result<Self> {
        let nowhere = TcpSocket::new_v4()?;
        nowhere.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Self { plain, tls, program, nowhere })
    }

    async fn stop(self) -> Result<(), BoxError> {
        if let Some(mut program) = self.program {
            drop(program.stdin.take());
            let status = program.wait().await?;
            if !status.success() {
                return Err(format!("the server ends with {status}").into());
            }
        }
        Ok(())
    }
}
