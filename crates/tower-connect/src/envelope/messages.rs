use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use http::HeaderMap;
use pin_project::pin_project;
use tokio::sync::mpsc;

use super::Ended;
use crate::{Error, Result};

/// The messages that this side sends: any stream, or the other end of a [`Sender`].
///
/// ```
/// use tower_connect::Messages;
///
/// fn count_to(end: u32) -> Messages<u32> {
///     (1..=end).collect()
/// }
///
/// async fn count_slowly(end: u32) -> Messages<u32> {
///     let (sender, messages) = Messages::channel(8);
///     tokio::spawn(async move {
///         for number in 1..=end {
///             // An error says that nobody listens any more.
///             sender.send(number).await?;
///         }
///         Ok::<_, tower_connect::Error>(())
///     });
///     messages
/// }
/// # let _ = (count_to(3), count_slowly(3));
/// ```
pub struct Messages<T>(Source<T>);

enum Source<T> {
    Stream(Pin<Box<dyn Stream<Item = Result<T>> + Send>>),
    Channel { receiver: mpsc::Receiver<Item<T>>, call: Arc<Ended> },
}

/// What goes through a channel: messages, and once how it ends.
enum Item<T> {
    Message(T),
    Trailers(HeaderMap),
    Failure(Error),
}

/// What comes out, in order.
pub(crate) enum Sent<T> {
    Message(T),
    Trailers(HeaderMap),
}

impl<T> Messages<T> {
    /// Sends what a stream yields. An error ends the call with it, and the stream is not polled again.
    pub fn new(stream: impl Stream<Item = Result<T>> + Send + 'static) -> Self {
        Self(Source::Stream(Box::pin(stream)))
    }

    /// A sender and what it sends: `capacity` messages may wait for a slow reader before [`Sender::send`] does.
    ///
    /// The call ends well when every sender is dropped, unless one is dropped by a panic.
    ///
    /// # Panics
    ///
    /// If the capacity is zero.
    #[must_use]
    pub fn channel(capacity: usize) -> (Sender<T>, Self) {
        let (sender, receiver) = mpsc::channel(capacity);
        let call = Arc::default();
        (Sender { sender, call: Arc::clone(&call) }, Self(Source::Channel { receiver, call }))
    }

    /// Sends what a stream yields that cannot fail.
    pub fn from_stream(stream: impl Stream<Item = T> + Send + 'static) -> Self {
        Self::new(Infallible(stream))
    }

    /// Where senders are told how their call has ended.
    pub(crate) fn ended(&self) -> Option<Arc<Ended>> {
        match &self.0 {
            Source::Channel { call, .. } => Some(Arc::clone(call)),
            Source::Stream(_) => None,
        }
    }

    pub(crate) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Sent<T>>>> {
        match &mut self.0 {
            Source::Stream(stream) => stream.as_mut().poll_next(cx).map_ok(Sent::Message),
            Source::Channel { receiver, call } => receiver.poll_recv(cx).map(|item| match item {
                Some(Item::Message(message)) => Some(Ok(Sent::Message(message))),
                Some(Item::Trailers(trailers)) => Some(Ok(Sent::Trailers(trailers))),
                Some(Item::Failure(error)) => Some(Err(error)),
                None => call.has_panicked().then(|| Err(Error::panicked())),
            }),
        }
    }
}

impl<T: Send + 'static> FromIterator<T> for Messages<T> {
    /// Sends messages that are there already.
    fn from_iter<I: IntoIterator<Item = T>>(messages: I) -> Self {
        Self::new(Ready(messages.into_iter().collect::<Vec<_>>().into_iter()))
    }
}

impl<T: Send + 'static> From<Vec<T>> for Messages<T> {
    /// Sends messages that are there already.
    fn from(messages: Vec<T>) -> Self {
        messages.into_iter().collect()
    }
}

impl<T> fmt::Debug for Messages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").finish_non_exhaustive()
    }
}

/// The sending end of [`Messages::channel`].
pub struct Sender<T> {
    sender: mpsc::Sender<Item<T>>,
    call: Arc<Ended>,
}

impl<T> Sender<T> {
    /// Sends a message, and waits while the reader is slower than this side.
    ///
    /// # Errors
    ///
    /// The error that the call has ended with, at a client; [`Code::Canceled`](crate::Code::Canceled) when nobody reads any more: the caller has gone, or the call has
    /// ended well, or nobody has read yet how it has ended.
    pub async fn send(&self, message: T) -> Result<()> {
        self.put(Item::Message(message)).await
    }

    /// Ends the call well, with trailing metadata, which clients do not send. What other senders send after it is lost.
    ///
    /// # Errors
    ///
    /// As [`Sender::send`].
    pub async fn finish(self, trailers: HeaderMap) -> Result<()> {
        self.put(Item::Trailers(trailers)).await
    }

    /// Ends the call with an error, after the messages that were sent before it.
    ///
    /// # Errors
    ///
    /// As [`Sender::send`].
    pub async fn fail(self, error: Error) -> Result<()> {
        self.put(Item::Failure(error)).await
    }

    /// Waits until nobody reads any more.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }

    async fn put(&self, item: Item<T>) -> Result<()> {
        self.call.unless_ended(self.sender.send(item)).await
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), call: Arc::clone(&self.call) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // What is sent by a task that panics has no end of its own, and must not look as if it had.
        if std::thread::panicking() {
            self.call.panic();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// A stream that cannot fail as one that does not.
#[pin_project]
struct Infallible<S>(#[pin] S);

impl<S: Stream> Stream for Infallible<S> {
    type Item = Result<S::Item>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().0.poll_next(cx).map(|message| message.map(Ok))
    }
}

/// An iterator as a stream that never waits.
struct Ready<I>(I);

// The iterator is never pinned.
impl<I> Unpin for Ready<I> {}

impl<I: Iterator> Stream for Ready<I> {
    type Item = Result<I::Item>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}
