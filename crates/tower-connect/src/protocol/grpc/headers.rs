use std::time::Duration;

use http::HeaderMap;

use crate::Result;
use crate::compression::{Compress, Compressor, Offer};
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
        let (mut inflate, mut timeout, mut accepted) = (Ok(None), Ok(None), None);
        take_reserved(headers, |name, value| match name {
            "grpc-encoding" => inflate = offer.undo(value),
            "grpc-accept-encoding" => accepted = Some(accepted.flatten().or_else(|| offer.choose(value))),
            "grpc-timeout" => timeout = timeout::grpc(value).map(Some),
            _ => {}
        });
        let inflate = inflate?;
        let compress = accepted.unwrap_or_else(|| offer.answer(inflate));
        Ok(Self { timeout: timeout?, inflate, compress })
    }
}
