//! What can be said at the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use http::{HeaderName, HeaderValue};

/// Where she is served, and called, by whoever does not say where.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// Eliza, a psychotherapist of the old school, as an RPC service next to ordinary HTTP routes. Without a command, she is served.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Serve her, until a signal comes
    Serve(Serve),
    /// Say one sentence to her, and print her answer
    Call(Call),
    /// Have her introduce herself, sentence by sentence
    Introduce(Introduce),
    /// Talk to her: what is read, line by line, is said, until it ends or she says goodbye
    Chat(Chat),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Where to listen: an address and a port; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// Speak TLS, with a certificate made for this run
    #[arg(long)]
    pub(crate) tls: bool,
    /// With --tls, write the certificate to a file, so that callers can trust it
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) write_cert: Option<PathBuf>,
    /// With --tls, take only callers that show a certificate made for this run, and write it with its key to a file
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) write_client_cert: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// What to say
    pub(crate) sentence: String,
    /// Call by GET, which Connect has for procedures without side effects
    #[arg(long, conflicts_with_all = ["grpc", "grpc_web"])]
    pub(crate) get: bool,
    #[command(flatten)]
    pub(crate) speech: Speech,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Introduce {
    /// To whom
    #[arg(default_value = "")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) speech: Speech,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Chat {
    #[command(flatten)]
    pub(crate) speech: Speech,
}

/// Where she is called, and how.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Speech {
    /// Where she is
    #[arg(long, default_value = DEFAULT_URL)]
    pub(crate) url: String,
    /// Speak gRPC instead of Connect
    #[arg(long, conflicts_with = "grpc_web")]
    pub(crate) grpc: bool,
    /// Speak gRPC-Web instead of Connect
    #[arg(long)]
    pub(crate) grpc_web: bool,
    /// Write messages in JSON instead of binary Protocol Buffers
    #[arg(long)]
    pub(crate) json: bool,
    /// Compress what is said
    #[arg(long)]
    pub(crate) gzip: bool,
    /// Speak HTTP/2 only; without it, gRPC and chats do, and with TLS whoever can
    #[arg(long)]
    pub(crate) http2: bool,
    /// How long the call may take, as in 2s or 500ms
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Metadata to send; may be repeated
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Trust the certificates in this file, instead of whom this machine trusts
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: Option<PathBuf>,
    /// With --cert, show the certificate in this file, which has its key, too
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) client_cert: Option<PathBuf>,
    /// Show what goes over the wire, but for the messages
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    let unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit);
    let number = number.parse().map_err(|_| "it begins with a number")?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err("it ends with s, or with ms"),
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("there is no colon between name and value")?;
    let name = name.trim().parse().map_err(|error| format!("{error}"))?;
    let value = value.trim().parse().map_err(|error| format!("{error}"))?;
    Ok((name, value))
}
