use std::time::{Duration, Instant};

use http::{Extensions, Version, request};

use crate::Codec;
use crate::method::{Spec, StreamType};

/// What is known of a call beside its messages and metadata: it lies in the extensions of every request that a protocol has claimed.
///
/// It is small and cheap to clone.
#[derive(Clone, Debug)]
pub struct Call {
    protocol: Protocol,
    codec: Codec,
    shapes: Shapes,
    version: Version,
    method: Option<&'static Spec>,
    started: Instant,
    timeout: Option<Duration>,
}

impl Call {
    pub(crate) fn new(protocol: Protocol, codec: Codec, parts: &request::Parts) -> Self {
        Self {
            protocol,
            codec,
            shapes: Shapes::All,
            version: parts.version,
            method: None,
            started: now(),
            timeout: None,
        }
    }

    pub(crate) fn with_shapes(mut self, shapes: Shapes) -> Self {
        self.shapes = shapes;
        self
    }

    pub(crate) fn with_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    pub(crate) fn set_method(&mut self, method: &'static Spec) {
        self.method = Some(method);
    }

    /// Whether the content type that the caller chose can carry such a procedure.
    pub(crate) fn fits(&self, stream_type: StreamType) -> bool {
        match self.shapes {
            Shapes::All => true,
            Shapes::Unary => stream_type == StreamType::Unary,
            Shapes::Streams => stream_type != StreamType::Unary,
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

    /// The version of HTTP that the request came with.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// When the request's head had arrived.
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

/// Which procedures a content type is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shapes {
    All,
    Unary,
    Streams,
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
