//! Our client, in one of its setups.

use std::error::Error as _;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustls::ClientConfig;
use tower::util::{MapRequestLayer, MapResponseLayer};
use tower_connect::Channel;
use tower_connect::compression::{Compressor, GZIP};
use tower_connect::transport::HttpTransport;
use tower_connect::{Body, BoxError, Error, Result};

use super::certificate::Certificate;
use super::setup::{Setup, Transport};
use super::wire::Wire;
use super::{Peer, Server};
use crate::check::{Checked, equal};
use crate::proto::{InteropServiceClient, Progress, WatchRequest};

/// Longer than anything here waits, in milliseconds.
pub(super) const FOREVER: u32 = 3_600_000;

/// A client with its settings.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) setup: Setup,
    pub(super) client: InteropServiceClient,
    /// What `client` does.
    pub(super) wire: Wire,
    /// Calls a port where nobody listens.
    pub(super) absent: InteropServiceClient,
    /// Calls by TLS, without trust in the server.
    pub(super) untrusting: InteropServiceClient,
}

impl Caller {
    pub(super) fn new(setup: Setup, peer: &Peer, certificate: &Certificate) -> Result<Self, BoxError> {
        let (scheme, address) = match setup.transport {
            Transport::Plain | Transport::Http1 | Transport::H2c => ("http", peer.plain),
            Transport::Http1Tls | Transport::Tls => ("https", peer.tls),
        };
        let trust = &certificate.trust;
        let wire = Wire::default();
        let (sent, came) = (wire.clone(), wire.clone());
        let watched = channel(&setup, &format!("{scheme}://{address}"), trust)?
            .http_layer(MapRequestLayer::new(move |request: http::Request<Body>| sent.sent(request)))
            .http_layer(MapResponseLayer::new(move |response: http::Response<Body>| came.came(response)));
        let absent = channel(&setup, &format!("{scheme}://{}", peer.nowhere.local_addr()?), trust)?;
        let untrusting = channel(&setup, &format!("https://{}", peer.tls), &Certificate::new()?.trust)?;
        let [client, absent, untrusting] = [watched, absent, untrusting].map(InteropServiceClient::new);
        Ok(Self { setup, client, wire, absent, untrusting })
    }

    /// A name for a call that no other has.
    pub(super) fn name(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("{} {} {}", self.setup.protocol_name(), self.setup, NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until another call has come as far as that.
    pub(super) async fn comes_to(&self, call: &str, until: Progress) -> Checked {
        let request = WatchRequest { call: call.to_owned(), until: until.into() };
        let answer = self.client.watch(request).await.map_err(shown)?;
        equal(answer.message().progress(), until)
    }

    /// Waits until a call has ended whose upload was broken off. tonic's server may take what has come for all of it.
    pub(super) async fn breaks_off(&self, call: &str) -> Checked {
        match (self.comes_to(call, Progress::Dropped).await, self.setup.server) {
            (Err(_), Server::Tonic) => self.comes_to(call, Progress::Finished).await,
            (dropped, _) => dropped,
        }
    }
}

fn channel(setup: &Setup, url: &str, trust: &Arc<ClientConfig>) -> Result<Channel> {
    let builder = HttpTransport::builder().tls(Arc::clone(trust));
    let channel = match setup.transport {
        Transport::Plain if url.starts_with("http:") => Channel::connect(url)?,
        Transport::Http1 | Transport::Http1Tls => Channel::new(builder.http1_only().build(), url)?,
        Transport::H2c => Channel::new(builder.http2_only().build(), url)?,
        Transport::Plain | Transport::Tls => Channel::new(builder.build(), url)?,
    };
    let gzip: Option<Compressor> = setup.gzip.then_some(GZIP);
    let channel = channel.protocol(setup.protocol).codec(setup.codec);
    Ok(channel.send_compression(gzip).compression(gzip).http_get(true))
}

/// The error of a call that has to fail.
pub(super) fn failed<T>(outcome: Result<T>) -> Result<Error, String> {
    outcome.err().ok_or_else(|| "it has not failed".to_owned())
}

/// An error with all that has led to it.
#[allow(clippy::needless_pass_by_value, reason = "`map_err` passes it so")]
pub(super) fn shown(error: Error) -> String {
    let causes = iter::successors(error.source(), |&cause| cause.source()).map(|cause| format!(": {cause}"));
    format!("{:?}: {error}{}", error.code(), causes.collect::<String>())
}
