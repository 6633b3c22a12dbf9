//! Calls that their caller gives up: the server sees it.

use tower_connect::{Code, Error, Messages};

use crate::check::{Checked, equal};
use crate::proto::{ConverseRequest, CountRequest, Progress, SleepRequest, SumRequest};
use crate::servers::caller::{Caller, FOREVER, failed, shown};

pub(super) async fn unary(caller: &Caller) -> Checked {
    let (call, client) = (caller.name(), caller.client.clone());
    let request = SleepRequest { milliseconds: FOREVER, call: call.clone(), ..Default::default() };
    let sleep = tokio::spawn(async move { client.sleep(request).await });
    caller.comes_to(&call, Progress::Running).await?;
    sleep.abort();
    caller.comes_to(&call, Progress::Dropped).await
}

pub(super) async fn server_stream(caller: &Caller) -> Checked {
    let call = caller.name();
    let request = CountRequest { up_to: 1, endless: true, call: call.clone(), ..Default::default() };
    let mut numbers = caller.client.count(request).await.map_err(shown)?.into_message();
    equal(numbers.message().await.map_err(shown)?.map(|message| message.number), Some(1))?;
    drop(numbers);
    caller.comes_to(&call, Progress::Dropped).await
}

/// Some servers send it with the first message only, which does not come here.
pub(super) async fn server_stream_without_head(caller: &Caller) -> Checked {
    let (call, client) = (caller.name(), caller.client.clone());
    let request = CountRequest { endless: true, call: call.clone(), ..Default::default() };
    let count = tokio::spawn(async move { client.count(request).await });
    caller.comes_to(&call, Progress::Running).await?;
    count.abort();
    drop(count.await);
    caller.comes_to(&call, Progress::Dropped).await
}

/// The part of an upload must not look like all of it.
pub(super) async fn client_stream(caller: &Caller) -> Checked {
    let (call, client) = (caller.name(), caller.client.clone());
    let (sender, numbers) = Messages::channel(1);
    sender.send(SumRequest { call: call.clone(), ..Default::default() }).await.map_err(shown)?;
    let upload = tokio::spawn(async move { client.sum(numbers).await });
    caller.comes_to(&call, Progress::Running).await?;
    upload.abort();
    caller.breaks_off(&call).await?;
    drop(sender);
    Ok(())
}

/// Nor must one that ends with an error of the caller's own.
pub(super) async fn failed_client_stream(caller: &Caller) -> Checked {
    let (call, client) = (caller.name(), caller.client.clone());
    let (sender, numbers) = Messages::channel(1);
    sender.send(SumRequest { call: call.clone(), ..Default::default() }).await.map_err(shown)?;
    let upload = tokio::spawn(async move { client.sum(numbers).await });
    caller.comes_to(&call, Progress::Running).await?;
    sender.fail(Error::new(Code::DataLoss, "there is no more")).await.map_err(shown)?;
    let error = failed(upload.await.map_err(|error| error.to_string())?)?;
    equal((error.code(), error.message()), (Code::DataLoss, "there is no more"))?;
    caller.breaks_off(&call).await
}

pub(super) async fn bidi(caller: &Caller) -> Checked {
    let call = caller.name();
    let (sender, requests) = Messages::channel(1);
    let request = ConverseRequest { endless: true, call: call.clone(), ..Default::default() };
    sender.send(request).await.map_err(shown)?;
    let mut answers = caller.client.converse(requests).await.map_err(shown)?.into_message();
    equal(answers.message().await.map_err(shown)?.map(|answer| answer.closed), Some(false))?;
    drop(answers);
    caller.comes_to(&call, Progress::Dropped).await?;
    drop(sender);
    Ok(())
}
