//! Lets real clients call: `cargo run -p interop -- clients`.

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use interop::clients::Client;
use interop::report::Report;
use interop::server::Server;
use tower_connect::BoxError;

/// Real clients against tower-connect
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
    /// Only serves, for clients that are tried by hand
    Serve,
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Clients { only, verbose } => call(&only, verbose).await,
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

async fn call(only: &[Client], verbose: bool) -> Result<bool, BoxError> {
    let clients = if only.is_empty() { Client::value_variants() } else { only };
    let server = Server::start().await?;
    let mut report = Report::new(verbose);
    for client in clients {
        client.run(&server, &mut report).await?;
    }
    print!("{report}");
    Ok(report.is_success())
}

async fn serve() -> Result<bool, BoxError> {
    let server = Server::start().await?;
    println!("http://{}\nhttps://{}, trusting {}", server.plain, server.tls, server.certificate.path().display());
    std::future::pending().await
}
