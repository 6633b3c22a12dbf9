use std::time::Duration;

use http::HeaderMap;

use crate::Result;
use crate::compression::{Coding, Compress, Compressor, Offer};
use crate::envelope::take_reserved;
use crate::protocol::timeout;

/// What the headers of a call say, in gRPC and gRPC-Web.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::protocol) struct Headers {
    pub(in crate::protocol) timeout: Option<Duration>,
    /// What the caller's messages have gone through.
    pub(in crate::protocol) inflate: Option<Compressor>,
    /// What the caller's answer will go through.
    pub(in crate::protocol) compress: Option<Compress>,
}

impl Headers {
    /// Takes the protocol's headers off, and checks them.
    pub(in crate::protocol) fn take(headers: &mut HeaderMap, offer: Offer<'_>) -> Result<Self> {
        let (mut coding, mut timeout) = (Coding::default(), Ok(None));
        take_reserved(headers, |name, value| match name {
            "grpc-encoding" => coding.messages(value),
            "grpc-accept-encoding" => coding.accepts(value),
            "grpc-timeout" => timeout = timeout::grpc(value).map(Some),
            _ => {}
        });
        let (inflate, compress) = coding.settle(offer)?;
        Ok(Self { timeout: timeout?, inflate, compress })
    }
}
