//! From a typed call to the envelope and back, for each of the four shapes of a procedure.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, response};
use pin_project::pin_project;

use super::{CallOptions, Channel, ChannelFuture, hop};
use crate::codec::Format;
use crate::envelope::{Senders, Single, SingleError};
use crate::error::Retry;
use crate::method::{Bidi, ClientStream, Idempotency, Method, ServerStream, Spec, Unary};
use crate::{Body, Call, Code, Codec, Error, Messages, Request, Response, Result, Streaming};

/// Calls a unary procedure.
pub fn unary<Req, Res, F>(
    channel: &Channel,
    method: Method<Req, Res, Unary, F>,
    request: impl Into<Request<Req>>,
) -> UnaryFuture<Res>
where
    F: Format<Req> + Format<Res>,
{
    UnaryFuture::new::<F>(start(channel, method.spec(), request.into(), Senders::new(None), one::<Req, F>))
}

/// Calls a procedure that takes a stream.
pub fn client_stream<Req, Res, F>(
    channel: &Channel,
    method: Method<Req, Res, ClientStream, F>,
    request: impl Into<Request<Messages<Req>>>,
) -> UnaryFuture<Res>
where
    Req: Send + 'static,
    F: Format<Req> + Format<Res>,
{
    let request = request.into();
    let senders = Senders::new(request.message().ended());
    UnaryFuture::new::<F>(start(channel, method.spec(), request, senders, many::<Req, F>))
}

/// Calls a procedure that answers with a stream.
pub fn server_stream<Req, Res, F>(
    channel: &Channel,
    method: Method<Req, Res, ServerStream, F>,
    request: impl Into<Request<Req>>,
) -> StreamFuture<Res>
where
    F: Format<Req> + Format<Res>,
{
    StreamFuture::new::<F>(start(channel, method.spec(), request.into(), Senders::new(None), one::<Req, F>))
}

/// Calls a procedure that takes a stream and answers with one.
pub fn bidi<Req, Res, F>(
    channel: &Channel,
    method: Method<Req, Res, Bidi, F>,
    request: impl Into<Request<Messages<Req>>>,
) -> StreamFuture<Res>
where
    Req: Send + 'static,
    F: Format<Req> + Format<Res>,
{
    let request = request.into();
    let senders = Senders::new(request.message().ended());
    StreamFuture::new::<F>(start(channel, method.spec(), request, senders, many::<Req, F>))
}

#[allow(clippy::needless_pass_by_value, reason = "its twin keeps what it gets")]
fn one<Req, F: Format<Req>>(codec: Codec, message: Req) -> Result<Body> {
    Body::encode::<F, Req>(codec, &message, HeaderMap::new())
}

#[allow(clippy::unnecessary_wraps, reason = "its twin may fail")]
fn many<Req: Send + 'static, F: Format<Req>>(codec: Codec, messages: Messages<Req>) -> Result<Body> {
    Ok(Body::stream::<F, Req>(codec, messages, HeaderMap::new()))
}

/// A call on its way, or why it has not set out.
struct Started {
    call: Result<ChannelFuture>,
    codec: Codec,
    senders: Senders,
    spec: &'static Spec,
}

fn start<Out>(
    channel: &Channel,
    spec: &'static Spec,
    request: Request<Out>,
    senders: Senders,
    encode: fn(Codec, Out) -> Result<Body>,
) -> Started {
    let (mut head, message) = request.into_parts();
    let options = channel.settle(head.extensions.remove::<CallOptions>());
    let codec = options.settled_codec();
    let call = encode(codec, message).map(|body| {
        head.method = http::Method::POST;
        let mut call = Call::outgoing(spec, options);
        if let Some(incoming) = head.extensions.remove::<Call>() {
            // The request has come to a server, and is passed on: its caller waits no longer for it.
            call.inherit(&incoming);
            head.extensions.clear();
            hop::pass_call(&mut head.headers);
        }
        senders.until(call.deadline());
        channel.send(call, head, body, spec)
    });
    Started { call, codec, senders, spec }
}

/// An error as the caller gets it: what it may do about it, and whose the metadata is.
type Finish = fn(Error) -> Error;

fn finish(spec: &Spec) -> Finish {
    match spec.idempotency() {
        Idempotency::Unknown => Error::with_foreign_metadata,
        Idempotency::NoSideEffects | Idempotency::Idempotent => |error| {
            let retry = error.retry().unwrap_or(Retry::Idempotent);
            error.with_foreign_metadata().with_retry(retry)
        },
    }
}

/// A call that is answered by one message.
///
/// Dropping it ends the call.
#[pin_project]
#[must_use = "nothing is sent before it is polled"]
pub struct UnaryFuture<Res> {
    #[pin]
    state: State,
    codec: Codec,
    decode: fn(Codec, Bytes) -> Result<Res>,
    finish: Finish,
    senders: Senders,
}

#[pin_project(project = Project)]
#[allow(clippy::large_enum_variant, reason = "they are the steps of one call, and none is worth a box")]
enum State {
    Calling(#[pin] ChannelFuture),
    Reading { head: Option<response::Parts>, body: Body, single: Single },
    Failed(Option<Error>),
}

impl<Res> UnaryFuture<Res> {
    fn new<F: Format<Res>>(started: Started) -> Self {
        let Started { call, codec, senders, spec } = started;
        let state = call.map_or_else(|error| State::Failed(Some(error.with_retry(Retry::NeverSent))), State::Calling);
        Self { state, codec, decode: F::decode, finish: finish(spec), senders }
    }
}

impl<Res> Future for UnaryFuture<Res> {
    type Output = Result<Response<Res>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let outcome = loop {
            let (head, body) = match this.state.as_mut().project() {
                Project::Calling(call) => match ready!(call.poll(cx)) {
                    Ok(response) => response.into_parts(),
                    Err(error) => break Err(error),
                },
                Project::Reading { head, body, single } => {
                    let message = ready!(single.poll(cx, body));
                    let head = head.take().expect(POLLED_AGAIN);
                    break match message {
                        Ok(message) => (this.decode)(*this.codec, message.bytes).map(|decoded| {
                            let trailers = message.trailers.map(|trailers| *trailers).unwrap_or_default();
                            Response::from_parts(head, decoded, trailers)
                        }),
                        Err(error) => Err(not_one_response(error, head)),
                    };
                }
                Project::Failed(error) => break Err(error.take().expect(POLLED_AGAIN)),
            };
            this.state.set(State::Reading { head: Some(head), body, single: Single::default() });
        };
        // What is left of the call goes before its outcome is told.
        this.state.set(State::Failed(None));
        let outcome = outcome.map_err(*this.finish);
        this.senders.tell(outcome.as_ref().err());
        Poll::Ready(outcome)
    }
}

/// Source: both specifications have a call with one response fail as `unimplemented` when there is any other number.
fn not_one_response(error: SingleError, head: response::Parts) -> Error {
    let mut error = match error {
        SingleError::Failed(error) => error,
        SingleError::None => Error::of_answer(Code::Unimplemented, "the call needs an answer, and none came"),
        SingleError::Several => Error::of_answer(Code::Unimplemented, "the call has one answer, and more came"),
    };
    crate::envelope::append_all(head.headers, error.metadata_mut());
    error
}

/// A call that is answered by a stream: it is there when the head of the response has come, which some servers send with the first message only.
/// For turns there is [`deferred`](Self::deferred).
///
/// Dropping it ends the call.
#[pin_project]
#[must_use = "nothing is sent before it is polled"]
pub struct StreamFuture<Res> {
    #[pin]
    state: State,
    codec: Codec,
    stream: fn(Body, Codec, Senders, Finish) -> Streaming<Res>,
    finish: Finish,
    senders: Senders,
}

impl<Res> StreamFuture<Res> {
    fn new<F: Format<Res>>(started: Started) -> Self {
        let Started { call, codec, senders, spec } = started;
        let state = call.map_or_else(|error| State::Failed(Some(error.with_retry(Retry::NeverSent))), State::Calling);
        Self { state, codec, stream: Streaming::answer::<F>, finish: finish(spec), senders }
    }
}

impl<Res: Send + 'static> StreamFuture<Res> {
    /// The stream without waiting for the head of the response: the call is made when its first message is asked for.
    ///
    /// It is for turns: this side says something, then the other. Many servers send their head with their first message, which may be the answer
    /// to the first of this side.
    ///
    /// ```
    /// # #[derive(Clone, PartialEq, prost::Message, serde::Serialize, serde::Deserialize)]
    /// # struct Text { #[prost(string, tag = "1")] text: String }
    /// # struct Client;
    /// # impl Client { fn chat(&self, _: Messages<Text>) -> tower_connect::client::StreamFuture<Text> { unimplemented!() } }
    /// use tower_connect::{Messages, Result};
    ///
    /// async fn talk(client: &Client) -> Result<()> {
    ///     let (sender, messages) = Messages::channel(1);
    ///     let mut answers = client.chat(messages).deferred();
    ///     for sentence in ["hello", "I feel happy"] {
    ///         sender.send(Text { text: sentence.to_owned() }).await?;
    ///         println!("{:?}", answers.message().await?);
    ///     }
    ///     Ok(())
    /// }
    /// # let _ = talk;
    /// ```
    #[must_use]
    pub fn deferred(self) -> Streaming<Res> {
        Streaming::deferred(self)
    }
}

impl<Res> Future for StreamFuture<Res> {
    type Output = Result<Response<Streaming<Res>>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let outcome = match this.state.as_mut().project() {
            Project::Calling(call) => ready!(call.poll(cx)),
            Project::Failed(error) => Err(error.take().expect(POLLED_AGAIN)),
            Project::Reading { .. } => unreachable!("a stream is read by its caller"),
        };
        this.state.set(State::Failed(None));
        Poll::Ready(match outcome {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let stream = (this.stream)(body, *this.codec, this.senders.take(), *this.finish);
                Ok(Response::from_parts(head, stream, HeaderMap::new()))
            }
            Err(error) => {
                let error = (this.finish)(error);
                this.senders.tell(Some(&error));
                Err(error)
            }
        })
    }
}

const POLLED_AGAIN: &str = "the future is not polled after it is ready";

impl<Res> fmt::Debug for UnaryFuture<Res> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnaryFuture").field("codec", &self.codec).finish_non_exhaustive()
    }
}

impl<Res> fmt::Debug for StreamFuture<Res> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamFuture").field("codec", &self.codec).finish_non_exhaustive()
    }
}
