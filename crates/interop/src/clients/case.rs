//! Calls that every command can make, and what has to come of them.

use std::slice;

use serde_json::{Value, json};
use tower_connect::Code;

use crate::proto::FailDetail;

/// A call and its outcome.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// As in `InteropService/Echo`.
    pub(super) procedure: &'static str,
    pub(super) request: Vec<Value>,
    /// Seconds until the caller gives up.
    pub(super) timeout: Option<&'static str>,
    pub(super) response: Vec<Value>,
    pub(super) failure: Option<Failure>,
}

/// An error as a client shows it.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) code: Option<Code>,
    /// Absent for those that clients word themselves.
    pub(super) message: Option<String>,
    /// The name of each detail's type, and the message.
    pub(super) details: Vec<(String, FailDetail)>,
}

impl Case {
    /// Compares with what has come.
    pub(super) fn compare(&self, response: &[Value], failure: Option<Failure>) -> Result<(), String> {
        if response != self.response {
            return Err(format!("the messages are {response:?}, not {:?}; {failure:?}", self.response));
        }
        let worded = self.failure.as_ref().is_none_or(|expected| expected.message.is_some());
        let failure = failure.map(|failure| Failure { message: failure.message.filter(|_| worded), ..failure });
        if failure != self.failure {
            return Err(format!("the error is {failure:?}, not {:?}", self.failure));
        }
        Ok(())
    }
}

/// All of them. `protocol` and `codec` are those that the server has to see.
pub(super) fn all(protocol: &str, codec: &str) -> Vec<Case> {
    let seen = json!({ "protocol": protocol, "codec": codec });
    let case = |name, procedure, request: &[Value], response: &[Value]| Case {
        name,
        procedure,
        request: request.to_vec(),
        timeout: None,
        response: response.to_vec(),
        failure: None,
    };
    let number = |number: u32| json!({ "number": number });
    let said = |text: &str| json!({ "text": text });
    let goodbye = json!({ "text": "goodbye", "closed": true });
    let text = "größer als 100 % 🦀";
    let asked = json!({ "code": 9, "message": MESSAGE, "details": [{ "reason": "because", "data": "AP8=" }] });
    let failed = || Some(Failure::asked());
    vec![
        case(
            "unary",
            "InteropService/Echo",
            &[json!({ "text": text, "data": "AP8=" })],
            &[json!({ "text": text, "data": "AP8=", "seen": seen })],
        ),
        case("server stream", "InteropService/Count", &[json!({ "upTo": 3 })], &[1, 2, 3].map(number)),
        case("server stream without messages", "InteropService/Count", &[json!({})], &[]),
        case(
            "client stream",
            "InteropService/Sum",
            &[json!({ "number": "40" }), json!({ "number": "2" })],
            &[json!({ "sum": "42", "count": 2 })],
        ),
        case("bidi stream", "InteropService/Converse", &["one", "two"].map(said), &[said("one"), said("two"), goodbye]),
        Case { failure: failed(), ..case("error", "InteropService/Fail", slice::from_ref(&asked), &[]) },
        Case {
            failure: failed(),
            ..case(
                "error after messages",
                "InteropService/Count",
                &[json!({ "upTo": 2, "failure": asked })],
                &[1, 2].map(number),
            )
        },
        Case {
            failure: failed(),
            ..case(
                "error in a bidi stream",
                "InteropService/Converse",
                &[said("one"), json!({ "failure": asked })],
                &[said("one")],
            )
        },
        Case {
            failure: Some(Failure::of(Code::Unimplemented)),
            ..case("unknown procedure", "InteropService/Unwritten", &[json!({})], &[])
        },
        Case {
            timeout: Some("1"),
            failure: Some(Failure::of(Code::DeadlineExceeded)),
            ..case("deadline", "InteropService/Sleep", &[json!({ "milliseconds": 600_000 })], &[])
        },
    ]
}

/// What every encoding of a header has to escape.
const MESSAGE: &str = "no: 100% größer\n🦀 \"quoted\"";

impl Failure {
    fn asked() -> Self {
        let detail = FailDetail { reason: "because".to_owned(), data: vec![0, 255] };
        Self {
            message: Some(MESSAGE.to_owned()),
            details: vec![("interop.v1.FailDetail".to_owned(), detail)],
            ..Self::of(Code::FailedPrecondition)
        }
    }

    fn of(code: Code) -> Self {
        Self { code: Some(code), message: None, details: Vec::new() }
    }
}
