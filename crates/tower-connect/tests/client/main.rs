//! The client: over sockets, in process, and against whatever answers.
#![cfg(feature = "client")]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "../support/mod.rs"]
mod support;

mod deadlines;
mod errors;
mod layers;
mod requests;
mod responses;
mod spawn;
mod talk;
mod transport;
mod uploads;
