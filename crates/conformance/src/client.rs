//! The client under test: the runner says which calls to make, and is told what came of each.
//!
//! Source: the comments of `connectrpc/conformance/v1/client_compat.proto`.

mod call;
mod cancel;
mod outcome;
mod responses;
mod transports;
mod upload;

use std::io::{self, Read, Write};
use std::thread;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tower_connect::BoxError;
use tower_connect::client::Channel;

use self::transports::Transports;
use crate::proto::client_compat_response::Result as Answer;
use crate::proto::{ClientCompatRequest, ClientCompatResponse, ClientErrorResult};
use crate::{framing, types};

/// How many calls may be under way. The runner sends all that it has at once, and some of them only wait for time to pass.
const CALLS: usize = 32;

/// Makes all calls that the runner asks for, several at once, and answers each, until the runner has no more.
///
/// # Errors
///
/// A request is broken, or an answer cannot be written.
pub async fn run(requests: impl Read + Send + 'static, mut responses: impl Write) -> Result<(), BoxError> {
    types::register();
    let (sender, mut requests_read) = mpsc::channel(1);
    // No task of the runtime's: that would wait for what may never come, at the end of a run that has failed.
    thread::spawn(move || read(requests, &sender));
    let mut transports = Transports::default();
    let mut calls = JoinSet::new();
    loop {
        tokio::select! {
            Some(request) = requests_read.recv(), if calls.len() < CALLS => {
                let request = request?;
                let channel = transports.channel(&request);
                calls.spawn(answer(channel, request));
            }
            // Writing blocks, but no call: they have threads of their own.
            Some(response) = calls.join_next() => framing::write(&mut responses, &response?)?,
            else => return Ok(()),
        }
    }
}

fn read(mut requests: impl Read, sender: &mpsc::Sender<io::Result<ClientCompatRequest>>) {
    while let Some(request) = framing::read(&mut requests).transpose() {
        let is_broken = request.is_err();
        if sender.blocking_send(request).is_err() || is_broken {
            return;
        }
    }
}

async fn answer(channel: Result<Channel, BoxError>, request: ClientCompatRequest) -> ClientCompatResponse {
    let test_name = request.test_name.clone();
    let result = match channel {
        Ok(channel) => call::make(channel, request).await,
        Err(error) => Err(error),
    };
    let result =
        result.map_or_else(|error| Answer::Error(ClientErrorResult { message: error.to_string() }), Answer::Response);
    ClientCompatResponse { test_name, result: Some(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn exchange(requests: Vec<u8>) -> Result<Vec<ClientCompatResponse>, BoxError> {
        let mut responses = Vec::new();
        run(io::Cursor::new(requests), &mut responses).await?;
        let mut reader = &responses[..];
        Ok(std::iter::from_fn(|| framing::read(&mut reader).transpose()).collect::<Result<_, _>>()?)
    }

    #[tokio::test]
    async fn every_request_is_answered_under_its_name() {
        let mut requests = Vec::new();
        let names: Vec<String> = (0..2 * CALLS).map(|number| number.to_string()).collect();
        for test_name in names.clone() {
            framing::write(&mut requests, &ClientCompatRequest { test_name, ..Default::default() }).unwrap();
        }
        let responses = exchange(requests).await.unwrap();
        assert!(responses.iter().all(|response| matches!(response.result, Some(Answer::Error(_)))));
        let mut found: Vec<String> = responses.into_iter().map(|response| response.test_name).collect();
        found.sort_by_key(|name| name.parse::<usize>().unwrap());
        assert_eq!(found, names);
    }

    #[tokio::test]
    async fn what_breaks_off_is_an_error() {
        assert!(exchange(Vec::new()).await.unwrap().is_empty());
        assert!(exchange(vec![0, 0, 0, 2, 10]).await.is_err());
    }
}
