//! `buf curl`, with the schema from its folder.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use prost::Message;
use serde_json::Value;
use tower_connect::{BoxError, Code};

use super::case::{self, Case, Failure};
use super::command::{self, Printed, SCHEMA};
use crate::go::BUF;
use crate::proto::FailDetail;
use crate::report::Report;
use crate::server::Server;

const NAME: &str = "buf curl";

pub(super) async fn run(server: &Server, report: &mut Report) -> Result<(), BoxError> {
    let protocols = [("Connect", "connect", "connect"), ("gRPC", "grpc", "grpc"), ("gRPC-Web", "grpcweb", "grpc-web")];
    for (protocol, ..) in protocols {
        report.expect(NAME, protocol);
    }
    let program = BUF.install()?;
    let url = format!("http://{}", server.plain);
    for (protocol, option, seen) in protocols {
        for (http, version) in [("HTTP/1.1", None), ("HTTP/2", Some("--http2-prior-knowledge"))] {
            // gRPC is not spoken on HTTP/1.1: this client would choose HTTP/2 by itself.
            if option == "grpc" && version.is_none() {
                continue;
            }
            let caller = Caller { program: &program, protocol: option, version, url: &url };
            for case in case::all(seen, "proto") {
                let result = caller.call(&case).await;
                report.check(NAME, protocol, &format!("{http}: {}", case.name), result);
            }
            report.check(NAME, protocol, &format!("{http}: metadata"), caller.metadata().await);
        }
    }
    Ok(())
}

struct Caller<'a> {
    program: &'a Path,
    protocol: &'a str,
    version: Option<&'a str>,
    url: &'a str,
}

impl Caller<'_> {
    async fn call(&self, case: &Case) -> Result<(), String> {
        let timeout = case.timeout.map(|seconds| format!("--timeout={seconds}s"));
        let request: String = case.request.iter().map(Value::to_string).collect();
        let options: Vec<_> = timeout.iter().map(String::as_str).collect();
        let printed = self.run(&options, case.procedure, &request).await?;
        let failure = if printed.success { None } else { Some(failure(&printed.stderr)?) };
        case.compare(&command::values(&printed.stdout)?, failure)
    }

    async fn metadata(&self) -> Result<(), String> {
        let options = ["-v", "-H", "x-plain: one", "-H", "x-plain: two", "-H", "x-data-bin: AP8"];
        let Printed { stderr, .. } = self.run(&options, "InteropService/Echo", "{}").await?;
        let shown = stderr.to_lowercase();
        for line in ["x-plain: one", "x-plain: two", "x-data-bin: ap8"] {
            let header = format!("< (#1) {line}");
            // It does not show the trailers of gRPC-Web, which lie in the body; in unary calls of Connect they are headers with a prefix.
            let trailer = (self.protocol != "grpcweb").then(|| format!("t-{line}"));
            for line in [Some(header), trailer].into_iter().flatten() {
                if !shown.lines().any(|found| found.ends_with(&line)) {
                    return Err(format!("there is no {line:?} in {stderr}"));
                }
            }
        }
        Ok(())
    }

    async fn run(&self, options: &[&str], procedure: &str, request: &str) -> Result<Printed, String> {
        let url = format!("{}/interop.v1.{procedure}", self.url);
        let fixed = ["curl", "--schema", SCHEMA, "--protocol", self.protocol, "--data", "@-"];
        let args = [&fixed, self.version.as_slice(), options, &[&url]].concat();
        command::run(self.program, &args, request).await
    }
}

/// Connect's JSON of an error, whatever the protocol is.
fn failure(stderr: &str) -> Result<Failure, String> {
    let shown = command::values(stderr)?.into_iter().next().ok_or("there is no error")?;
    let code = Code::all().find(|code| Some(code.as_str()) == shown["code"].as_str());
    let details = shown["details"].as_array().into_iter().flatten().map(|detail| {
        let text = |name| detail[name].as_str().unwrap_or_default();
        let value = BASE64_STANDARD_NO_PAD.decode(text("value")).map_err(|error| format!("{error} in {detail}"))?;
        let message = FailDetail::decode(&value[..]).map_err(|error| format!("{error} in {detail}"))?;
        Ok((text("type").to_owned(), message))
    });
    let details = details.collect::<Result<_, String>>()?;
    Ok(Failure { code, message: shown["message"].as_str().map(str::to_owned), details })
}
