//! Metadata, to the server and back.

use http::{HeaderMap, HeaderValue};
use tower_connect::{Messages, Request, metadata};

use crate::check::{Checked, equal};
use crate::proto::{ConverseRequest, CountRequest, EchoRequest, FailRequest, SumRequest};
use crate::servers::Server;
use crate::servers::caller::{Caller, failed, shown};

const PLAIN: [&str; 2] = ["one", "two, three"];
const BINARY: [&[u8]; 3] = [b"\x00\xff\xfe", b"", b"four"];

pub(super) async fn unary(caller: &Caller) -> Checked {
    let answer = caller.client.echo(with_metadata(EchoRequest::default())).await.map_err(shown)?;
    let seen = answer.message().seen.clone().unwrap_or_default();
    equal(seen.binary, BINARY.map(Vec::from).to_vec())?;
    came(answer.metadata(), "")?;
    trailers(caller, answer.trailers())
}

pub(super) async fn server_stream(caller: &Caller) -> Checked {
    let request = CountRequest { up_to: 1, ..Default::default() };
    let answer = caller.client.count(with_metadata(request)).await.map_err(shown)?;
    came(answer.metadata(), "")?;
    let mut numbers = answer.into_message();
    while numbers.message().await.map_err(shown)?.is_some() {}
    trailers(caller, numbers.trailers().ok_or("there are no trailers")?)
}

pub(super) async fn client_stream(caller: &Caller) -> Checked {
    let answer = caller.client.sum(with_metadata(Messages::from_iter([SumRequest::default()]))).await.map_err(shown)?;
    came(answer.metadata(), "")?;
    trailers(caller, answer.trailers())
}

pub(super) async fn bidi(caller: &Caller) -> Checked {
    let requests = Messages::from_iter([ConverseRequest::default()]);
    let answer = caller.client.converse(with_metadata(requests)).await.map_err(shown)?;
    came(answer.metadata(), "")?;
    let mut answers = answer.into_message();
    while answers.message().await.map_err(shown)?.is_some() {}
    trailers(caller, answers.trailers().ok_or("there are no trailers")?)
}

pub(super) async fn error(caller: &Caller) -> Checked {
    let request = FailRequest { code: 9, ..Default::default() };
    let error = failed(caller.client.fail(with_metadata(request)).await)?;
    if caller.setup.server == Server::Tonic {
        // It sends one block of headers for both.
        let mut both = error.metadata().clone();
        both.extend(error.trailers().clone());
        return came(&both, "").and_then(|()| came(&both, "t-"));
    }
    came(error.metadata(), "")?;
    came(error.trailers(), "t-")
}

pub(super) async fn stream_error(caller: &Caller) -> Checked {
    let failure = FailRequest { code: 9, ..Default::default() };
    let request = CountRequest { up_to: 1, failure: Some(failure), ..Default::default() };
    let answer = caller.client.count(with_metadata(request)).await.map_err(shown)?;
    came(answer.metadata(), "")?;
    let mut numbers = answer.into_message();
    equal(numbers.message().await.map_err(shown)?.map(|message| message.number), Some(1))?;
    came(failed(numbers.message().await)?.trailers(), "t-")
}

fn with_metadata<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    for value in PLAIN {
        request.metadata_mut().append("x-plain", HeaderValue::from_static(value));
    }
    for value in BINARY {
        request.metadata_mut().append("x-data-bin", metadata::encode_bin(value));
    }
    request
}

fn trailers(caller: &Caller, trailers: &HeaderMap) -> Checked {
    // It sends none with what goes well.
    if caller.setup.server == Server::Tonic { Ok(()) } else { came(trailers, "t-") }
}

/// All that was sent, with that before the names.
fn came(metadata: &HeaderMap, prefix: &str) -> Checked {
    let plain = metadata.get_all(format!("{prefix}x-plain"));
    equal(plain.iter().map(HeaderValue::as_bytes).collect(), PLAIN.map(str::as_bytes).to_vec())?;
    let binary = metadata::get_bin(metadata, &format!("{prefix}x-data-bin")).collect::<Result<Vec<_>, _>>();
    equal(binary.map_err(shown)?, BINARY.map(Into::into).to_vec())
}
