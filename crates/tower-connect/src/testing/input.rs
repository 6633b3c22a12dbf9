use std::fmt;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame};

use super::lock;
use crate::envelope::WireBody;
use crate::{Body, Code, Result, Streaming};

/// What a procedure is called with: a message, or a stream of them. Sealed.
pub trait Input: sealed::Input {}

impl<T: sealed::Input> Input for T {}

pub(super) mod sealed {
    pub trait Input: Send + Sized + 'static {
        /// What is kept of it.
        type Record: Send;
        /// What is told of it later.
        type Recorded;

        fn record(self) -> (Self, Self::Record);

        fn recorded(record: &Self::Record) -> Self::Recorded;
    }
}

impl<T: Clone + Send + 'static> sealed::Input for T {
    type Record = T;
    type Recorded = T;

    fn record(self) -> (Self, T) {
        let record = self.clone();
        (self, record)
    }

    fn recorded(record: &T) -> T {
        record.clone()
    }
}

impl<T: Send + 'static> sealed::Input for Streaming<T> {
    type Record = Tape<T>;
    type Recorded = Vec<T>;

    fn record(self) -> (Self, Tape<T>) {
        let messages = Arc::<Mutex<Vec<Bytes>>>::default();
        let decode = self.decoder();
        let tape = Tape { messages: Arc::clone(&messages), decode: Box::new(decode) };
        (self.map_body(|body| Body::wire(Taped { body, messages })), tape)
    }

    fn recorded(tape: &Tape<T>) -> Vec<T> {
        // The handler has got an error in the place of what cannot be read.
        lock(&tape.messages).iter().filter_map(|message| (tape.decode)(message.clone()).ok()).collect()
    }
}

/// The messages that a handler has read so far.
pub struct Tape<T> {
    messages: Arc<Mutex<Vec<Bytes>>>,
    decode: Box<dyn Fn(Bytes) -> Result<T> + Send>,
}

impl<T> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").field("messages", &lock(&self.messages).len()).finish_non_exhaustive()
    }
}

/// A stream that is recorded while it is read.
struct Taped {
    body: Body,
    messages: Arc<Mutex<Vec<Bytes>>>,
}

impl WireBody for Taped {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = ready!(self.body.poll(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(message) = frame.data_ref()
        {
            lock(&self.messages).push(message.clone());
        }
        Poll::Ready(frame)
    }

    fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    fn failure(&self) -> Option<Code> {
        self.body.failure()
    }
}
