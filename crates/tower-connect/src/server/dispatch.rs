//! From the envelope to a typed handler: what the arms of a generated server are made of.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{self, Context, Poll};

use bytes::Bytes;
use http::{Method as HttpMethod, request};
use pin_project::pin_project;

use super::future::{empty_head, leave};
use crate::codec::Format;
use crate::envelope::{IntoBody, Single, SingleError};
use crate::error::Refusal;
use crate::method::{Lookup, Method, ServiceSpec, Shape, Unary};
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
pub fn unknown<B>(service: &ServiceSpec, request: &http::Request<B>) -> DispatchFuture {
    let method = match service.lookup(procedure(request)) {
        Lookup::Method(method) => Some(method),
        Lookup::Unknown | Lookup::Elsewhere => None,
    };
    let response = match (Call::of(request.extensions()), method) {
        (Some(call), Some(method)) if !call.fits(method.stream_type()) => leave(wrong_content_type()),
        (Some(_), Some(method)) => leave(not_implemented(method.procedure())),
        (Some(_), None) => leave(Error::refusal(Refusal::UnknownProcedure)),
        (None, Some(_)) => not_a_call(request.method()),
        (None, None) => Refusal::UnknownProcedure.into_response(empty_head()),
    };
    DispatchFuture(Dispatched::Answer(Some(response)))
}

/// A layer that did not know the procedure has claimed a call under a content type that the procedure has not.
fn wrong_content_type() -> Error {
    Error::refusal(Refusal::UnsupportedMediaType { accept_post: None })
}

/// The answer of a trait's method that nobody has written.
pub fn unimplemented<Req, Res, S, F>(
    method: Method<Req, Res, S, F>,
    request: Request<Req>,
) -> Ready<Result<Response<Res>>>
where
    S: Shape,
{
    drop(request);
    ready(Err(not_implemented(method.spec().procedure())))
}

fn not_implemented(procedure: &str) -> Error {
    Error::unimplemented(format!("{} is not implemented", procedure.trim_start_matches('/')))
}

/// Reads one message, calls the handler with it, and writes the message that it answers with.
#[must_use]
pub fn unary<Req, Res, F, B, H, Fut>(
    method: Method<Req, Res, Unary, F>,
    request: http::Request<B>,
    handler: H,
) -> DispatchFuture
where
    B: IntoBody,
    Req: Send + 'static,
    Res: Send + 'static,
    F: Format<Req> + Format<Res>,
    H: FnOnce(Request<Req>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Response<Res>>> + Send + 'static,
{
    let (mut head, body) = request.into_parts();
    let Some(call) = head.extensions.get_mut::<Call>() else {
        return DispatchFuture(Dispatched::Answer(Some(not_a_call(&head.method))));
    };
    if !call.fits(method.spec().stream_type()) {
        return DispatchFuture(Dispatched::Answer(Some(leave(wrong_content_type()))));
    }
    call.set_method(method.spec());
    let codec = call.codec();
    let body = body.into_body();
    let state = UnaryState::Receiving { head: Some(head), body, single: Single::default(), handler: Some(handler) };
    DispatchFuture(Dispatched::Handler(Box::pin(UnaryFuture::<Req, Res, F, H, Fut> {
        state,
        codec,
        types: PhantomData,
    })))
}

/// A request that no protocol has claimed, at the path of a procedure.
fn not_a_call(method: &HttpMethod) -> http::Response<Body> {
    let refusal = if method == HttpMethod::POST {
        Refusal::UnsupportedMediaType { accept_post: None }
    } else {
        Refusal::MethodNotAllowed { allow: "POST" }
    };
    refusal.into_response(empty_head())
}

#[pin_project]
struct UnaryFuture<Req, Res, F, H, Fut> {
    #[pin]
    state: UnaryState<H, Fut>,
    codec: Codec,
    types: PhantomData<fn(Req, F) -> Res>,
}

#[pin_project(project = Project)]
#[allow(clippy::large_enum_variant, reason = "the future is boxed, and a second box would be a second allocation")]
enum UnaryState<H, Fut> {
    Receiving { head: Option<request::Parts>, body: Body, single: Single, handler: Option<H> },
    Handling(#[pin] Fut),
}

impl<Req, Res, F, H, Fut> Future for UnaryFuture<Req, Res, F, H, Fut>
where
    F: Format<Req> + Format<Res>,
    H: FnOnce(Request<Req>) -> Fut,
    Fut: Future<Output = Result<Response<Res>>>,
{
    type Output = http::Response<Body>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let future = match this.state.as_mut().project() {
                Project::Handling(future) => {
                    let response = task::ready!(future.poll(cx));
                    return Poll::Ready(
                        response.and_then(|ok| encode::<F, Res>(*this.codec, ok)).unwrap_or_else(leave),
                    );
                }
                Project::Receiving { head, body, single, handler } => {
                    let message = match task::ready!(single.poll(cx, body)) {
                        Ok(message) => message.bytes,
                        Err(error) => return Poll::Ready(leave(not_one_request(error))),
                    };
                    match decode::<F, Req>(*this.codec, message) {
                        Ok(message) => {
                            let head = head.take().expect("the future is not polled after it is ready");
                            let handler = handler.take().expect("the head and the handler go together");
                            handler(Request::from_parts(head, message))
                        }
                        Err(error) => return Poll::Ready(leave(error)),
                    }
                }
            };
            this.state.set(UnaryState::Handling(future));
        }
    }
}

fn decode<F: Format<T>, T>(codec: Codec, message: Bytes) -> Result<T> {
    F::decode(codec, message)
}

fn encode<F: Format<T>, T>(codec: Codec, response: Response<T>) -> Result<http::Response<Body>> {
    let (head, message, trailers) = response.into_parts();
    let body = Body::encode::<F, T>(codec, &message, trailers)?;
    Ok(http::Response::from_parts(head, body))
}

/// Source: both specifications have a unary call with any other number of messages fail as `unimplemented`.
fn not_one_request(error: SingleError) -> Error {
    match error {
        SingleError::Failed(error) => error,
        SingleError::None => Error::unimplemented("a unary call needs a message, and none came"),
        SingleError::Several => Error::unimplemented("a unary call has one message, and more came"),
    }
}
