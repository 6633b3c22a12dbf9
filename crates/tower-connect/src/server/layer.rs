use std::fmt;
use std::sync::Arc;

use http::{Version, request};
use tower_layer::Layer;

use super::service::Rpc;
use super::{NamedService, Outcome};
use crate::Call;
use crate::compression::{Compressor, Offer};
use crate::error::Refusal;
use crate::method::{Lookup, Method, ServiceSpec, Shape, Spec, StreamType};
use crate::protocol::{Claim, Dialect};

const DEFAULT_RECEIVE_LIMIT: u32 = 4 << 20;

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
#[derive(Clone)]
pub struct ProtocolLayer<P> {
    pub(super) protocols: P,
    pub(super) scope: Scope,
    limits: Limits,
    method_limits: Option<Arc<[(&'static str, Limits)]>>,
    reject_bidi_over_http1: bool,
    pub(super) offer: Offer,
    pub(super) on_end: Option<OnEnd>,
}

/// How large messages may be, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) receive: u32,
    pub(super) send: Option<u32>,
}

pub(super) type OnEnd = Arc<dyn Fn(&Call, &Outcome) + Send + Sync>;

/// Which requests a layer may claim.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    Unambiguous,
    All,
    Service(ServiceSpec),
    Method(&'static Spec),
}

impl Scope {
    /// What is known of a request at this path; `None` if it is not to be claimed at all.
    pub(super) fn claim(&self, path: &str) -> Option<Claim> {
        Some(match self {
            Self::Unambiguous => Claim::Unambiguous,
            Self::All => Claim::Any,
            Self::Method(method) => Claim::Method(method),
            Self::Service(service) => match service.lookup(path) {
                Lookup::Method(method) => Claim::Method(method),
                Lookup::Unknown => Claim::Any,
                Lookup::Elsewhere => return None,
            },
        })
    }
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
        Self {
            protocols,
            scope: Scope::Unambiguous,
            limits: Limits { receive: DEFAULT_RECEIVE_LIMIT, send: None },
            method_limits: None,
            reject_bidi_over_http1: false,
            offer: Offer::default(),
            on_end: None,
        }
    }

    /// Claims whatever has a content type of the protocols, plain JSON included: for a stack that serves nothing else.
    #[must_use]
    pub fn claim_all(mut self) -> Self {
        self.scope = Scope::All;
        self
    }

    /// Claims by the paths of a service, and nothing else.
    #[must_use]
    pub fn for_service<S: NamedService>(mut self) -> Self {
        self.scope = Scope::Service(S::SERVICE);
        self
    }

    /// Takes every request for a call of this procedure, whatever its path is: for a route of its own.
    #[must_use]
    pub fn for_method(mut self, method: &'static Spec) -> Self {
        self.scope = Scope::Method(method);
        self
    }

    /// The largest message that is accepted, in bytes; the default is 4 MiB.
    ///
    /// A larger one is [`Code::ResourceExhausted`](crate::Code::ResourceExhausted), found out by its announced length before it is read.
    #[must_use]
    pub fn receive_limit(mut self, bytes: u32) -> Self {
        self.limits.receive = bytes;
        self
    }

    /// The largest message that is sent, in bytes before it is compressed; by default there is no limit.
    ///
    /// A larger one makes the call [`Code::ResourceExhausted`](crate::Code::ResourceExhausted); an error that is larger loses its details.
    #[must_use]
    pub fn send_limit(mut self, bytes: u32) -> Self {
        self.limits.send = Some(bytes);
        self
    }

    /// Another receive limit for one procedure; it counts for layers that know their procedures.
    #[must_use]
    pub fn receive_limit_of<Req, Res, S: Shape, F>(self, method: Method<Req, Res, S, F>, bytes: u32) -> Self {
        self.limit_method(method.spec(), |limits| limits.receive = bytes)
    }

    /// Another send limit for one procedure; it counts for layers that know their procedures.
    #[must_use]
    pub fn send_limit_of<Req, Res, S: Shape, F>(self, method: Method<Req, Res, S, F>, bytes: u32) -> Self {
        self.limit_method(method.spec(), |limits| limits.send = Some(bytes))
    }

    fn limit_method(mut self, method: &'static Spec, set: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = self.limits(Some(method));
        set(&mut limits);
        let others = self.method_limits.iter().flat_map(|all| all.iter().copied());
        let others = others.filter(|(procedure, _)| *procedure != method.procedure());
        self.method_limits = Some(others.chain([(method.procedure(), limits)]).collect());
        self
    }

    /// Why a call is refused in spite of a head that is right.
    pub(super) fn refusal(&self, call: &Call, head: &request::Parts) -> Option<Refusal> {
        let is_bidi = call.method().is_some_and(|method| method.stream_type() == StreamType::Bidi);
        (self.reject_bidi_over_http1 && is_bidi && head.version < Version::HTTP_2).then_some(Refusal::HttpVersion)
    }

    pub(super) fn limits(&self, method: Option<&Spec>) -> Limits {
        let of_method = method.zip(self.method_limits.as_deref()).and_then(|(method, all)| {
            all.iter().find(|(procedure, _)| *procedure == method.procedure()).map(|(_, limits)| *limits)
        });
        of_method.unwrap_or(self.limits)
    }

    /// What compressions are offered, in order of preference; the default is gzip. Requests may come in any of them, and responses are
    /// compressed as the caller likes best.
    #[must_use]
    pub fn compression(mut self, compressors: &'static [&'static Compressor]) -> Self {
        self.offer.compressors = compressors;
        self
    }

    /// Answers procedures with streams both ways with 505 on HTTP/1.1, and closes the connection.
    ///
    /// By default they are served half duplex: most servers send nothing before the caller has sent everything, and a caller that waits for
    /// an answer in between waits for ever.
    #[must_use]
    pub fn reject_bidi_over_http1(mut self) -> Self {
        self.reject_bidi_over_http1 = true;
        self
    }

    /// The size from which messages of responses are compressed, in bytes; the default is 1024.
    #[must_use]
    pub fn compress_min_size(mut self, bytes: usize) -> Self {
        self.offer.min_size = bytes;
        self
    }

    /// Is told of every call, once, when it has ended: by its last byte, by its failure, or because the caller went away.
    ///
    /// It runs where the response is sent from, and must not block.
    #[must_use]
    pub fn on_end(mut self, f: impl Fn(&Call, &Outcome) + Send + Sync + 'static) -> Self {
        self.on_end = Some(Arc::new(f));
        self
    }
}

impl<P: Dialect + Default> Default for ProtocolLayer<P> {
    fn default() -> Self {
        Self::with_protocols(P::default())
    }
}

impl<S, P: Clone> Layer<S> for ProtocolLayer<P> {
    type Service = Rpc<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        Rpc::new(inner, self.clone())
    }
}

impl<P: fmt::Debug> fmt::Debug for ProtocolLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtocolLayer")
            .field("protocols", &self.protocols)
            .field("scope", &self.scope)
            .field("limits", &self.limits)
            .field("offer", &self.offer)
            .finish_non_exhaustive()
    }
}
