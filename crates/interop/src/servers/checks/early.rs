//! Calls that the server ends while the caller still sends.

use std::convert::Infallible;

use tower_connect::{Error, Messages, Sender};

use super::{errors, limits};
use crate::check::{Checked, equal};
use crate::proto::{ConverseRequest, SumRequest};
use crate::server::RECEIVE_LIMIT;
use crate::servers::caller::{Caller, failed, shown};

pub(super) async fn client_stream(caller: &Caller) -> Checked {
    let (sender, numbers) = Messages::channel(1);
    let sending = async move {
        let large = SumRequest { data: vec![0; RECEIVE_LIMIT as usize], ..Default::default() };
        match sender.send(large).await {
            Ok(()) => send_on(&sender).await,
            Err(error) => error,
        }
    };
    let (answer, error) = tokio::join!(caller.client.sum(numbers), sending);
    equal((failed(answer)?.code(), error.code()), (limits::refusal(caller), limits::refusal(caller)))
}

pub(super) async fn bidi(caller: &Caller) -> Checked {
    let (sender, requests) = Messages::channel(1);
    sender.send(ConverseRequest::default()).await.map_err(shown)?;
    let mut answers = caller.client.converse(requests).await.map_err(shown)?.into_message();
    equal(answers.message().await.map_err(shown)?.map(|answer| answer.closed), Some(false))?;
    let request = ConverseRequest { failure: Some(errors::asked()), ..Default::default() };
    sender.send(request).await.map_err(shown)?;
    errors::is_asked(&failed(answers.message().await)?)?;
    errors::is_asked(&send_on(&sender).await)
}

/// What is sent is lost at first; then the sender knows why.
async fn send_on<T: Default>(sender: &Sender<T>) -> Error {
    let forever = async {
        loop {
            sender.send(T::default()).await?;
            tokio::task::yield_now().await;
        }
    };
    let ended: Result<Infallible, Error> = forever.await;
    let Err(error) = ended;
    error
}
