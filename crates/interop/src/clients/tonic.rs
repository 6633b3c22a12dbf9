//! tonic, with the client that it generates from the schema.

mod errors;
mod metadata;
mod streams;

use tonic::Request;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataValue;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tower_connect::BoxError;

use crate::check::{Checked, PATIENCE, equal};
use crate::proto::{EchoRequest, Progress, WatchRequest};
use crate::report::Report;
use crate::server::Server;
use crate::tonic_proto::interop_service_client::InteropServiceClient;

const NAME: &str = "tonic";
const PROTOCOL: &str = "gRPC";

type Client = InteropServiceClient<Channel>;

pub(super) async fn run(server: &Server, report: &mut Report) -> Result<(), BoxError> {
    report.expect(NAME, PROTOCOL);
    let certificate = Certificate::from_pem(std::fs::read(&server.certificate)?);
    let plain = Endpoint::from_shared(format!("http://{}", server.plain))?;
    let tls = Endpoint::from_shared(format!("https://{}", server.tls))?;
    let tls = tls.tls_config(ClientTlsConfig::new().ca_certificate(certificate))?;
    for (port, endpoint) in [("plain", plain), ("TLS", tls)] {
        let client = InteropServiceClient::new(endpoint.connect().await?);
        let gzip = client.clone();
        let gzip = gzip.send_compressed(CompressionEncoding::Gzip).accept_compressed(CompressionEncoding::Gzip);
        check_all(port, &client, report).await;
        check_all(&format!("{port}, gzip"), &gzip, report).await;
        report.check(NAME, PROTOCOL, &format!("{port}, gzip: compressed answer"), compressed(gzip).await);
    }
    Ok(())
}

async fn check_all(variant: &str, client: &Client, report: &mut Report) {
    macro_rules! check {
        ($($name:literal: $check:path,)*) => {$(
            let checked = tokio::time::timeout(PATIENCE, $check(client.clone())).await;
            let checked = checked.unwrap_or_else(|_| Err(format!("no end after {PATIENCE:?}")));
            report.check(NAME, PROTOCOL, &format!("{variant}: {}", $name), checked);
        )*};
    }
    check! {
        "unary": unary,
        "large messages": large,
        "server stream": streams::server_stream,
        "client stream": streams::client_stream,
        "bidi stream, full duplex": streams::full_duplex,
        "bidi stream, half duplex": streams::half_duplex,
        "metadata of unary calls": metadata::unary,
        "metadata of streams": metadata::stream,
        "metadata of errors": metadata::error,
        "error with details": errors::details,
        "error after messages": errors::after_messages,
        "error while the caller still sends": errors::in_bidi,
        "message over the limit": errors::over_the_limit,
        "procedure without a handler": errors::unimplemented,
        "deadline": errors::deadline,
        "cancelled unary call": errors::cancelled,
        "cancelled server stream": errors::cancelled_stream,
        "cancelled client stream": errors::cancelled_upload,
    }
}

async fn unary(mut client: Client) -> Checked {
    let sent = EchoRequest { text: "größer als 100 % 🦀".to_owned(), data: vec![0, 255] };
    let mut request = Request::new(sent.clone());
    request.set_timeout(PATIENCE);
    let answer = client.echo(request).await.map_err(shown)?.into_inner();
    equal((&answer.text, &answer.data), (&sent.text, &sent.data))?;
    let seen = answer.seen.ok_or("nothing is seen")?;
    equal((seen.protocol.as_str(), seen.codec.as_str(), seen.get), ("grpc", "proto", false))?;
    let timeout = seen.timeout_ms.unwrap_or_default();
    if timeout > 0 && u128::from(timeout.unsigned_abs()) <= PATIENCE.as_millis() {
        Ok(())
    } else {
        Err(format!("the server has seen a timeout of {timeout} ms"))
    }
}

/// As large as they may be, and larger than all windows.
async fn large(mut client: Client) -> Checked {
    let data: Vec<u8> = (0..=250).cycle().take(1_000_000).collect();
    let answer = client.echo(EchoRequest { data: data.clone(), ..Default::default() }).await.map_err(shown)?;
    if answer.into_inner().data == data { Ok(()) } else { Err("other bytes have come back".to_owned()) }
}

async fn compressed(mut client: Client) -> Checked {
    let answer = client.echo(EchoRequest { data: vec![0; 65536], ..Default::default() }).await.map_err(shown)?;
    equal(answer.metadata().get("grpc-encoding").map(MetadataValue::as_bytes), Some(b"gzip"))
}

/// Waits until another call has come as far as that.
async fn watch(mut client: Client, call: &str, until: Progress) -> Checked {
    let request = WatchRequest { call: call.to_owned(), until: until.into() };
    let answer = client.watch(request).await.map_err(shown)?;
    equal(answer.into_inner().progress(), until)
}

#[allow(clippy::needless_pass_by_value, reason = "`map_err` passes it so")]
fn shown(status: tonic::Status) -> String {
    status.to_string()
}
