//! Calls that do not end well, by one side's wish or the other's.

use std::time::Duration;

use futures::channel::mpsc;
use futures::stream::{self, StreamExt};
use prost::Message;
use tonic::{Code, IntoRequest, Status};

use super::{Checked, Client, equal, shown, watch};
use crate::proto::{
    ConverseRequest, CountRequest, FailDetail, FailRequest, Progress, SleepRequest, SumRequest, UnwrittenRequest,
};
use crate::server::RECEIVE_LIMIT;
use crate::tonic_proto::Rich;

/// What a trailer has to escape.
const MESSAGE: &str = "no: 100% größer\n🦀";

fn asked() -> FailRequest {
    let detail = FailDetail { reason: "because".to_owned(), data: vec![0, 255] };
    FailRequest { code: 9, message: MESSAGE.to_owned(), details: vec![detail.clone(), detail] }
}

/// The error that was asked for.
fn is_asked(status: &Status) -> Checked {
    equal((status.code(), status.message()), (Code::FailedPrecondition, MESSAGE))?;
    let rich = Rich::decode(status.details()).map_err(|error| error.to_string())?;
    for detail in &rich.details {
        equal(detail.type_url.rsplit('/').next(), Some("interop.v1.FailDetail"))?;
    }
    let details = rich.details.iter().map(|detail| FailDetail::decode(&detail.value[..]));
    equal(details.collect(), Ok(asked().details))
}

pub(super) async fn details(mut client: Client) -> Checked {
    is_asked(&client.fail(asked()).await.err().ok_or("it has not failed")?)
}

pub(super) async fn after_messages(mut client: Client) -> Checked {
    let request = CountRequest { up_to: 2, failure: Some(asked()), ..Default::default() };
    let mut numbers = client.count(request).await.map_err(shown)?.into_inner();
    for number in 1..=2 {
        equal(numbers.message().await.map_err(shown)?.map(|message| message.number), Some(number))?;
    }
    is_asked(&numbers.message().await.err().ok_or("it has not failed")?)
}

pub(super) async fn in_bidi(mut client: Client) -> Checked {
    let (sender, requests) = mpsc::unbounded();
    let mut answers = client.converse(requests).await.map_err(shown)?.into_inner();
    let request = ConverseRequest { failure: Some(asked()), ..Default::default() };
    sender.unbounded_send(request).map_err(|error| error.to_string())?;
    is_asked(&answers.message().await.err().ok_or("it has not failed")?)
}

pub(super) async fn over_the_limit(mut client: Client) -> Checked {
    let request = SleepRequest { data: vec![0; RECEIVE_LIMIT as usize], ..Default::default() };
    let status = client.sleep(request).await.err().ok_or("it has not failed")?;
    equal(status.code(), Code::ResourceExhausted)
}

pub(super) async fn unimplemented(mut client: Client) -> Checked {
    let status = client.unwritten(UnwrittenRequest {}).await.err().ok_or("it has not failed")?;
    equal(status.code(), Code::Unimplemented)
}

pub(super) async fn deadline(mut client: Client) -> Checked {
    let call = name();
    let mut request = SleepRequest { milliseconds: 600_000, call: call.clone(), ..Default::default() }.into_request();
    request.set_timeout(Duration::from_secs(1));
    let status = client.sleep(request).await.err().ok_or("it has not failed")?;
    // Its own timer may be the first: that is `Cancelled` to this client.
    if !matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled) {
        return Err(shown(status));
    }
    watch(client, &call, Progress::Dropped).await
}

pub(super) async fn cancelled(client: Client) -> Checked {
    let call = name();
    let request = SleepRequest { milliseconds: 600_000, call: call.clone(), ..Default::default() };
    let mut sleeper = client.clone();
    let sleep = tokio::spawn(async move { sleeper.sleep(request).await });
    watch(client.clone(), &call, Progress::Running).await?;
    sleep.abort();
    watch(client, &call, Progress::Dropped).await
}

pub(super) async fn cancelled_stream(mut client: Client) -> Checked {
    let call = name();
    let request = CountRequest { up_to: 1, endless: true, call: call.clone(), ..Default::default() };
    let mut numbers = client.count(request).await.map_err(shown)?.into_inner();
    equal(numbers.message().await.map_err(shown)?.map(|message| message.number), Some(1))?;
    drop(numbers);
    watch(client, &call, Progress::Dropped).await
}

/// The part of an upload must not look like all of it.
pub(super) async fn cancelled_upload(client: Client) -> Checked {
    let call = name();
    let first = SumRequest { call: call.clone(), ..Default::default() };
    let numbers = stream::iter([first]).chain(stream::pending());
    let mut uploader = client.clone();
    let upload = tokio::spawn(async move { uploader.sum(numbers).await });
    watch(client.clone(), &call, Progress::Running).await?;
    upload.abort();
    watch(client, &call, Progress::Dropped).await
}

/// A name for a call that no other has.
fn name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("tonic-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
