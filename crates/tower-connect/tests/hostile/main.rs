//! Peers that break the rules, or keep them in bad faith, over real sockets: what they are told, what they cost, and that the next caller is
//! served all the same.

#![cfg(all(feature = "gzip", feature = "serve"))]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests may panic as tests do")]

#[path = "../support/mod.rs"]
mod support;

mod client;
mod raw;
mod victim;

mod bodies;
mod bombs;
mod ends;
mod floods;
mod headers;
mod prefixes;
mod readers;
mod resets;
mod slow;

use std::future::Future;
use std::time::Duration;

/// Far longer than anything here takes, for machines that are busy with something else.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what must happen.
async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("it never happened: {what}"))
}

/// The most bytes that were allocated at a time by what runs on one thread: server, sockets and peer.
fn peak<F: Future>(future: F) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut future = Some(future);
    allocation_counter::measure(|| {
        runtime.block_on(future.take().unwrap());
    })
    .bytes_max
}
