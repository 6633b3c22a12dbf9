//! The way to her.

use tower_connect::compression::GZIP;
use tower_connect::transport::HttpTransport;
use tower_connect::{Channel, Codec, Protocol, Result};

use crate::args::Speech;
use crate::trust::trust;
use crate::verbose::verbose;

/// Nothing is connected yet.
pub(crate) fn channel(speech: &Speech) -> Result<Channel> {
    let mut transport = HttpTransport::builder();
    if speech.http2 {
        transport = transport.http2_only();
    }
    if let Some(trusted) = &speech.cert {
        transport = transport.tls(trust(trusted, speech.client_cert.as_deref())?);
    }
    let mut channel = Channel::new(transport.build(), speech.url.as_str())?
        .protocol(protocol(speech))
        .codec(if speech.json { Codec::Json } else { Codec::Proto })
        .timeout(speech.timeout)
        .with_metadata(speech.headers.iter().cloned().collect());
    if speech.gzip {
        channel = channel.send_compression(GZIP).compress_min_size(0);
    }
    Ok(if speech.verbose { verbose(channel) } else { channel })
}

fn protocol(speech: &Speech) -> Protocol {
    match speech {
        Speech { grpc: true, .. } => Protocol::Grpc,
        Speech { grpc_web: true, .. } => Protocol::GrpcWeb,
        _ => Protocol::Connect,
    }
}
