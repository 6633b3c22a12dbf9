use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use tokio::time::{Sleep, sleep};

use super::connect::end_of_stream;
use super::grpc::outcome_of;
use super::grpc_web::trailers_of;
use crate::compression::{Compressor, Work};
use crate::envelope::{Source, WireBody, compressed_limit};
use crate::error::Origin;
use crate::frame::{Buffer, END_LIMIT, END_STREAM, Flags, TRAILERS, check_size};
use crate::{Body, Code, Error, Result};

/// Takes the messages of a response off the wire, and finds out how it ends. Nothing that has come is lost: the messages before an error are
/// delivered, then the error.
#[derive(Debug)]
pub(super) struct Download {
    source: Source,
    buffer: Buffer,
    inflate: Option<Compressor>,
    /// Of a message, when it is decompressed, in bytes.
    limit: u32,
    /// What is being decompressed, and whether it is the end.
    work: Option<(Work<Bytes>, bool)>,
    end: Ending,
    /// How the call went, until it is told.
    outcome: Option<Result<HeaderMap>>,
    /// Where the end of the body is still waited for.
    patience: Option<Patience>,
    state: State,
}

/// How a protocol ends a response.
#[derive(Debug)]
pub(super) enum Ending {
    /// By a last frame of JSON.
    Connect,
    /// By trailers of HTTP.
    Grpc,
    /// By a last frame of trailers. Some servers leave that empty, and tell their status in the head, which is this.
    GrpcWeb(Option<Box<HeaderMap>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has come yet.
    Nothing,
    Something,
    Done,
}

impl Download {
    pub(super) fn new(body: Body, inflate: Option<Compressor>, limit: u32, end: Ending) -> Self {
        let state = State::Nothing;
        Self {
            source: body.into(),
            buffer: Buffer::new(),
            inflate,
            limit,
            work: None,
            end,
            outcome: None,
            patience: None,
            state,
        }
    }

    pub(super) fn into_body(self) -> Body {
        Body::wire(self)
    }

    /// Waits for the first that comes: whether there is anything beside the head. A server that is still sent to may hold
    /// the end of an answer back that has `failed`.
    pub(super) fn poll_any(&mut self, cx: &mut Context<'_>, failed: bool) -> Poll<bool> {
        while self.state == State::Nothing && self.outcome.is_none() {
            match self.poll_read(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => {
                    self.state = State::Something;
                    self.outcome = Some(Err(error));
                }
                Poll::Pending if !failed => return Poll::Pending,
                Poll::Pending => {
                    ready!(self.patience.get_or_insert_default().poll(cx));
                    break;
                }
            }
        }
        self.patience = None;
        Poll::Ready(self.state != State::Nothing)
    }

    /// A message if there is one by now; the outcome is set at the end.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        if let Some((work, end)) = &mut self.work {
            let payload = ready!(work.poll(cx));
            let end = *end;
            self.work = None;
            return Poll::Ready(payload.map(|payload| self.take(payload, end)));
        }
        let flags = Flags { compressed: self.inflate.is_some(), end: self.end.flag() };
        let limit = if self.inflate.is_some() { compressed_limit(self.limit) } else { self.limit };
        let malformed = |error: Error| match error.code() {
            // That is our own limit.
            Code::ResourceExhausted => error,
            _ => error.with_origin(Origin::Transport),
        };
        if let Some(payload) = self.buffer.next_frame(limit, flags).map_err(malformed)? {
            // Nothing at all is an empty message, however it is compressed.
            if let Some(inflate) = self.inflate.filter(|_| payload.compressed && !payload.bytes.is_empty()) {
                let limit = if payload.end { self.limit.max(END_LIMIT) } else { self.limit };
                self.work = Some((inflate.decompress(payload.bytes, limit), payload.end));
                return Poll::Ready(Ok(None));
            }
            if !payload.end {
                check_size(payload.bytes.len() as u64, self.limit)?;
            }
            return Poll::Ready(Ok(self.take(payload.bytes, payload.end)));
        }
        self.poll_read(cx).map_ok(|()| None)
    }

    /// A message; or none, and the outcome, at the end.
    fn take(&mut self, payload: Bytes, end: bool) -> Option<Bytes> {
        if !end {
            return Some(payload);
        }
        self.outcome = Some(self.end.parse(&payload));
        self.patience = Some(Patience::default());
        None
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match ready!(self.source.poll_answer(cx)?).map(Frame::into_data) {
            None => self.outcome = Some(self.at_end(None)),
            Some(Ok(data)) if data.is_empty() => {}
            Some(Ok(data)) => {
                self.state = State::Something;
                self.buffer.push(data);
            }
            Some(Err(frame)) => {
                self.state = State::Something;
                self.outcome = Some(self.at_end(frame.into_trailers().ok()));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// The outcome of a response that ends here.
    fn at_end(&mut self, trailers: Option<HeaderMap>) -> Result<HeaderMap> {
        let nothing = self.state == State::Nothing;
        let outcome = match (&mut self.end, trailers) {
            (Ending::Grpc, Some(trailers)) => outcome_of(trailers),
            (Ending::Grpc, None) if nothing => Err(Error::of_answer(Code::Unknown, "the response has no status")),
            _ => Err(Error::of_answer(Code::Internal, "the response has no end")),
        };
        if self.buffer.len() > 0 && outcome.is_ok() {
            return Err(Error::of_answer(Code::Internal, "the response ended inside a message"));
        }
        outcome
    }

    /// Waits a little for the end of the body after the last frame: it usually comes along, and until then a connection of HTTP/1.1 cannot be used
    /// again. Who does not end the body is not waited for. What follows the last frame would be lost.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.buffer.len() == 0 {
            match self.source.poll_answer(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.push(data);
                    }
                }
                Poll::Ready(None | Some(Err(_))) => return Poll::Ready(()),
                Poll::Pending => return self.patience.get_or_insert_default().poll(cx),
            }
        }
        if let Some(Ok(_)) = self.outcome {
            self.outcome = Some(Err(Error::of_answer(Code::Internal, "something follows the end of the response")));
        }
        Poll::Ready(())
    }
}

/// How long is waited for what need not come.
#[derive(Debug, Default)]
struct Patience(Option<Pin<Box<Sleep>>>);

const PATIENCE: Duration = Duration::from_millis(100);

impl Patience {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.get_or_insert_with(|| Box::pin(sleep(PATIENCE))).as_mut().poll(cx)
    }
}

impl Ending {
    fn flag(&self) -> u8 {
        match self {
            Self::Connect => END_STREAM,
            Self::Grpc => 0,
            Self::GrpcWeb(_) => TRAILERS,
        }
    }

    fn parse(&mut self, last: &[u8]) -> Result<HeaderMap> {
        match self {
            Self::Connect => end_of_stream(last),
            Self::GrpcWeb(Some(head)) if last.is_empty() => outcome_of(std::mem::take(head)),
            Self::GrpcWeb(_) | Self::Grpc => outcome_of(trailers_of(last)),
        }
    }
}

impl WireBody for Download {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        loop {
            if self.state == State::Done {
                return Poll::Ready(None);
            }
            // By the time that the outcome is known, there is no whole message left.
            if self.outcome.is_none() {
                match ready!(self.poll_step(cx)) {
                    Ok(Some(message)) => return Poll::Ready(Some(Ok(Frame::data(message)))),
                    Ok(None) => continue,
                    Err(error) => self.outcome = Some(Err(error)),
                }
            }
            if self.patience.is_some() {
                ready!(self.poll_rest(cx));
            }
            let Some(outcome) = self.outcome.take() else { continue };
            self.state = State::Done;
            self.buffer = Buffer::new();
            self.source = Source::Ended;
            return Poll::Ready(match outcome {
                Ok(trailers) if trailers.is_empty() => None,
                Ok(trailers) => Some(Ok(Frame::trailers(trailers))),
                Err(error) => Some(Err(error)),
            });
        }
    }

    fn is_end(&self) -> bool {
        self.state == State::Done
    }

    fn failure(&self) -> Option<Code> {
        None
    }

    fn is_settled(&self) -> bool {
        self.outcome.is_some()
    }
}
