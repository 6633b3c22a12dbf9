//! The procedures that send one message after the other.

use tower_connect::{Result, Sender, Streaming};

use super::calls::{Calls, Running};
use super::echo::Echoed;
use super::failure;
use crate::proto::{ConverseRequest, ConverseResponse, CountRequest, CountResponse};

/// The numbers, and the end that the request asks for.
pub(super) async fn count(
    request: CountRequest,
    sender: Sender<CountResponse>,
    echoed: Echoed,
    running: Running,
) -> Result<()> {
    for number in 1..=request.up_to {
        sender.send(CountResponse { number }).await?;
    }
    if request.endless {
        sender.closed().await;
        return Ok(());
    }
    match request.failure {
        // The headers are gone already.
        Some(failed) => sender.fail(failure(failed).with_trailers(echoed.trailers)).await?,
        None => sender.finish(echoed.trailers).await?,
    }
    running.finish();
    Ok(())
}

/// An answer to each message as it comes.
pub(super) async fn converse(
    mut requests: Streaming<ConverseRequest>,
    sender: Sender<ConverseResponse>,
    echoed: Echoed,
    calls: Calls,
) -> Result<()> {
    let mut running = None;
    loop {
        let request = tokio::select! {
            request = requests.message() => request,
            () = sender.closed() => return Ok(()),
        };
        match request {
            Ok(Some(ConverseRequest { failure: Some(failed), .. })) => {
                return sender.fail(failure(failed).with_trailers(echoed.trailers)).await;
            }
            Ok(Some(ConverseRequest { text, failure: None, endless, call })) => {
                running.get_or_insert_with(|| calls.start(call));
                sender.send(ConverseResponse { text, closed: false }).await?;
                if endless {
                    sender.closed().await;
                    return Ok(());
                }
            }
            Ok(None) => break,
            Err(error) => return sender.fail(error).await,
        }
    }
    sender.send(ConverseResponse { text: "goodbye".to_owned(), closed: true }).await?;
    sender.finish(echoed.trailers).await?;
    running.into_iter().for_each(Running::finish);
    Ok(())
}
