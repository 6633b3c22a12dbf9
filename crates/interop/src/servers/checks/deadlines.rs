//! Timeouts.

use std::time::{Duration, Instant};

use tower_connect::client::CallOptions;
use tower_connect::{Code, Error, Messages, Request};

use crate::check::{Checked, PATIENCE, equal};
use crate::proto::{ConverseRequest, CountRequest, EchoRequest, Progress, SleepRequest, SumRequest};
use crate::servers::caller::{Caller, FOREVER, failed, shown};

/// Long enough for a call to reach the server on a machine that is busy.
const TIMEOUT: Duration = Duration::from_secs(1);

pub(super) async fn seen(caller: &Caller) -> Checked {
    let request = Request::new(EchoRequest::default()).with_options(CallOptions::new().timeout(PATIENCE));
    let answer = caller.client.echo(request).await.map_err(shown)?.into_message();
    let seen = answer.seen.unwrap_or_default().timeout_ms.map(|timeout| u128::from(timeout.unsigned_abs()));
    match seen {
        Some(1..) if seen <= Some(PATIENCE.as_millis()) && seen > Some(PATIENCE.as_millis() / 2) => Ok(()),
        _ => Err(format!("the server has seen {seen:?} ms")),
    }
}

pub(super) async fn unary(caller: &Caller) -> Checked {
    let call = caller.name();
    let start = Instant::now();
    let request = SleepRequest { milliseconds: FOREVER, call: call.clone(), ..Default::default() };
    in_time(start, &failed(caller.client.sleep(limited(request)).await)?)?;
    caller.comes_to(&call, Progress::Dropped).await
}

pub(super) async fn server_stream(caller: &Caller) -> Checked {
    let call = caller.name();
    let start = Instant::now();
    let request = CountRequest { up_to: 1, endless: true, call: call.clone(), ..Default::default() };
    let mut numbers = caller.client.count(limited(request)).await.map_err(shown)?.into_message();
    equal(numbers.message().await.map_err(shown)?.map(|message| message.number), Some(1))?;
    in_time(start, &failed(numbers.message().await)?)?;
    caller.comes_to(&call, Progress::Dropped).await
}

pub(super) async fn client_stream(caller: &Caller) -> Checked {
    let call = caller.name();
    let start = Instant::now();
    let (sender, numbers) = Messages::channel(1);
    sender.send(SumRequest { call: call.clone(), ..Default::default() }).await.map_err(shown)?;
    in_time(start, &failed(caller.client.sum(limited(numbers)).await)?)?;
    caller.breaks_off(&call).await?;
    // It has been open all the time.
    drop(sender);
    Ok(())
}

pub(super) async fn bidi(caller: &Caller) -> Checked {
    let call = caller.name();
    let start = Instant::now();
    let (sender, requests) = Messages::channel(1);
    let request = ConverseRequest { endless: true, call: call.clone(), ..Default::default() };
    sender.send(request).await.map_err(shown)?;
    let mut answers = caller.client.converse(limited(requests)).await.map_err(shown)?.into_message();
    equal(answers.message().await.map_err(shown)?.map(|answer| answer.closed), Some(false))?;
    in_time(start, &failed(answers.message().await)?)?;
    caller.comes_to(&call, Progress::Dropped).await?;
    drop(sender);
    Ok(())
}

/// Nobody is there, and none comes.
pub(super) async fn wait_for_ready(caller: &Caller) -> Checked {
    let start = Instant::now();
    let options = CallOptions::new().timeout(TIMEOUT).wait_for_ready(true);
    let request = Request::new(EchoRequest::default()).with_options(options);
    in_time(start, &failed(caller.absent.echo(request).await)?)
}

fn limited<T>(message: T) -> Request<T> {
    Request::new(message).with_options(CallOptions::new().timeout(TIMEOUT))
}

/// Neither before its time nor long after it.
fn in_time(start: Instant, error: &Error) -> Checked {
    equal(error.code(), Code::DeadlineExceeded).map_err(|why| format!("{why}: {error}"))?;
    let took = start.elapsed();
    if took > TIMEOUT * 9 / 10 && took < TIMEOUT * 10 { Ok(()) } else { Err(format!("it has taken {took:?}")) }
}
