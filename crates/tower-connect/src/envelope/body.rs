use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use tokio::sync::oneshot;

use super::encode::{Encode, Encoded, Typed};
use super::erased::Erased;
use super::inbound::{Inbound, Inflating};
use super::source::Source;
use super::whole::Whole;
use super::{End, Messages, Receive};
use crate::codec::{Codec, Format};
use crate::error::BoxError;
use crate::frame::PREFIX;
use crate::{Code, Error, Result};

/// The body of requests and responses, inside the envelope and on the wire.
///
/// Inside the envelope one data frame is one whole, plain message; an empty message is a frame of no bytes, and no frame is no message.
/// A body that no protocol has claimed has the frames that it came with.
pub struct Body {
    kind: Kind,
}

/// What a body is made of. The kinds of a unary call need no box of their own, which is why there are so many.
enum Kind {
    /// Nothing, or nothing more.
    Empty,
    /// Bytes for the wire, of which the length may be told.
    Data(Option<Bytes>),
    /// One message inside the envelope.
    Message(Whole),
    /// One message in its frame, then its end: a unary reply of gRPC.
    Framed(Whole, End),
    /// Trailers that the head has sent already.
    TrailersOnly(Option<Box<HeaderMap>>),
    /// A stream of messages inside the envelope.
    Messages(Option<Box<dyn Encode>>),
    /// Messages taken off the wire.
    Inbound(Inbound),
    /// The same, compressed.
    Inflating(Box<Inflating>),
    /// What a protocol or the server puts around a body, on its way to the wire.
    Wire(Box<dyn WireBody>),
    /// Anything else.
    Boxed(UnsyncBoxBody<Bytes, Error>),
    /// What axum has boxed already.
    Erased(Erased),
}

/// A body around another one, on its way to the wire.
pub(crate) trait WireBody: Send {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>>;

    fn is_end(&self) -> bool;

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }

    /// See [`Body::failure`].
    fn failure(&self) -> Option<Code>;

    /// See [`Body::is_settled`].
    fn is_settled(&self) -> bool {
        false
    }
}

impl Body {
    /// A body without a frame.
    #[must_use]
    pub const fn empty() -> Self {
        Self { kind: Kind::Empty }
    }

    /// Takes over any body, without a box where the type is known.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut body = Some(body);
        if let Some(known) = (&mut body as &mut dyn Any).downcast_mut::<Option<Self>>() {
            return known.take().unwrap_or_default();
        }
        if let Some(known) = (&mut body as &mut dyn Any).downcast_mut::<Option<Erased>>() {
            return known.take().map_or_else(Self::empty, |body| Self { kind: Kind::Erased(body) });
        }
        body.map_or_else(Self::empty, |body| {
            Self::boxed(body.map_err(|error| Error::from(error.into())).boxed_unsync())
        })
    }

    pub(crate) fn boxed(body: UnsyncBoxBody<Bytes, Error>) -> Self {
        Self { kind: Kind::Boxed(body) }
    }

    /// One message inside the envelope.
    ///
    /// The bytes are copied once, to leave room for the prefix that some protocols need; [`Body::encode`] writes a message where it stays.
    ///
    /// # Errors
    ///
    /// [`Code::ResourceExhausted`](crate::Code::ResourceExhausted) above 4 GiB.
    pub fn message(message: &[u8]) -> Result<Self> {
        let mut framed = BytesMut::with_capacity(PREFIX + message.len());
        framed.extend_from_slice(&[0; PREFIX]);
        framed.extend_from_slice(message);
        Ok(Self { kind: Kind::Message(Whole::new(framed, HeaderMap::new())?) })
    }

    /// One encoded message inside the envelope, and trailing metadata.
    ///
    /// # Errors
    ///
    /// The format's own, and [`Code::ResourceExhausted`](crate::Code::ResourceExhausted) above 4 GiB.
    pub fn encode<F: Format<T>, T>(codec: Codec, message: &T, trailers: HeaderMap) -> Result<Self> {
        let mut framed = BytesMut::with_capacity(PREFIX.saturating_add(F::encoded_len(codec, message)));
        framed.extend_from_slice(&[0; PREFIX]);
        F::encode(codec, message, &mut framed)?;
        Ok(Self { kind: Kind::Message(Whole::new(framed, trailers)?) })
    }

    /// A stream of messages inside the envelope, and the trailing metadata after it.
    #[must_use]
    pub fn stream<F: Format<T>, T: Send + 'static>(codec: Codec, messages: Messages<T>, trailers: HeaderMap) -> Self {
        Self::encoding(Typed::new::<F>(codec, messages, trailers))
    }

    pub(crate) fn encoding(messages: impl Encode + 'static) -> Self {
        Self { kind: Kind::Messages(Some(Box::new(messages))) }
    }

    /// Bytes for the wire, as one data frame.
    pub(crate) fn data(data: Bytes) -> Self {
        Self { kind: Kind::Data(Some(data)) }
    }

    /// The one message that [`Body::take_whole`] has taken.
    pub(crate) fn whole(whole: Whole) -> Self {
        Self { kind: Kind::Message(whole) }
    }

    /// One message in its frame, then what `end` makes of the trailing metadata.
    pub(crate) fn framed(whole: Whole, end: End) -> Self {
        Self { kind: Kind::Framed(whole, end) }
    }

    /// Trailers without a message.
    pub(crate) fn trailers(trailers: HeaderMap) -> Self {
        Self { kind: Kind::Message(Whole::trailers_alone(trailers)) }
    }

    /// Trailers that the head carries too. The body says that it has ended, so that one frame of HTTP/2 is the whole answer; to
    /// middleware that asks all the same it gives the trailers.
    pub(crate) fn trailers_only(trailers: HeaderMap) -> Self {
        Self { kind: Kind::TrailersOnly(Some(Box::new(trailers))) }
    }

    /// Takes messages off the wire, each of `limit` bytes at the most. Who asks for the `rest` gets what was not read.
    pub(crate) fn inbound(self, receive: Receive, limit: u32, rest: Option<oneshot::Sender<Source>>) -> Self {
        let inflate = receive.inflate;
        let inbound = Inbound::new(self, receive, limit, rest);
        let kind = match inflate {
            Some(with) => Kind::Inflating(Box::new(Inflating::new(inbound, with, limit))),
            None => Kind::Inbound(inbound),
        };
        Self { kind }
    }

    /// Another body with something around it.
    pub(crate) fn wire(body: impl WireBody + 'static) -> Self {
        Self { kind: Kind::Wire(Box::new(body)) }
    }

    /// Why the body ended as a failure that it has told the caller in the protocol's own way.
    pub(crate) fn failure(&self) -> Option<Code> {
        match &self.kind {
            Kind::Wire(body) => body.failure(),
            _ => None,
        }
    }

    /// Whether it is known how the body ends, and will be told shortly.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(&self.kind, Kind::Wire(body) if body.is_settled())
    }

    /// The length of the one message of a typed reply.
    pub(crate) fn whole_len(&self) -> Option<usize> {
        match &self.kind {
            Kind::Message(whole) => Some(whole.len()),
            _ => None,
        }
    }

    /// Whether all there is to send is there already.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(&self.kind, Kind::Empty | Kind::Data(_) | Kind::Message(_))
    }

    /// The one message of a typed reply, if nothing was read of it and nothing stands in between.
    pub(crate) fn take_whole(&mut self) -> Option<Whole> {
        match std::mem::replace(&mut self.kind, Kind::Empty) {
            Kind::Message(whole) if whole.is_unread() => Some(whole),
            kind => {
                self.kind = kind;
                None
            }
        }
    }

    /// The bytes, if they have all come already.
    pub(super) fn take_data(&mut self) -> Option<Bytes> {
        match std::mem::replace(&mut self.kind, Kind::Empty) {
            Kind::Empty => Some(Bytes::new()),
            Kind::Data(data) => Some(data.unwrap_or_default()),
            kind => {
                self.kind = kind;
                None
            }
        }
    }

    pub(super) fn into_source(self) -> Result<Source, Self> {
        match self.kind {
            Kind::Erased(body) => Ok(Source::Erased(body)),
            Kind::Boxed(body) => Ok(Source::Boxed(body)),
            kind => Err(Self { kind }),
        }
    }

    /// The messages of a typed stream, if nothing was read of them and nothing stands in between.
    pub(crate) fn take_messages(&mut self) -> Option<Box<dyn Encode>> {
        match &mut self.kind {
            Kind::Messages(messages) => messages.take(),
            _ => None,
        }
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = match &mut self.kind {
            Kind::Empty => None,
            Kind::Data(data) => data.take().map(Frame::data),
            Kind::Message(whole) => whole.next_plain(),
            Kind::Framed(whole, end) => whole.next_framed(*end),
            Kind::TrailersOnly(trailers) => trailers.take().map(|trailers| Frame::trailers(*trailers)),
            Kind::Messages(messages) => return poll_messages(messages, cx),
            Kind::Inbound(inbound) => {
                return inbound.poll_payload(cx).map_ok(|payload| Frame::data(payload.bytes));
            }
            Kind::Inflating(inflating) => return inflating.poll_message(cx).map_ok(Frame::data),
            Kind::Wire(body) => return body.poll(cx),
            Kind::Boxed(body) => return Pin::new(body).poll_frame(cx),
            Kind::Erased(body) => return Pin::new(body).poll_frame(cx).map_err(Error::from),
        };
        Poll::Ready(frame.map(Ok))
    }
}

/// A stream of messages where it is not a protocol that asks: one frame each.
fn poll_messages(messages: &mut Option<Box<dyn Encode>>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
    let Some(encode) = messages else {
        return Poll::Ready(None);
    };
    let mut buf = BytesMut::new();
    let frame = match ready!(encode.poll_encode(cx, &mut buf)) {
        Ok(Encoded::Message) => return Poll::Ready(Some(Ok(Frame::data(buf.freeze())))),
        Ok(Encoded::End(trailers)) => (!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers))),
        Err(error) => Some(Err(error)),
    };
    *messages = None;
    Poll::Ready(frame)
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

/// Any body that a [`Body`] can be made of: the bound of services that take a request from whatever layer is around them.
///
/// It is implemented for every [`http_body::Body`] of [`Bytes`]; there is nothing to implement.
pub trait IntoBody: Send + 'static {
    /// The body, as by [`Body::new`].
    fn into_body(self) -> Body;
}

impl<B> IntoBody for B
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn into_body(self) -> Body {
        Body::new(self)
    }
}

/// Bytes as they are on the wire: for requests that no protocol has claimed yet, and for tests.
impl From<Bytes> for Body {
    fn from(data: Bytes) -> Self {
        Self::data(data)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        self.get_mut().poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Empty | Kind::TrailersOnly(_) => true,
            Kind::Data(data) => data.is_none(),
            Kind::Message(whole) => whole.is_plain_end(),
            Kind::Framed(whole, _) => whole.is_framed_end(),
            Kind::Messages(messages) => messages.is_none(),
            Kind::Inbound(inbound) => inbound.is_end(),
            Kind::Inflating(inflating) => inflating.is_end(),
            Kind::Wire(body) => body.is_end(),
            Kind::Boxed(body) => body.is_end_stream(),
            Kind::Erased(body) => body.is_end_stream(),
        }
    }

    /// Exact only where nothing but data will follow: hyper would add `content-length` to a reply that ends with trailers.
    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Data(data) => SizeHint::with_exact(data.as_ref().map_or(0, Bytes::len) as u64),
            Kind::Message(_)
            | Kind::Framed(..)
            | Kind::TrailersOnly(_)
            | Kind::Messages(_)
            | Kind::Inbound(_)
            | Kind::Inflating(_) => SizeHint::default(),
            Kind::Wire(body) => body.size_hint(),
            Kind::Boxed(body) => body.size_hint(),
            Kind::Erased(body) => http_body::Body::size_hint(body),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            Kind::Empty => "Body::Empty",
            Kind::Data(_) => "Body::Data",
            Kind::Message(_) => "Body::Message",
            Kind::Framed(..) => "Body::Framed",
            Kind::TrailersOnly(_) => "Body::TrailersOnly",
            Kind::Messages(_) => "Body::Messages",
            Kind::Inbound(_) => "Body::Inbound",
            Kind::Inflating(_) => "Body::Inflating",
            Kind::Wire(_) => "Body::Wire",
            Kind::Boxed(_) => "Body::Boxed",
            Kind::Erased(_) => "Body::Erased",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_small() {
        assert!(size_of::<Body>() <= 80, "{}", size_of::<Body>());
    }
}
