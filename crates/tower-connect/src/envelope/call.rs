use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Extensions, Version, request};

use super::Peer;
use crate::Codec;
use crate::client::CallOptions;
use crate::method::{Spec, StreamType};

/// What is known of a call beside its messages and metadata: it lies in the extensions of every request that a protocol has claimed.
///
/// At a client it lies in the extensions of every request that a layer of its [channel](crate::Channel::layer) sees.
///
/// It is small and cheap to clone.
#[derive(Clone, Debug)]
pub struct Call {
    protocol: Protocol,
    codec: Codec,
    streams: Streams,
    version: Version,
    get: bool,
    method: Option<&'static Spec>,
    path: Option<Arc<str>>,
    peer: Option<Peer>,
    started: Instant,
    timeout: Option<Duration>,
    /// Of a call that is made here.
    options: Option<Arc<CallOptions>>,
}

impl Call {
    pub(crate) fn new(protocol: Protocol, codec: Codec, parts: &request::Parts) -> Self {
        Self {
            protocol,
            codec,
            streams: Streams::Either,
            version: parts.version,
            get: parts.method != http::Method::POST,
            method: None,
            path: None,
            peer: parts.extensions.get().cloned(),
            started: now(),
            timeout: None,
            options: None,
        }
    }

    /// A call that is made here.
    pub(crate) fn outgoing(method: &'static Spec, options: Arc<CallOptions>) -> Self {
        Self {
            protocol: options.settled_protocol(),
            codec: options.settled_codec(),
            streams: Streams::Either,
            version: Version::HTTP_11,
            get: false,
            method: Some(method),
            path: None,
            peer: None,
            started: now(),
            timeout: options.settled_timeout(),
            options: Some(options),
        }
    }

    /// Takes over the deadline of a call that has come here, if it is the earlier one.
    pub(crate) fn inherit(&mut self, incoming: &Self) {
        let left = incoming.deadline().map(|deadline| deadline.saturating_duration_since(self.started));
        self.timeout = [self.timeout, left].into_iter().flatten().min();
    }

    /// Passes a call on that has come here.
    pub(crate) fn redirect(&mut self, protocol: Protocol, options: Arc<CallOptions>) {
        self.protocol = protocol;
        self.options = Some(options);
    }

    pub(crate) fn options(&self) -> Option<&Arc<CallOptions>> {
        self.options.as_ref()
    }

    pub(crate) fn streams(&self) -> Streams {
        self.streams
    }

    /// Marks a call whose content type allows only procedures without, or only procedures with, a stream.
    pub(crate) fn only(mut self, streams: Streams) -> Self {
        self.streams = streams;
        self
    }

    pub(crate) fn with_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// Keeps the path of a call whose procedure is not known.
    pub(crate) fn set_path(&mut self, path: &str) {
        self.path = Some(path.into());
    }

    pub(crate) fn set_method(&mut self, method: &'static Spec) {
        self.method = Some(method);
    }

    /// Whether the content type that the caller chose can carry such a procedure.
    pub(crate) fn fits(&self, stream_type: StreamType) -> bool {
        match self.streams {
            Streams::Either => true,
            Streams::Never => stream_type == StreamType::Unary,
            Streams::Always => stream_type != StreamType::Unary,
        }
    }

    /// The call of a request, if a protocol has claimed it.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    /// The protocol that the caller speaks.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The encoding of the messages, of both sides.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// The procedure; `None` when it is not known: the layer does not know its methods, or the service has no such procedure.
    #[must_use]
    pub fn method(&self) -> Option<&'static Spec> {
        self.method
    }

    /// The path of the procedure, as the schema has it; the request's own path while the procedure is not known.
    ///
    /// The latter is whatever the caller wrote. Metrics that must not grow without bound go by [`Call::method`].
    #[must_use]
    pub fn procedure(&self) -> &str {
        match (self.method, &self.path) {
            (Some(method), _) => method.procedure(),
            (None, Some(path)) => path,
            (None, None) => "",
        }
    }

    /// Whether it came as a GET, so that its answer may be cached. At a client it is not known yet.
    #[must_use]
    pub fn is_get(&self) -> bool {
        self.get
    }

    /// The version of HTTP that the request came with; at a client it is not known yet.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Who is at the other end of the connection, if the server tells: [`serve()`](crate::serve()) does.
    #[must_use]
    pub fn peer(&self) -> Option<&Peer> {
        self.peer.as_ref()
    }

    /// When the request's head had arrived; at a client, when the call was made.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started
    }

    /// How long the caller wants to wait, counted from [`Call::started`].
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// When the caller stops waiting; `None` if it waits for ever, or for longer than the clock can tell.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.started.checked_add(self.timeout?)
    }
}

/// By tokio's clock, which tests can stop.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Whether a content type is for procedures with a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Streams {
    Never,
    Always,
    Either,
}

/// A protocol's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// The Connect protocol.
    Connect,
    /// gRPC.
    Grpc,
    /// gRPC-Web.
    GrpcWeb,
}

impl Protocol {
    /// The name in lower case: `connect`, `grpc` or `grpc-web`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Grpc => "grpc",
            Self::GrpcWeb => "grpc-web",
        }
    }
}

impl std::fmt::Display for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
