//! The three kinds of streams.

use futures::channel::mpsc;
use futures::stream;

use super::{Checked, Client, equal, shown};
use crate::proto::{ConverseRequest, CountRequest, CountResponse, SumRequest, SumResponse};

pub(super) async fn server_stream(mut client: Client) -> Checked {
    let request = CountRequest { up_to: 1000, ..Default::default() };
    let mut numbers = client.count(request).await.map_err(shown)?.into_inner();
    for number in 1..=1000 {
        equal(numbers.message().await.map_err(shown)?, Some(CountResponse { number }))?;
    }
    equal(numbers.message().await.map_err(shown)?, None)
}

pub(super) async fn client_stream(mut client: Client) -> Checked {
    let numbers = (1..=1000).map(|number| SumRequest { number, ..Default::default() });
    let answer = client.sum(stream::iter(numbers)).await.map_err(shown)?;
    equal(answer.into_inner(), SumResponse { sum: 500_500, count: 1000 })?;
    let answer = client.sum(stream::empty()).await.map_err(shown)?;
    equal(answer.into_inner(), SumResponse::default())
}

/// Each message is sent when the answer to the last one is there.
pub(super) async fn full_duplex(mut client: Client) -> Checked {
    let (sender, requests) = mpsc::unbounded();
    let mut answers = client.converse(requests).await.map_err(shown)?.into_inner();
    for round in 0..10 {
        sender.unbounded_send(said(round)).map_err(|error| error.to_string())?;
        let answer = answers.message().await.map_err(shown)?.ok_or("it has ended")?;
        equal((answer.text, answer.closed), (said(round).text, false))?;
    }
    drop(sender);
    let goodbye = answers.message().await.map_err(shown)?.ok_or("it has ended")?;
    equal((goodbye.text.as_str(), goodbye.closed), ("goodbye", true))?;
    equal(answers.message().await.map_err(shown)?, None)
}

/// Everything is sent before the first answer is read.
pub(super) async fn half_duplex(mut client: Client) -> Checked {
    let requests: Vec<_> = (0..10).map(said).collect();
    let mut answers = client.converse(stream::iter(requests)).await.map_err(shown)?.into_inner();
    for round in 0..10 {
        let answer = answers.message().await.map_err(shown)?.ok_or("it has ended")?;
        equal(answer.text, said(round).text)?;
    }
    equal(answers.message().await.map_err(shown)?.map(|goodbye| goodbye.closed), Some(true))?;
    equal(answers.message().await.map_err(shown)?, None)
}

fn said(round: u32) -> ConverseRequest {
    ConverseRequest { text: format!("round {round}"), ..Default::default() }
}
