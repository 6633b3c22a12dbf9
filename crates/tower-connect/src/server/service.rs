use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, request};
use http_body::Body as _;
use tokio::sync::oneshot;
use tower_service::Service;

use super::config::Config;
use super::drain::{Drain, Rest};
use super::outcome::Watch;
use super::wait::Wait;
use super::{DefaultProtocols, ResponseFuture};
use crate::envelope::{SendLimit, Source};
use crate::error::{BoxError, Refusal};
use crate::method::Spec;
use crate::protocol::{Accept, Claim, Claimed, Dialect};
use crate::{Body, Call, Error};

/// The service of [`ProtocolLayer`](super::ProtocolLayer).
///
/// It never fails: an error of the inner service, or of its `poll_ready`, becomes an answer in the caller's protocol.
#[derive(Debug)]
pub struct Rpc<S, P = DefaultProtocols> {
    inner: S,
    config: Arc<Config<P>>,
    not_ready: Option<Error>,
}

impl<S, P> Rpc<S, P> {
    pub(super) fn new(inner: S, config: Arc<Config<P>>) -> Self {
        Self { inner, config, not_ready: None }
    }
}

impl<S: Clone, P> Clone for Rpc<S, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), config: Arc::clone(&self.config), not_ready: self.not_ready.clone() }
    }
}

impl<S, P, ReqBody, ResBody> Service<http::Request<ReqBody>> for Rpc<S, P>
where
    P: Dialect,
    S: Service<http::Request<Body>, Response = http::Response<ResBody>>,
    S::Error: Into<Error>,
    ReqBody: http_body::Body<Data = Bytes> + Send + 'static,
    ReqBody::Error: Into<BoxError>,
    ResBody: http_body::Body<Data = Bytes> + Send + 'static,
    ResBody::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture<S::Future, P::Reply>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A service that is broken still has to say so, in the protocol of the next caller.
        self.inner.poll_ready(cx).map(|ready| {
            self.not_ready = ready.err().map(Into::into);
            Ok(())
        })
    }

    fn call(&mut self, request: http::Request<ReqBody>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let body = Body::new(body);
        if let Some(call) = head.extensions.get_mut::<Call>() {
            if let Some(Claim::Method(method)) = self.config.scope.claim(head.uri.path()) {
                call.set_method(method);
            }
            return self.pass(head, body, ResponseFuture::outer);
        }
        let Some(claim) = self.config.scope.claim(head.uri.path()) else {
            return self.pass(head, body, ResponseFuture::unclaimed);
        };
        let procedure = match claim.method() {
            Some(method) => method.procedure(),
            None => head.uri.path(),
        };
        let (limits, offer) = self.config.resolve(procedure);
        let Claimed { mut call, reply, receive } = match self.config.protocols.accept(&mut head, claim, offer) {
            Accept::Claim(claimed) => claimed,
            Accept::Pass => match claim.method() {
                Some(method) => return refuse(&self.config.protocols, &head, method, body),
                None => return self.pass(head, body, ResponseFuture::unclaimed),
            },
        };
        match claim.method() {
            Some(method) => call.set_method(method),
            None => call.set_path(head.uri.path()),
        }
        let watch = self.config.on_end.clone().map(|on_end| Watch::new(call.clone(), on_end));
        let (unread, rest) = unread(&head, &body);
        let wait = Wait::new(reply, &call, limits.send.map(SendLimit), watch, rest);
        let receive = match (self.not_ready.take(), self.config.refusal(&call, &head)) {
            (Some(error), _) => Err(error),
            (None, Some(refusal)) => Err(Error::refusal(refusal)),
            (None, None) => receive,
        };
        match receive {
            Err(error) => {
                if let Some(unread) = unread {
                    // It is all left. The other end is in `wait`.
                    let _ = unread.send(Source::from(body));
                }
                ResponseFuture::failed(error, wait)
            }
            Ok(receive) => {
                head.extensions.insert(call);
                let body = body.inbound(receive, limits.receive, unread);
                ResponseFuture::handling(self.inner.call(http::Request::from_parts(head, body)), wait)
            }
        }
    }
}

impl<S, P: Dialect> Rpc<S, P> {
    /// Hands a request that is not ours to claim to the inner service.
    fn pass<F>(
        &mut self,
        head: request::Parts,
        body: Body,
        respond: impl FnOnce(Result<F, Error>) -> ResponseFuture<F, P::Reply>,
    ) -> ResponseFuture<F, P::Reply>
    where
        S: Service<http::Request<Body>, Future = F>,
    {
        respond(match self.not_ready.take() {
            Some(error) => Err(error),
            None => Ok(self.inner.call(http::Request::from_parts(head, body))),
        })
    }
}

/// Answers a request to a procedure's path that is no call of it.
fn refuse<F, P: Dialect>(
    protocols: &P,
    head: &request::Parts,
    method: &Spec,
    body: Body,
) -> ResponseFuture<F, P::Reply> {
    let mut types = String::new();
    protocols.content_types(method.stream_type(), &mut types);
    let refusal = Refusal::not_a_call(&head.method, method, HeaderValue::try_from(types).ok());
    let upload = if Drain::is_needed(head) { Source::from(body) } else { Source::Ended };
    ResponseFuture::refused(refusal, upload)
}

/// A way for what is left of an upload to come back, if anybody has to read it.
fn unread(head: &request::Parts, body: &Body) -> (Option<oneshot::Sender<Source>>, Option<Rest>) {
    if !Drain::is_needed(head) || body.is_end_stream() {
        return (None, None);
    }
    let (sender, receiver) = oneshot::channel();
    (Some(sender), Some(receiver))
}
