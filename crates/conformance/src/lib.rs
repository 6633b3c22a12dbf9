//! The [Connect conformance suite](https://github.com/connectrpc/conformance) against `tower-connect`.
//!
//! `cargo run -p conformance -- server` fetches the suite's runner, builds the server under test and lets the one test the other; `-- client`
//! does so with the client, and `-- both` lets client and server test each other. It needs Go, for the runner and for the suite's schemas.
//!
//! The official suites are silent about much that is relied upon: broken messages, timeouts that are none, what callers accept, frames cut
//! anywhere. Our own, in `suites/server` and `suites/client`, have cases for it in the same format, run by the same runner right after.
//! There is a file for each concept, which says where the specification has it, and a case's name says what the case shows. Where no
//! specification says anything, a case holds to what this library has chosen, and a comment says so.
//!
//! - [`service`]: the suite's service, which answers whatever a request asks it to answer.
//! - [`server`]: the server under test, which the runner starts and tells what to be.
//! - [`client`]: the client under test, which the runner starts and tells what to call.
//! - [`framing`], [`tls`], [`metadata`] and [`log`]: what both need for that.
//! - [`types`]: what stands in a `google.protobuf.Any`, in which the service tells what it has received.
//! - [`suite`]: the runner, what it is given and what it finds.

pub mod client;
pub mod framing;
pub mod log;
pub mod metadata;
pub mod server;
pub mod service;
pub mod suite;
pub mod tls;
pub mod types;

/// The suite's schemas.
#[allow(missing_docs, clippy::all, clippy::pedantic, reason = "the comments are those of the suite")]
pub mod proto {
    tower_connect::include_proto!("connectrpc.conformance.v1");
}
