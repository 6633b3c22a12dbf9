//! Mocks, faults, and time that stands still: what a client is told of each thing that can go wrong, in each protocol.

#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod faults;
mod mock;
mod shapes;
mod time;
mod uploads;

use tower_connect::error::{Origin, Retry};
use tower_connect::{Channel, Code, Error, Protocol};

const PROTOCOLS: [Protocol; 3] = [Protocol::Connect, Protocol::Grpc, Protocol::GrpcWeb];

fn each_protocol(channel: &Channel) -> impl Iterator<Item = (Protocol, Channel)> {
    PROTOCOLS.into_iter().map(|protocol| (protocol, channel.clone().protocol(protocol)))
}

fn told(error: &Error) -> (Code, Origin, Option<Retry>) {
    (error.code(), error.origin(), error.retry())
}
