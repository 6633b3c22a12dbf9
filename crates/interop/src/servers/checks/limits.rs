//! Limits on messages.

use tower_connect::client::CallOptions;
use tower_connect::error::Origin;
use tower_connect::{Code, Messages, Request};

use crate::check::{Checked, equal};
use crate::proto::{ConverseRequest, EchoRequest, SleepRequest};
use crate::server::RECEIVE_LIMIT;
use crate::servers::Server;
use crate::servers::caller::{Caller, failed, shown};

const LIMIT: u32 = 1000;

/// More than any buffer on the way holds; compressed it is a bomb.
pub(super) async fn of_server(caller: &Caller) -> Checked {
    for size in [RECEIVE_LIMIT, 4 * RECEIVE_LIMIT] {
        let request = SleepRequest { data: vec![0; size as usize], ..Default::default() };
        let error = failed(caller.client.sleep(request).await)?;
        equal((error.code(), error.origin()), (refusal(caller), Origin::Remote))?;
    }
    works(caller).await
}

pub(super) async fn receive(caller: &Caller) -> Checked {
    let request = || Request::new(EchoRequest { data: vec![0; 2 * LIMIT as usize], ..Default::default() });
    let error = failed(caller.client.echo(request().with_options(CallOptions::new().receive_limit(LIMIT))).await)?;
    equal((error.code(), error.origin()), (Code::ResourceExhausted, Origin::Local))?;
    caller.client.echo(request()).await.map_err(shown)?;
    Ok(())
}

/// The limit is on each message: what has come before is delivered.
pub(super) async fn receive_in_stream(caller: &Caller) -> Checked {
    let said = |length: u32| ConverseRequest { text: "x".repeat(length as usize), ..Default::default() };
    let request = Request::new(Messages::from_iter([0, 2 * LIMIT].map(said)));
    let request = request.with_options(CallOptions::new().receive_limit(LIMIT));
    let mut answers = caller.client.converse(request).await.map_err(shown)?.into_message();
    equal(answers.message().await.map_err(shown)?.map(|answer| answer.closed), Some(false))?;
    let error = failed(answers.message().await)?;
    equal((error.code(), error.origin()), (Code::ResourceExhausted, Origin::Local))
}

pub(super) async fn send(caller: &Caller) -> Checked {
    let request = Request::new(EchoRequest { data: vec![0; 2 * LIMIT as usize], ..Default::default() });
    let error = failed(caller.client.echo(request.with_options(CallOptions::new().send_limit(LIMIT))).await)?;
    equal((error.code(), error.origin()), (Code::ResourceExhausted, Origin::Local))?;
    works(caller).await
}

/// The code that the server refuses large messages with.
pub(super) fn refusal(caller: &Caller) -> Code {
    match caller.setup.server {
        // Its limit on what is compressed has the usual code.
        Server::Tonic if !caller.setup.gzip => Code::OutOfRange,
        Server::ConnectGo | Server::GrpcGo | Server::Tonic => Code::ResourceExhausted,
    }
}

/// The next call is as good as any.
async fn works(caller: &Caller) -> Checked {
    caller.client.echo(EchoRequest::default()).await.map_err(shown)?;
    Ok(())
}
