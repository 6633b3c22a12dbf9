use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{Version, request};
use tower_service::Service;

use super::CallOptions;
use super::future::{Pending, ResponseFuture};
use super::ready::WaitForReady;
use crate::envelope::{Deadline, SendLimit, Streams};
use crate::error::{BoxError, Retry};
use crate::method::{Spec, StreamType};
use crate::protocol::{AGENT, Ask, Terms};
use crate::{Body, Call, Code, Error, Protocol, Result};

/// The service of [`ProtocolLayer`](super::ProtocolLayer), and of channels.
///
/// Its error is that of the call. An error that the response ends with is its body's.
#[derive(Clone, Debug)]
pub struct Egress<S> {
    inner: S,
    /// Of a layer; those of a channel come with each call.
    fixed: Option<(Protocol, Arc<CallOptions>)>,
}

impl<S> Egress<S> {
    pub(super) fn new(inner: S, fixed: Option<(Protocol, Arc<CallOptions>)>) -> Self {
        Self { inner, fixed }
    }

    /// The protocol and the options of a call.
    fn settle(&self, call: &Call) -> (Protocol, Arc<CallOptions>) {
        match &self.fixed {
            Some((protocol, options)) => (*protocol, Arc::clone(options)),
            None => (call.protocol(), call.options().cloned().unwrap_or_default()),
        }
    }
}

impl<S, B> Service<http::Request<Body>> for Egress<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Error;
    type Future = ResponseFuture<S, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx).map_err(|error| Error::of_transport(error).with_retry(Retry::NeverSent))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        match head.extensions.remove::<Call>() {
            Some(call) => self.carry_out(&call, head, body),
            None => self.pass(http::Request::from_parts(head, body)),
        }
    }
}

impl<S, B> Egress<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    /// Sends what is no call.
    pub(super) fn pass(&mut self, request: http::Request<Body>) -> ResponseFuture<S, S::Future> {
        ResponseFuture::pass(self.inner.call(request))
    }

    /// Sends a call of which the service is ready.
    pub(super) fn carry_out(
        &mut self,
        call: &Call,
        mut head: request::Parts,
        body: Body,
    ) -> ResponseFuture<S, S::Future> {
        let (protocol, mut options) = self.settle(call);
        // Those that a layer in between has set.
        if let Some(own) = head.extensions.remove::<CallOptions>() {
            options = Arc::new(own.or(&options));
        }
        let unary = match is_unary(call, protocol) {
            Ok(unary) => unary,
            Err(error) => return ResponseFuture::failed(error),
        };
        // HTTP/1.1 has no way to send while the other side does. What a request has come with that is passed on is no matter.
        let is_bidi = call.method().is_some_and(|method| method.stream_type() == StreamType::Bidi);
        head.version = if is_bidi { Version::HTTP_2 } else { Version::HTTP_11 };
        let bounded = match options.send_limit {
            Some(limit) => SendLimit(limit).bound(body),
            None => Ok(body),
        };
        let body = match bounded {
            Ok(body) => body,
            Err(error) => return ResponseFuture::failed(error.with_retry(Retry::NeverSent)),
        };
        let waiting = (options.wait_for_ready == Some(true)).then(WaitForReady::default);
        if let Some(waiting) = waiting.clone() {
            head.extensions.insert(waiting);
        }
        head.headers.entry(USER_AGENT).or_insert(AGENT);
        let own = options.settled_timeout().and_then(|timeout| call.started().checked_add(timeout));
        let deadline = [call.deadline(), own].into_iter().flatten().min();
        let get = options.max_url().filter(|_| call.method().is_some_and(Spec::allows_get));
        let terms = Terms {
            codec: call.codec(),
            method: call.method(),
            unary,
            deadline,
            compress: options.compress(),
            accept: options.accept.clone().unwrap_or_default(),
            receive_limit: options.settled_receive_limit(),
            get,
        };
        let pending = Pending::new(Ask::new(protocol, terms), deadline.map(Deadline::new), waiting);
        // The one that was ready makes the call.
        let next = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, next);
        ResponseFuture::asking(ready, head, body, pending)
    }
}

/// Whether a call is one message each way, which is what Connect wants to know.
fn is_unary(call: &Call, protocol: Protocol) -> Result<bool> {
    match (call.method(), call.streams()) {
        (Some(method), _) => Ok(method.stream_type() == StreamType::Unary),
        (None, Streams::Never) => Ok(true),
        (None, Streams::Either) if protocol == Protocol::Connect => {
            Err(Error::new(Code::Internal, "Connect cannot call a procedure of which the shape is not known"))
        }
        (None, Streams::Always | Streams::Either) => Ok(false),
    }
}
