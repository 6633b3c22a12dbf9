//! Servers that cannot be called.

use tower_connect::error::{Origin, Retry};
use tower_connect::{Code, Error, Messages};

use crate::check::{Checked, equal};
use crate::proto::{EchoRequest, SumRequest};
use crate::servers::caller::{Caller, failed, shown};

pub(super) async fn port(caller: &Caller) -> Checked {
    was_not_sent(&failed(caller.absent.echo(EchoRequest::default()).await)?)
}

pub(super) async fn port_for_client_stream(caller: &Caller) -> Checked {
    let (sender, numbers) = Messages::channel(1);
    sender.send(SumRequest::default()).await.map_err(shown)?;
    was_not_sent(&failed(caller.absent.sum(numbers).await)?)?;
    let error = failed(sender.send(SumRequest::default()).await)?;
    equal(error.code(), Code::Unavailable)
}

pub(super) async fn trust(caller: &Caller) -> Checked {
    was_not_sent(&failed(caller.untrusting.echo(EchoRequest::default()).await)?)
}

fn was_not_sent(error: &Error) -> Checked {
    let found = (error.code(), error.origin(), error.retry());
    equal(found, (Code::Unavailable, Origin::Transport, Some(Retry::NeverSent)))
}
