//! What a generated server does with a request before it has found the handler.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::request;

use super::future::{empty_head, leave};
use crate::envelope::IntoBody;
use crate::error::Refusal;
use crate::method::{Lookup, Method, ServiceSpec, Shape, Spec};
use crate::{Body, Call, Codec, Error, Request, Response, Result};

/// A server that knows which service of the schema it serves: what generated servers are.
pub trait NamedService {
    /// The service.
    const SERVICE: ServiceSpec;
}

/// The response future of a generated server.
///
/// A handler's future is boxed once, at its own size; a call that reaches no handler is answered without a box.
pub struct DispatchFuture(Dispatched);

enum Dispatched {
    Handler(Pin<Box<dyn Future<Output = http::Response<Body>> + Send>>),
    Answer(Option<http::Response<Body>>),
}

impl DispatchFuture {
    pub(super) fn handler(future: impl Future<Output = http::Response<Body>> + Send + 'static) -> Self {
        Self(Dispatched::Handler(Box::pin(future)))
    }

    pub(super) fn answer(response: http::Response<Body>) -> Self {
        Self(Dispatched::Answer(Some(response)))
    }
}

impl Future for DispatchFuture {
    type Output = Result<http::Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            Dispatched::Handler(future) => future.as_mut().poll(cx).map(Ok),
            Dispatched::Answer(response) => {
                Poll::Ready(Ok(response.take().expect("the future is not polled after it is ready")))
            }
        }
    }
}

impl fmt::Debug for DispatchFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DispatchFuture").finish_non_exhaustive()
    }
}

/// The path of the procedure that a request is for: the one that the layer knows, else the request's own.
#[must_use]
pub fn procedure<B>(request: &http::Request<B>) -> &str {
    match Call::of(request.extensions()).and_then(Call::method) {
        Some(method) => method.procedure(),
        None => request.uri().path(),
    }
}

/// Answers a request for which a server has no arm: an unknown procedure, or one that is not implemented.
#[must_use]
pub fn unknown<S: NamedService, B>(request: &http::Request<B>) -> DispatchFuture {
    let method = match S::SERVICE.lookup(procedure(request)) {
        Lookup::Method(method) => Some(method),
        Lookup::Unknown | Lookup::Elsewhere => None,
    };
    let response = match (Call::of(request.extensions()), method) {
        (Some(call), Some(method)) if !call.fits(method.stream_type()) => leave(wrong_content_type()),
        (Some(_), Some(method)) => leave(not_implemented(method.procedure())),
        (Some(_), None) => leave(Error::refusal(Refusal::UnknownProcedure)),
        (None, Some(method)) => Refusal::not_a_call(request.method(), method, None).into_response(empty_head()),
        (None, None) => Refusal::UnknownProcedure.into_response(empty_head()),
    };
    DispatchFuture::answer(response)
}

/// A layer that did not know the procedure has claimed a call under a content type that the procedure has not.
fn wrong_content_type() -> Error {
    Error::refusal(Refusal::UnsupportedMediaType { accept_post: None })
}

/// The answer of a trait's method that nobody has written.
pub fn unimplemented<Req, Res, S, F, In, Out>(
    method: Method<Req, Res, S, F>,
    request: Request<In>,
) -> Ready<Result<Response<Out>>>
where
    S: Shape,
{
    drop(request);
    ready(Err(not_implemented(method.spec().procedure())))
}

fn not_implemented(procedure: &str) -> Error {
    Error::unimplemented(format!("{} is not implemented", procedure.trim_start_matches('/')))
}

/// Takes a claimed request apart for its handler, unless its content type is not for such a procedure.
pub(super) fn enter<B: IntoBody>(
    method: &'static Spec,
    request: http::Request<B>,
    handle: impl FnOnce(Codec, request::Parts, Body) -> DispatchFuture,
) -> DispatchFuture {
    let (mut head, body) = request.into_parts();
    let Some(call) = head.extensions.get_mut::<Call>() else {
        let refusal = Refusal::not_a_call(&head.method, method, None);
        return DispatchFuture::answer(refusal.into_response(empty_head()));
    };
    if !call.fits(method.stream_type()) {
        return DispatchFuture::answer(leave(wrong_content_type()));
    }
    if call.is_get() && !method.allows_get() {
        return DispatchFuture::answer(leave(Error::refusal(Refusal::MethodNotAllowed { allow: method.allow() })));
    }
    call.set_method(method);
    handle(call.codec(), head, body.into_body())
}
