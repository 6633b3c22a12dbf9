use std::time::Duration;

use crate::compression::{Accept, Compress, Compressor, DEFAULT_MIN_SIZE};
use crate::{Codec, Protocol};

/// How calls are made, as far as it is set: on a [`Channel`](super::Channel) for all of its calls, and
/// [with a request](crate::Request::with_options) for one, where it goes before the channel's.
///
/// ```
/// use std::time::Duration;
///
/// use tower_connect::Request;
/// use tower_connect::client::CallOptions;
///
/// let patient = CallOptions::new().timeout(Duration::from_secs(60)).wait_for_ready(true);
/// let request = Request::new("a message").with_options(patient);
/// # let _ = request;
/// ```
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    pub(super) protocol: Option<Protocol>,
    pub(super) codec: Option<Codec>,
    pub(super) send_compression: Setting<Compressor>,
    pub(super) accept: Option<Accept>,
    pub(super) compress_min_size: Option<usize>,
    pub(super) http_get: Option<bool>,
    pub(super) http_get_max_url: Option<usize>,
    pub(super) timeout: Setting<Duration>,
    pub(super) receive_limit: Option<u32>,
    pub(super) send_limit: Option<u32>,
    pub(super) wait_for_ready: Option<bool>,
}

/// What may be set to nothing at all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Setting<T> {
    #[default]
    Unset,
    None,
    Some(T),
}

impl<T> Setting<T> {
    fn or(self, other: Self) -> Self {
        if matches!(self, Self::Unset) { other } else { self }
    }

    fn value(self) -> Option<T> {
        match self {
            Self::Unset | Self::None => None,
            Self::Some(value) => Some(value),
        }
    }
}

impl<T> From<Option<T>> for Setting<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Self::Some)
    }
}

const DEFAULT_RECEIVE_LIMIT: u32 = 4 << 20;
/// What servers, and what stands in front of them, take as a rule.
const DEFAULT_MAX_URL: usize = 8 << 10;

impl CallOptions {
    /// Nothing that is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters!();

    fn options_mut(&mut self) -> &mut Self {
        self
    }

    /// These, and the others where these say nothing.
    pub(super) fn or(self, others: &Self) -> Self {
        Self {
            protocol: self.protocol.or(others.protocol),
            codec: self.codec.or(others.codec),
            send_compression: self.send_compression.or(others.send_compression),
            accept: self.accept.or_else(|| others.accept.clone()),
            compress_min_size: self.compress_min_size.or(others.compress_min_size),
            http_get: self.http_get.or(others.http_get),
            http_get_max_url: self.http_get_max_url.or(others.http_get_max_url),
            timeout: self.timeout.or(others.timeout),
            receive_limit: self.receive_limit.or(others.receive_limit),
            send_limit: self.send_limit.or(others.send_limit),
            wait_for_ready: self.wait_for_ready.or(others.wait_for_ready),
        }
    }

    pub(crate) fn settled_protocol(&self) -> Protocol {
        self.protocol.unwrap_or(Protocol::Connect)
    }

    pub(crate) fn settled_codec(&self) -> Codec {
        self.codec.unwrap_or(Codec::Proto)
    }

    pub(crate) fn settled_timeout(&self) -> Option<Duration> {
        self.timeout.value()
    }

    pub(super) fn settled_receive_limit(&self) -> u32 {
        self.receive_limit.unwrap_or(DEFAULT_RECEIVE_LIMIT)
    }

    pub(super) fn compress(&self) -> Option<Compress> {
        let min_size = self.compress_min_size.unwrap_or(DEFAULT_MIN_SIZE);
        self.send_compression.value().map(|with| Compress::new(with, min_size))
    }

    /// How long the URL of a GET may be, if calls are made by it.
    pub(super) fn max_url(&self) -> Option<usize> {
        self.http_get.unwrap_or(false).then(|| self.http_get_max_url.unwrap_or(DEFAULT_MAX_URL))
    }
}
