use std::fmt;
use std::sync::Arc;

use http::{Version, request};

use super::Outcome;
use crate::Call;
use crate::compression::{Compressor, DEFAULT, DEFAULT_MIN_SIZE, Offer};
use crate::error::Refusal;
use crate::method::{Lookup, ServiceSpec, Spec, StreamType};
use crate::protocol::Claim;

const DEFAULT_RECEIVE_LIMIT: u32 = 4 << 20;

/// What a layer is told, and its services go by.
#[derive(Clone)]
pub(super) struct Config<P> {
    pub(super) protocols: P,
    pub(super) scope: Scope,
    pub(super) reject_bidi_over_http1: bool,
    pub(super) on_end: Option<OnEnd>,
    pub(super) options: Options,
    method_options: Vec<(&'static str, Options)>,
}

pub(super) type OnEnd = Arc<dyn Fn(&Call, &Outcome) + Send + Sync>;

/// What is set for all procedures, or for one; what is not set is the default, or as it is for all.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) receive_limit: Option<u32>,
    pub(super) send_limit: Option<u32>,
    pub(super) compression: Option<Vec<Compressor>>,
    pub(super) send_compression: Option<Vec<Compressor>>,
    pub(super) compress_min_size: Option<usize>,
}

/// How large messages may be, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) receive: u32,
    pub(super) send: Option<u32>,
}

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

impl<P> Config<P> {
    pub(super) fn new(protocols: P) -> Self {
        Self {
            protocols,
            scope: Scope::Unambiguous,
            reject_bidi_over_http1: false,
            on_end: None,
            options: Options::default(),
            method_options: Vec::new(),
        }
    }

    /// What is set for one procedure.
    pub(super) fn options_of(&mut self, method: &'static Spec) -> &mut Options {
        let all = &mut self.method_options;
        let known = all.iter().position(|(procedure, _)| *procedure == method.procedure());
        let at = known.unwrap_or_else(|| {
            all.push((method.procedure(), Options::default()));
            all.len() - 1
        });
        &mut all[at].1
    }

    /// Why a call is refused in spite of a head that is right.
    pub(super) fn refusal(&self, call: &Call, head: &request::Parts) -> Option<Refusal> {
        let is_bidi = call.method().is_some_and(|method| method.stream_type() == StreamType::Bidi);
        (self.reject_bidi_over_http1 && is_bidi && head.version < Version::HTTP_2).then_some(Refusal::HttpVersion)
    }

    /// How large the messages of a procedure may be, and what is offered for it. It goes by its path where the layer does not know it.
    pub(super) fn resolve(&self, procedure: &str) -> (Limits, Offer<'_>) {
        let all = &self.options;
        let own = self.method_options.iter().find(|(known, _)| *known == procedure).map(|(_, options)| options);
        let limits = Limits {
            receive: own.and_then(|own| own.receive_limit).or(all.receive_limit).unwrap_or(DEFAULT_RECEIVE_LIMIT),
            send: own.and_then(|own| own.send_limit).or(all.send_limit),
        };
        let receive = all.compression.as_deref().unwrap_or(DEFAULT);
        let send = own.and_then(|own| own.send_compression.as_deref()).or(all.send_compression.as_deref());
        let min_size = own.and_then(|own| own.compress_min_size).or(all.compress_min_size);
        (limits, Offer { receive, send: send.unwrap_or(receive), min_size: min_size.unwrap_or(DEFAULT_MIN_SIZE) })
    }
}

impl<P: fmt::Debug> fmt::Debug for Config<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtocolLayer")
            .field("protocols", &self.protocols)
            .field("scope", &self.scope)
            .field("options", &self.options)
            .field("method_options", &self.method_options)
            .finish_non_exhaustive()
    }
}
