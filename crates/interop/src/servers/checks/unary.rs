//! One message each way.

use futures::future;
use tower_connect::client::CallOptions;
use tower_connect::{Protocol, Request};

use crate::check::{Checked, equal};
use crate::proto::{EchoRequest, EchoResponse, LookRequest, LookResponse, Seen};
use crate::servers::caller::{Caller, shown};

/// What every encoding has to escape.
const TEXT: &str = "größer als 100 % 🦀\0\n";

pub(super) async fn unary(caller: &Caller) -> Checked {
    let request = EchoRequest { text: TEXT.to_owned(), data: vec![0, 255] };
    let answer = caller.client.echo(request.clone()).await.map_err(shown)?.into_message();
    let EchoRequest { text, data } = request;
    equal(answer, EchoResponse { text, data, seen: Some(seen(caller, false)) })?;
    equal(caller.wire.seen().version, caller.setup.version())
}

pub(super) async fn look(caller: &Caller) -> Checked {
    let answer = caller.client.look(LookRequest { text: TEXT.to_owned() }).await.map_err(shown)?;
    let seen = seen(caller, caller.setup.protocol == Protocol::Connect);
    equal(answer.into_message(), LookResponse { text: TEXT.to_owned(), seen: Some(seen) })
}

pub(super) async fn look_by_post(caller: &Caller) -> Checked {
    let request = Request::new(LookRequest { text: TEXT.to_owned() });
    let answer = caller.client.look(request.with_options(CallOptions::new().http_get(false))).await.map_err(shown)?;
    equal(answer.into_message(), LookResponse { text: TEXT.to_owned(), seen: Some(seen(caller, false)) })
}

/// Larger than the windows of HTTP/2, and as base64 still within the server's limit.
pub(super) async fn large(caller: &Caller) -> Checked {
    let data: Vec<u8> = (0..=250).cycle().take(720_000).collect();
    let answer = caller.client.echo(EchoRequest { data: data.clone(), ..Default::default() }).await.map_err(shown)?;
    if answer.message().data == data { Ok(()) } else { Err("other bytes have come back".to_owned()) }
}

pub(super) async fn at_once(caller: &Caller) -> Checked {
    let texts: Vec<_> = (0..100).map(|number| format!("number {number}")).collect();
    let calls = texts.iter().map(|text| caller.client.echo(EchoRequest { text: text.clone(), ..Default::default() }));
    let answers = future::try_join_all(calls).await.map_err(shown)?;
    equal(answers.into_iter().map(|answer| answer.into_message().text).collect(), texts)
}

pub(super) async fn compression(caller: &Caller) -> Checked {
    caller.client.echo(EchoRequest { data: vec![0; 65536], ..Default::default() }).await.map_err(shown)?;
    let expected = caller.setup.gzip.then(|| "gzip".to_owned());
    let seen = caller.wire.seen();
    equal((seen.sent, seen.came), (expected.clone(), expected))
}

/// What the server has to see of a call without a deadline and without metadata.
fn seen(caller: &Caller, get: bool) -> Seen {
    let (protocol, codec) = (caller.setup.protocol.as_str(), caller.setup.codec.as_str());
    Seen { protocol: protocol.to_owned(), codec: codec.to_owned(), get, ..Default::default() }
}
