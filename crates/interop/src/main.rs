//! Lets real clients call, and calls real servers: `cargo run -p interop -- clients` and `servers`. Runs our plugin: `plugin`.

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use interop::clients::Client;
use interop::report::Report;
use interop::server::Server;
use interop::servers;
use tower_connect::BoxError;

/// Real clients and servers against tower-connect
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Calls our server with each client
    Clients {
        /// Only these
        #[arg(long, value_enum, value_name = "CLIENT", value_delimiter = ',')]
        only: Vec<Client>,
        /// Print what has passed, too
        #[arg(long, short)]
        verbose: bool,
    },
    /// Calls each server with our client
    Servers {
        /// Only these
        #[arg(long, value_enum, value_name = "SERVER", value_delimiter = ',')]
        only: Vec<servers::Server>,
        /// Print what has passed, too
        #[arg(long, short)]
        verbose: bool,
    },
    /// Runs our plugin under `buf` and `protoc`
    Plugin {
        /// Print what has passed, too
        #[arg(long, short)]
        verbose: bool,
    },
    /// Only serves, for clients that are tried by hand
    Serve,
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Clients { only, verbose } => clients(&only, verbose).await,
        Command::Servers { only, verbose } => servers(&only, verbose).await,
        Command::Plugin { verbose } => plugin(verbose),
        Command::Serve => serve().await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn clients(only: &[Client], verbose: bool) -> Result<bool, BoxError> {
    let clients = if only.is_empty() { Client::value_variants() } else { only };
    let server = Server::start().await?;
    let mut report = Report::new(verbose);
    for client in clients {
        client.run(&server, &mut report).await?;
    }
    print!("{report}");
    Ok(report.is_success())
}

fn plugin(verbose: bool) -> Result<bool, BoxError> {
    let mut report = Report::new(verbose);
    interop::plugin::run(&mut report)?;
    print!("{report}");
    Ok(report.is_success())
}

async fn servers(only: &[servers::Server], verbose: bool) -> Result<bool, BoxError> {
    let servers = if only.is_empty() { servers::Server::value_variants() } else { only };
    let mut report = Report::new(verbose);
    for server in servers {
        server.run(&mut report).await?;
    }
    print!("{report}");
    Ok(report.is_success())
}

async fn serve() -> Result<bool, BoxError> {
    let server = Server::start().await?;
    println!("http://{}\nhttps://{}, trusting {}", server.plain, server.tls, server.certificate.path().display());
    std::future::pending().await
}
