//! Real clients and servers against `tower-connect`.
//!
//! `cargo run -p interop -- clients` starts a server on two ports of this machine, one plain and one with TLS, lets each client call it as a
//! new user would, and prints what has passed. It needs Go; the programs that it runs are installed on the way, in pinned versions.
//! `cargo run -p interop -- servers` starts real servers, and calls them with our client in all the ways that they know.
//! `cargo run -p interop -- serve` only serves, to try a client by hand.
//!
//! - [`service`]: the service of `proto/interop/v1/interop.proto`, which does what it is told, and tells what it has seen.
//! - [`server`]: the two ports.
//! - [`clients`]: who calls.
//! - [`servers`]: who is called.
//! - [`report`]: what comes of it.
//!
//! `go/` is the program with the clients and servers in Go. What it generates from the schema lies in `go/gen`, and is never committed.

mod check;
pub mod clients;
mod go;
pub mod plugin;
pub mod report;
pub mod server;
pub mod servers;
pub mod service;
mod tonic_proto;

/// The schema.
#[allow(missing_docs, clippy::pedantic, reason = "the schema has comments where a name does not say it all")]
pub mod proto {
    tower_connect::include_proto!("interop.v1");
}
