//! grpcurl, with the schema from its file.

use std::path::Path;

use serde_json::Value;
use tools::Go;
use tower_connect::{BoxError, Code};

use super::case::{self, Case, Failure};
use super::command::{self, Printed, SCHEMA};
use crate::report::Report;
use crate::server::Server;

const GRPCURL: Go = Go::new("github.com/fullstorydev/grpcurl/cmd/grpcurl", "v1.9.3");
const NAME: &str = "grpcurl";
const PROTOCOL: &str = "gRPC";

pub(super) async fn run(server: &Server, report: &mut Report) -> Result<(), BoxError> {
    report.expect(NAME, PROTOCOL);
    let program = GRPCURL.install()?;
    let certificate = server.certificate.path().to_string_lossy();
    let plain = (server.plain.to_string(), vec!["-plaintext"], "plain");
    let tls = (server.tls.to_string(), vec!["-cacert", &certificate], "TLS");
    for (address, transport, port) in [plain, tls] {
        let caller = Caller { program: &program, transport, address: &address };
        for case in case::all("grpc", "proto") {
            let result = caller.call(&case).await;
            report.check(NAME, PROTOCOL, &format!("{port}: {}", case.name), result);
        }
        report.check(NAME, PROTOCOL, &format!("{port}: metadata"), caller.metadata().await);
    }
    Ok(())
}

struct Caller<'a> {
    program: &'a Path,
    transport: Vec<&'a str>,
    address: &'a str,
}

impl Caller<'_> {
    async fn call(&self, case: &Case) -> Result<(), String> {
        let mut options = vec!["-format-error"];
        if let Some(timeout) = case.timeout {
            options.extend(["-max-time", timeout]);
        }
        let request: String = case.request.iter().map(Value::to_string).collect();
        let printed = self.run(&options, case.procedure, &request).await?;
        let failure = if printed.success { None } else { Some(failure(&printed.stderr)?) };
        case.compare(&command::values(&printed.stdout)?, failure)
    }

    /// It takes and shows binary metadata as base64.
    async fn metadata(&self) -> Result<(), String> {
        let options = ["-v", "-H", "x-plain: one", "-H", "x-plain: two", "-H", "x-data-bin: AP8="];
        let Printed { stdout, stderr, .. } = self.run(&options, "InteropService/Echo", "{}").await?;
        let (headers, trailers) = stdout.split_once("Response contents:").ok_or(stderr)?;
        for (place, prefix) in [(headers, ""), (trailers, "t-")] {
            for line in ["x-plain: one", "x-plain: two", "x-data-bin: AP8="] {
                let line = format!("{prefix}{line}");
                if !place.lines().any(|found| found == line) {
                    return Err(format!("there is no {line:?} in {stdout}"));
                }
            }
        }
        Ok(())
    }

    async fn run(&self, options: &[&str], procedure: &str, request: &str) -> Result<Printed, String> {
        let procedure = format!("interop.v1.{procedure}");
        let schema = ["-import-path", SCHEMA, "-proto", "interop/v1/interop.proto", "-d", "@"];
        let args = [&self.transport, options, &schema, &[self.address, &procedure]].concat();
        command::run(self.program, &args, request).await
    }
}

/// A `google.rpc.Status` as JSON.
fn failure(stderr: &str) -> Result<Failure, String> {
    let shown = command::values(stderr)?.into_iter().next().ok_or("there is no error")?;
    let code = shown["code"].as_u64().and_then(|code| Code::from_grpc_status(code.try_into().ok()?));
    let details = shown["details"].as_array().into_iter().flatten().map(|detail| {
        let mut fields = detail.clone();
        let url = fields.as_object_mut().and_then(|fields| fields.remove("@type")).unwrap_or_default();
        let name = url.as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        let message = serde_json::from_value(fields).map_err(|error| format!("{error} in {detail}"))?;
        Ok((name.to_owned(), message))
    });
    let details = details.collect::<Result<_, String>>()?;
    Ok(Failure { code, message: shown["message"].as_str().map(str::to_owned), details })
}
