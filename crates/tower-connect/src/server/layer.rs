use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use super::config::{Config, Options, Scope};
use super::service::Rpc;
use super::{NamedService, Outcome};
use crate::Call;
use crate::compression::Compressor;
use crate::method::{Method, Shape, Spec};
use crate::protocol::Dialect;

/// Turns requests of its protocols into the envelope, and what comes back into the caller's protocol.
///
/// It goes by its protocols' names: [`RpcLayer`](super::RpcLayer) is the one for all of them, [`ConnectLayer`](super::ConnectLayer),
/// [`GrpcLayer`](super::GrpcLayer) and [`GrpcWebLayer`](super::GrpcWebLayer) are those for one, which can be stacked.
///
/// Which requests it **claims** depends on what it knows:
///
/// - A layer that is [for a service](Self::for_service) claims by path. Generated servers use it: `into_router` and `into_service`.
/// - A bare layer claims what can be nothing else: `application/grpc*`, `application/connect+*`, and unary Connect calls that name the
///   protocol's version. A POST of JSON without it may be anybody's.
/// - With [`claim_all`](Self::claim_all) everything of a known content type is claimed.
///
/// Any other request passes through as it came, and so does its response. A call that a layer further out has claimed passes too: limits and
/// [`on_end`](Self::on_end) are then those of the layer that claimed it.
///
/// A caller's timeout is kept with tokio's timer, which the runtime must have enabled.
pub struct ProtocolLayer<P> {
    /// Behind a pointer, since a service is cloned for every call.
    config: Arc<Config<P>>,
}

impl<P: Dialect + Default> ProtocolLayer<P> {
    /// A bare layer, with messages of at most 4 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<P: Dialect> ProtocolLayer<P> {
    /// A bare layer for one protocol, or for a tuple of them.
    #[must_use]
    pub fn with_protocols(protocols: P) -> Self {
        Self { config: Arc::new(Config::new(protocols)) }
    }

    /// Claims whatever has a content type of the protocols, plain JSON included: for a stack that serves nothing else.
    #[must_use]
    pub fn claim_all(self) -> Self {
        self.set(|config| config.scope = Scope::All)
    }

    /// Claims by the paths of a service, and nothing else.
    #[must_use]
    pub fn for_service<S: NamedService>(self) -> Self {
        self.set(|config| config.scope = Scope::Service(S::SERVICE))
    }

    /// Takes every request for a call of this procedure, whatever its path is: for a route of its own.
    #[must_use]
    pub fn for_method(self, method: &'static Spec) -> Self {
        self.set(|config| config.scope = Scope::Method(method))
    }

    /// The largest message that is accepted, in bytes; the default is 4 MiB.
    ///
    /// A larger one is [`Code::ResourceExhausted`](crate::Code::ResourceExhausted), found out by its announced length before it is read.
    #[must_use]
    pub fn receive_limit(self, bytes: u32) -> Self {
        self.set(|config| config.options.receive_limit = Some(bytes))
    }

    /// Another receive limit for one procedure.
    ///
    /// A layer that does not know its procedures finds the options of one by the path of the request.
    #[must_use]
    pub fn receive_limit_of<Req, Res, S: Shape, F>(self, method: Method<Req, Res, S, F>, bytes: u32) -> Self {
        self.set_method(method.spec(), |options| options.receive_limit = Some(bytes))
    }

    /// The largest message that is sent, in bytes before it is compressed; by default there is no limit.
    ///
    /// A larger one makes the call [`Code::ResourceExhausted`](crate::Code::ResourceExhausted); an error that is larger loses its details.
    #[must_use]
    pub fn send_limit(self, bytes: u32) -> Self {
        self.set(|config| config.options.send_limit = Some(bytes))
    }

    /// Another send limit for one procedure.
    #[must_use]
    pub fn send_limit_of<Req, Res, S: Shape, F>(self, method: Method<Req, Res, S, F>, bytes: u32) -> Self {
        self.set_method(method.spec(), |options| options.send_limit = Some(bytes))
    }

    /// What compressions are known; the default is what is compiled in.
    ///
    /// Requests may come in any of them, and responses go in the one that the caller likes best. The order counts for callers that like several
    /// as well without naming them, which is `*`.
    #[must_use]
    pub fn compression(self, compressors: impl IntoIterator<Item = Compressor>) -> Self {
        self.set(|config| config.options.compression = Some(compressors.into_iter().collect()))
    }

    /// What responses may be compressed by, where that is not all that is known.
    #[must_use]
    pub fn send_compression(self, compressors: impl IntoIterator<Item = Compressor>) -> Self {
        self.set(|config| config.options.send_compression = Some(compressors.into_iter().collect()))
    }

    /// What responses of one procedure may be compressed by; nothing at all where a response must not tell by its size what is in it, or does
    /// not become smaller.
    #[must_use]
    pub fn send_compression_of<Req, Res, S: Shape, F>(
        self,
        method: Method<Req, Res, S, F>,
        compressors: impl IntoIterator<Item = Compressor>,
    ) -> Self {
        self.set_method(method.spec(), |options| options.send_compression = Some(compressors.into_iter().collect()))
    }

    /// The size from which messages of responses are compressed, in bytes; the default is 1024.
    #[must_use]
    pub fn compress_min_size(self, bytes: usize) -> Self {
        self.set(|config| config.options.compress_min_size = Some(bytes))
    }

    /// Another such size for one procedure.
    #[must_use]
    pub fn compress_min_size_of<Req, Res, S: Shape, F>(self, method: Method<Req, Res, S, F>, bytes: usize) -> Self {
        self.set_method(method.spec(), |options| options.compress_min_size = Some(bytes))
    }

    /// Answers procedures with streams both ways with 505 on HTTP/1.1, and closes the connection.
    ///
    /// By default they are served half duplex: most servers send nothing before the caller has sent everything, and a caller that waits for
    /// an answer in between waits for ever.
    #[must_use]
    pub fn reject_bidi_over_http1(self) -> Self {
        self.set(|config| config.reject_bidi_over_http1 = true)
    }

    /// Is told of every call, once, when it has ended: by its last byte, by its failure, or because the caller went away.
    ///
    /// It runs where the response is sent from, and must not block.
    #[must_use]
    pub fn on_end(self, f: impl Fn(&Call, &Outcome) + Send + Sync + 'static) -> Self {
        self.set(|config| config.on_end = Some(Arc::new(f)))
    }

    fn set(mut self, set: impl FnOnce(&mut Config<P>)) -> Self {
        set(Arc::make_mut(&mut self.config));
        self
    }

    fn set_method(self, method: &'static Spec, set: impl FnOnce(&mut Options)) -> Self {
        self.set(|config| set(config.options_of(method)))
    }
}

impl<P: Dialect + Default> Default for ProtocolLayer<P> {
    fn default() -> Self {
        Self::with_protocols(P::default())
    }
}

impl<S, P> Layer<S> for ProtocolLayer<P> {
    type Service = Rpc<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        Rpc::new(inner, Arc::clone(&self.config))
    }
}

impl<P> Clone for ProtocolLayer<P> {
    fn clone(&self) -> Self {
        Self { config: Arc::clone(&self.config) }
    }
}

impl<P: fmt::Debug> fmt::Debug for ProtocolLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}
