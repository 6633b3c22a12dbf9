//! From the envelope to a typed handler and back, for each of the four shapes of a procedure.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::request;
use pin_project::pin_project;

use super::dispatch::{DispatchFuture, enter};
use super::future::leave;
use crate::codec::Format;
use crate::envelope::{IntoBody, Single, SingleError};
use crate::method::{Bidi, ClientStream, Method, ServerStream, Unary};
use crate::{Body, Codec, Error, Messages, Request, Response, Result, Streaming};

/// Calls the handler of a unary procedure.
#[must_use]
pub fn unary<Req, Res, F, B, H, Fut>(
    method: Method<Req, Res, Unary, F>,
    request: http::Request<B>,
    handler: H,
) -> DispatchFuture
where
    Req: Send + 'static,
    Res: Send + 'static,
    F: Format<Req> + Format<Res>,
    B: IntoBody,
    H: FnOnce(Request<Req>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Response<Res>>> + Send + 'static,
{
    enter(method.spec(), request, |codec, head, body| {
        let decode = <F as Format<Req>>::decode;
        DispatchFuture::handler(Receive::new(codec, head, body, decode, handler, one::<Res, F>))
    })
}

/// Calls the handler of a procedure that answers with a stream.
#[must_use]
pub fn server_stream<Req, Res, F, B, H, Fut>(
    method: Method<Req, Res, ServerStream, F>,
    request: http::Request<B>,
    handler: H,
) -> DispatchFuture
where
    Req: Send + 'static,
    Res: Send + 'static,
    F: Format<Req> + Format<Res>,
    B: IntoBody,
    H: FnOnce(Request<Req>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Response<Messages<Res>>>> + Send + 'static,
{
    enter(method.spec(), request, |codec, head, body| {
        let decode = <F as Format<Req>>::decode;
        DispatchFuture::handler(Receive::new(codec, head, body, decode, handler, many::<Res, F>))
    })
}

/// Calls the handler of a procedure that takes a stream.
#[must_use]
pub fn client_stream<Req, Res, F, B, H, Fut>(
    method: Method<Req, Res, ClientStream, F>,
    request: http::Request<B>,
    handler: H,
) -> DispatchFuture
where
    Req: Send + 'static,
    Res: Send + 'static,
    F: Format<Req> + Format<Res>,
    B: IntoBody,
    H: FnOnce(Request<Streaming<Req>>) -> Fut,
    Fut: Future<Output = Result<Response<Res>>> + Send + 'static,
{
    enter(method.spec(), request, |codec, head, body| {
        start(codec, handler, Request::from_parts(head, Streaming::new::<F>(body, codec)), one::<Res, F>)
    })
}

/// Calls the handler of a procedure that takes a stream and answers with one.
#[must_use]
pub fn bidi<Req, Res, F, B, H, Fut>(
    method: Method<Req, Res, Bidi, F>,
    request: http::Request<B>,
    handler: H,
) -> DispatchFuture
where
    Req: Send + 'static,
    Res: Send + 'static,
    F: Format<Req> + Format<Res>,
    B: IntoBody,
    H: FnOnce(Request<Streaming<Req>>) -> Fut,
    Fut: Future<Output = Result<Response<Messages<Res>>>> + Send + 'static,
{
    enter(method.spec(), request, |codec, head, body| {
        start(codec, handler, Request::from_parts(head, Streaming::new::<F>(body, codec)), many::<Res, F>)
    })
}

/// Leaves a handler's error, without what another server has told it by the way.
fn leave_own(mut error: Error) -> http::Response<Body> {
    error.forget_foreign_metadata();
    leave(error)
}

/// Starts a handler that waits for nothing.
fn start<In, H, Fut, Out>(codec: Codec, handler: H, request: Request<In>, encode: Encode<Out>) -> DispatchFuture
where
    H: FnOnce(Request<In>) -> Fut,
    Fut: Future<Output = Result<Response<Out>>> + Send + 'static,
    Out: 'static,
{
    match unwinding(|| handler(request)) {
        Ok(future) => DispatchFuture::handler(Handle { future, codec, encode }),
        Err(error) => DispatchFuture::answer(leave(error)),
    }
}

/// A handler that panics fails its call, and nothing else on the connection.
fn unwinding<T>(f: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|_| Error::panicked())
}

/// A message as a body.
fn one<Res, F: Format<Res>>(codec: Codec, response: Response<Res>) -> Result<http::Response<Body>> {
    let (head, message, trailers) = response.into_parts();
    let body = Body::encode::<F, Res>(codec, &message, trailers)?;
    Ok(http::Response::from_parts(head, body))
}

/// A stream of messages as a body.
#[allow(clippy::unnecessary_wraps, reason = "its twin may fail")]
fn many<Res, F>(codec: Codec, response: Response<Messages<Res>>) -> Result<http::Response<Body>>
where
    Res: Send + 'static,
    F: Format<Res>,
{
    let (head, messages, trailers) = response.into_parts();
    Ok(http::Response::from_parts(head, Body::stream::<F, Res>(codec, messages, trailers)))
}

type Decode<Req> = fn(Codec, Bytes) -> Result<Req>;
type Encode<Out> = fn(Codec, Response<Out>) -> Result<http::Response<Body>>;

/// A handler at work, and what becomes of its answer.
#[pin_project]
struct Handle<Fut, Out> {
    #[pin]
    future: Fut,
    codec: Codec,
    encode: Encode<Out>,
}

impl<Fut: Future<Output = Result<Response<Out>>>, Out> Future for Handle<Fut, Out> {
    type Output = http::Response<Body>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(unwinding(|| this.future.poll(cx)).unwrap_or_else(|error| Poll::Ready(Err(error))));
        Poll::Ready(response.and_then(|response| (this.encode)(*this.codec, response)).unwrap_or_else(leave_own))
    }
}

/// A handler that waits for the one message of its request.
#[pin_project]
struct Receive<Req, H, Fut, Out> {
    #[pin]
    state: State<Req, H, Fut, Out>,
}

#[pin_project(project = Project)]
#[allow(clippy::large_enum_variant, reason = "the future is boxed, and a second box would be a second allocation")]
enum State<Req, H, Fut, Out> {
    Receiving {
        head: Option<request::Parts>,
        body: Body,
        single: Single,
        handler: Option<H>,
        codec: Codec,
        decode: Decode<Req>,
        encode: Encode<Out>,
    },
    Handling(#[pin] Handle<Fut, Out>),
}

impl<Req, H, Fut, Out> Receive<Req, H, Fut, Out> {
    fn new(
        codec: Codec,
        head: request::Parts,
        body: Body,
        decode: Decode<Req>,
        handler: H,
        encode: Encode<Out>,
    ) -> Self {
        let (head, handler, single) = (Some(head), Some(handler), Single::default());
        Self { state: State::Receiving { head, body, single, handler, codec, decode, encode } }
    }
}

impl<Req, H, Fut, Out> Future for Receive<Req, H, Fut, Out>
where
    H: FnOnce(Request<Req>) -> Fut,
    Fut: Future<Output = Result<Response<Out>>>,
{
    type Output = http::Response<Body>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let handle = match state.as_mut().project() {
                Project::Handling(handle) => return handle.poll(cx),
                Project::Receiving { head, body, single, handler, codec, decode, encode } => {
                    let message = ready!(single.poll(cx, body)).map_err(not_one_request);
                    let future = message.and_then(|message| decode(*codec, message.bytes)).and_then(|message| {
                        let head = head.take().expect("there is a head until there is a message");
                        let handler = handler.take().expect("head and handler go together");
                        unwinding(|| handler(Request::from_parts(head, message)))
                    });
                    match future {
                        Ok(future) => Handle { future, codec: *codec, encode: *encode },
                        Err(error) => return Poll::Ready(leave(error)),
                    }
                }
            };
            state.set(State::Handling(handle));
        }
    }
}

/// Source: both specifications have a call with one request fail as `unimplemented` when there is any other number.
fn not_one_request(error: SingleError) -> Error {
    match error {
        SingleError::Failed(error) => error,
        SingleError::None => Error::unimplemented("the call needs a message, and none came"),
        SingleError::Several => Error::unimplemented("the call has one message, and more came"),
    }
}
