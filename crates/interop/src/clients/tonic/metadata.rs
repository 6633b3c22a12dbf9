//! Metadata, to the server and back.

use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{IntoRequest, Request};

use super::{Checked, Client, equal, shown};
use crate::proto::{CountRequest, EchoRequest, FailRequest};

const BINARY: [&[u8]; 2] = [b"\x00\xff\xfe", b""];

pub(super) async fn unary(mut client: Client) -> Checked {
    let answer = client.echo(with_metadata(EchoRequest::default())).await.map_err(shown)?;
    // Trailers follow the headers in one map.
    came(answer.metadata(), "")?;
    came(answer.metadata(), "t-")?;
    let seen = answer.into_inner().seen.unwrap_or_default();
    equal(seen.binary, BINARY.map(Vec::from).to_vec())
}

pub(super) async fn stream(mut client: Client) -> Checked {
    let request = CountRequest { up_to: 1, ..Default::default() };
    let answer = client.count(with_metadata(request)).await.map_err(shown)?;
    came(answer.metadata(), "")?;
    let mut numbers = answer.into_inner();
    while numbers.message().await.map_err(shown)?.is_some() {}
    came(&numbers.trailers().await.map_err(shown)?.ok_or("there are no trailers")?, "t-")
}

pub(super) async fn error(mut client: Client) -> Checked {
    let request = FailRequest { code: 5, ..Default::default() };
    let status = client.fail(with_metadata(request)).await.err().ok_or("it has not failed")?;
    came(status.metadata(), "")?;
    came(status.metadata(), "t-")
}

fn with_metadata<T>(message: T) -> Request<T> {
    let mut request = message.into_request();
    let metadata = request.metadata_mut();
    for value in ["one", "two"] {
        metadata.append("x-plain", MetadataValue::from_static(value));
    }
    for value in BINARY {
        metadata.append_bin("x-data-bin", MetadataValue::from_bytes(value));
    }
    request
}

fn came(metadata: &MetadataMap, prefix: &str) -> Checked {
    let plain = metadata.get_all(format!("{prefix}x-plain"));
    equal(plain.iter().map(MetadataValue::as_bytes).collect::<Vec<_>>(), vec![b"one", b"two"])?;
    let binary = metadata.get_all_bin(format!("{prefix}x-data-bin"));
    let binary = binary.iter().map(|value| value.to_bytes().map_err(|error| error.to_string()));
    equal(binary.collect::<Result<Vec<_>, _>>()?, BINARY.map(Into::into).to_vec())
}
