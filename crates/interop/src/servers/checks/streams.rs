//! The three kinds of streams.

use tower_connect::{Code, Messages, Streaming};

use crate::check::{Checked, equal};
use crate::proto::{ConverseRequest, ConverseResponse, CountRequest, CountResponse, SumRequest, SumResponse};
use crate::servers::caller::{Caller, failed, shown};

pub(super) async fn server_stream(caller: &Caller) -> Checked {
    let request = CountRequest { up_to: 1000, ..Default::default() };
    let mut numbers = caller.client.count(request).await.map_err(shown)?.into_message();
    for number in 1..=1000 {
        equal(numbers.message().await.map_err(shown)?, Some(CountResponse { number }))?;
    }
    equal(numbers.message().await.map_err(shown)?, None)
}

pub(super) async fn empty_server_stream(caller: &Caller) -> Checked {
    let mut numbers = caller.client.count(CountRequest::default()).await.map_err(shown)?.into_message();
    equal(numbers.message().await.map_err(shown)?, None)
}

pub(super) async fn client_stream(caller: &Caller) -> Checked {
    let numbers = (1..=1000).map(|number| SumRequest { number, ..Default::default() });
    let answer = caller.client.sum(numbers.collect::<Messages<_>>()).await.map_err(shown)?;
    equal(answer.into_message(), SumResponse { sum: 500_500, count: 1000 })
}

pub(super) async fn client_stream_by_sender(caller: &Caller) -> Checked {
    let (sender, numbers) = Messages::channel(1);
    let sending = async move {
        for number in 1..=1000 {
            sender.send(SumRequest { number, ..Default::default() }).await?;
        }
        Ok(())
    };
    let (answer, ()) = tokio::try_join!(caller.client.sum(numbers), sending).map_err(shown)?;
    equal(answer.into_message(), SumResponse { sum: 500_500, count: 1000 })
}

pub(super) async fn empty_client_stream(caller: &Caller) -> Checked {
    let answer = caller.client.sum(Messages::from_iter([])).await.map_err(shown)?;
    equal(answer.into_message(), SumResponse::default())
}

/// Each message is sent when the answer to the last one is there.
pub(super) async fn full_duplex(caller: &Caller) -> Checked {
    let (sender, requests) = Messages::channel(1);
    // Servers may send their head with the first answer.
    sender.send(said(0)).await.map_err(shown)?;
    let mut answers = caller.client.converse(requests).await.map_err(shown)?.into_message();
    for round in 0..10 {
        equal(answers.message().await.map_err(shown)?, Some(answer(round)))?;
        sender.send(said(round + 1)).await.map_err(shown)?;
    }
    equal(answers.message().await.map_err(shown)?, Some(answer(10)))?;
    drop(sender);
    goodbye(answers).await
}

/// Everything is sent before the first answer is read.
pub(super) async fn half_duplex(caller: &Caller) -> Checked {
    let requests: Messages<_> = (0..10).map(said).collect();
    let mut answers = caller.client.converse(requests).await.map_err(shown)?.into_message();
    for round in 0..10 {
        equal(answers.message().await.map_err(shown)?, Some(answer(round)))?;
    }
    goodbye(answers).await
}

/// Together far more than the windows of HTTP/2.
pub(super) async fn large_bidi(caller: &Caller) -> Checked {
    let text = "0123456789a".repeat(6000);
    let request = ConverseRequest { text: text.clone(), ..Default::default() };
    let requests = Messages::from_iter(vec![request; 50]);
    let mut answers = caller.client.converse(requests).await.map_err(shown)?.into_message();
    for _ in 0..50 {
        if answers.message().await.map_err(shown)?.is_none_or(|answer| answer.text != text) {
            return Err("another text has come back".to_owned());
        }
    }
    goodbye(answers).await
}

/// This side notices that it cannot be, or the server does; in any case nobody waits for the other.
pub(super) async fn impossible_bidi(caller: &Caller) -> Checked {
    let (sender, requests) = Messages::channel(1);
    sender.send(said(0)).await.map_err(shown)?;
    let error = failed(caller.client.converse(requests).await)?;
    equal(error.code(), Code::Unknown)
}

pub(super) async fn empty_bidi(caller: &Caller) -> Checked {
    let answers = caller.client.converse(Messages::from_iter([])).await.map_err(shown)?;
    goodbye(answers.into_message()).await
}

/// What the server still says after the caller has closed its side.
async fn goodbye(mut answers: Streaming<ConverseResponse>) -> Checked {
    let goodbye = ConverseResponse { text: "goodbye".to_owned(), closed: true };
    equal(answers.message().await.map_err(shown)?, Some(goodbye))?;
    equal(answers.message().await.map_err(shown)?, None)
}

fn said(round: u32) -> ConverseRequest {
    ConverseRequest { text: format!("round {round}"), ..Default::default() }
}

fn answer(round: u32) -> ConverseResponse {
    ConverseResponse { text: format!("round {round}"), closed: false }
}
