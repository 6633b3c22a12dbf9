//! What tonic makes of the schema, and the message with an error's details, which it leaves to others.

use prost_types::Any;

pub(crate) use self::generated::{interop_service_client, interop_service_server};

#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic, reason = "tonic has written it")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/tonic/interop.v1.rs"));
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Rich {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<Any>,
}
