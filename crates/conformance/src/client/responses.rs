//! The responses of a call.

use std::future::Future;

use tower_connect::client::StreamFuture;
use tower_connect::{Response, Result, Streaming};

use super::cancel::Cancel;
use super::outcome::{Outcome, Payload};

/// Waits for the only response, unless the call is `given_up` before.
pub(super) async fn one(
    call: impl Future<Output = Result<Response<impl Payload>>>,
    given_up: impl Future<Output = ()>,
) -> Outcome {
    let mut outcome = Outcome::default();
    tokio::select! {
        biased;
        () = given_up => outcome.cancel(),
        response = call => match response {
            Ok(response) => outcome.respond(response),
            Err(error) => outcome.fail(&error),
        },
    }
    outcome
}

/// Responses of a stream, as far as they have come.
pub(super) struct Responses<T> {
    call: StreamFuture<T>,
    /// What the call has become, once the response has begun.
    stream: Option<Streaming<T>>,
    cancel: Cancel,
    outcome: Outcome,
    is_over: bool,
}

impl<T: Payload> Responses<T> {
    pub(super) fn new(call: StreamFuture<T>, cancel: Cancel) -> Self {
        Self { call, stream: None, cancel, outcome: Outcome::default(), is_over: false }
    }

    /// Takes in one response. Whether there may be more is returned.
    pub(super) async fn next(&mut self) -> bool {
        match self.receive().await {
            Ok(true) if self.cancel == Cancel::AfterResponses(self.outcome.received()) => {
                self.outcome.cancel();
                self.is_over = true;
            }
            Ok(received) => self.is_over = !received,
            Err(error) => {
                self.outcome.fail(&error);
                self.is_over = true;
            }
        }
        !self.is_over
    }

    /// Takes in all that is left, unless the call is `given_up` before.
    pub(super) async fn rest(mut self, given_up: impl Future<Output = ()>) -> Outcome {
        if !self.is_over {
            let all = async { while self.next().await {} };
            tokio::select! {
                biased;
                () = given_up => self.outcome.cancel(),
                () = all => {}
            }
        }
        self.outcome
    }

    /// Whether there was a response, or else the end of them, is returned.
    async fn receive(&mut self) -> Result<bool> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            let response = (&mut self.call).await?;
            self.outcome.start(response.metadata());
            self.stream.insert(response.into_message())
        };
        if let Some(message) = stream.message().await? {
            self.outcome.receive(message);
            return Ok(true);
        }
        if let Some(trailers) = stream.trailers() {
            self.outcome.end(trailers);
        }
        Ok(false)
    }
}
