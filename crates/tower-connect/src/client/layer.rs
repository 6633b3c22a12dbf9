use std::marker::PhantomData;
use std::sync::Arc;

use tower_layer::Layer;

use super::{CallOptions, Egress};
use crate::Protocol;
use crate::protocol::{Connect, Grpc, GrpcWeb};

/// Turns calls of the envelope into requests of one protocol, and what comes back into the envelope: the mirror of the server's layers.
///
/// It goes by its protocols' names: [`ConnectLayer`](super::ConnectLayer), [`GrpcLayer`](super::GrpcLayer),
/// [`GrpcWebLayer`](super::GrpcWebLayer). Under a server's layer it gives a service of one protocol all that the server's layer speaks:
///
/// ```
/// use bytes::Bytes;
/// use tower::{Layer, ServiceBuilder, service_fn};
/// use tower_connect::{Body, Error, RpcLayer, client};
///
/// // A service that speaks gRPC, such as tonic's, answers Connect and gRPC-Web, too.
/// let grpc = service_fn(|_: http::Request<Body>| async { Ok::<_, Error>(http::Response::new(Body::empty())) });
/// let service = ServiceBuilder::new().layer(RpcLayer::new()).layer(client::GrpcLayer::new()).service(grpc);
/// # let _: &dyn tower::Service<http::Request<Body>, Response = _, Error = _, Future = _> = &service;
/// ```
///
/// The messages stay in the codec that they are in, and are not decoded. A request that is no call passes through as it is.
#[derive(Debug)]
pub struct ProtocolLayer<P> {
    options: Arc<CallOptions>,
    protocol: PhantomData<fn() -> P>,
}

/// A protocol that a client can speak: [`Connect`], [`Grpc`] or [`GrpcWeb`]. Sealed.
pub trait Spoken: sealed::Sealed {
    /// Its name.
    const PROTOCOL: Protocol;
}

impl Spoken for Connect {
    const PROTOCOL: Protocol = Protocol::Connect;
}

impl Spoken for Grpc {
    const PROTOCOL: Protocol = Protocol::Grpc;
}

impl Spoken for GrpcWeb {
    const PROTOCOL: Protocol = Protocol::GrpcWeb;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Connect {}
    impl Sealed for super::Grpc {}
    impl Sealed for super::GrpcWeb {}
}

impl<P: Spoken> ProtocolLayer<P> {
    /// A layer with the defaults of [`CallOptions`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_options(CallOptions::new())
    }

    /// A layer with other options. Protocol, codec and waiting are not among them: they are the layer's, the call's and a channel's.
    #[must_use]
    pub fn with_options(options: CallOptions) -> Self {
        Self { options: Arc::new(options), protocol: PhantomData }
    }
}

impl<P: Spoken> Default for ProtocolLayer<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> Clone for ProtocolLayer<P> {
    fn clone(&self) -> Self {
        Self { options: Arc::clone(&self.options), protocol: PhantomData }
    }
}

impl<S, P: Spoken> Layer<S> for ProtocolLayer<P> {
    type Service = Egress<S>;

    fn layer(&self, inner: S) -> Egress<S> {
        Egress::new(inner, Some((P::PROTOCOL, Arc::clone(&self.options))))
    }
}
