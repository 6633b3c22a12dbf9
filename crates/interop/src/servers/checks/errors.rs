//! Errors of the server.

use tower_connect::error::Origin;
use tower_connect::{Code, Error, Protocol};

use crate::check::{Checked, equal};
use crate::proto::{CountRequest, FailDetail, FailRequest, UnwrittenRequest};
use crate::servers::caller::{Caller, failed, shown};

pub(super) async fn codes(caller: &Caller) -> Checked {
    for code in Code::all() {
        let number = (1..=16).find(|number| Code::from_grpc_status(*number) == Some(code));
        let number = number.ok_or("it has no number")?;
        let request = FailRequest { code: number.into(), message: format!("asked for {number}"), ..Default::default() };
        let error = failed(caller.client.fail(request.clone()).await)?;
        equal((error.code(), error.message()), (code, request.message.as_str()))?;
        equal((error.origin(), error.retry()), (Origin::Remote, None))?;
    }
    Ok(())
}

/// With what the spellings of errors escape: as JSON, in percent, and not at all.
pub(super) async fn messages(caller: &Caller) -> Checked {
    let messages = ["", "100%", "%41", "größer 🦀", "a\nb\r\n\tc\x7f", r#""quoted" \ and '"#];
    // In a line of text, connect-go's server does not escape those spaces.
    let spaces = Some(" spaces  around ").filter(|_| caller.setup.protocol != Protocol::GrpcWeb);
    for message in messages.into_iter().chain(spaces) {
        let request = FailRequest { code: 5, message: message.to_owned(), ..Default::default() };
        let error = failed(caller.client.fail(request).await)?;
        equal((error.code(), error.message()), (Code::NotFound, message))?;
    }
    Ok(())
}

pub(super) async fn details(caller: &Caller) -> Checked {
    is_asked(&failed(caller.client.fail(asked()).await)?)
}

/// It comes with the head, or as the first that there is to read.
pub(super) async fn before_messages(caller: &Caller) -> Checked {
    let request = CountRequest { failure: Some(asked()), ..Default::default() };
    match caller.client.count(request).await {
        Ok(numbers) => is_asked(&failed(numbers.into_message().message().await)?),
        Err(error) => is_asked(&error),
    }
}

pub(super) async fn after_messages(caller: &Caller) -> Checked {
    let request = CountRequest { up_to: 2, failure: Some(asked()), ..Default::default() };
    let mut numbers = caller.client.count(request).await.map_err(shown)?.into_message();
    for number in 1..=2 {
        equal(numbers.message().await.map_err(shown)?.map(|message| message.number), Some(number))?;
    }
    is_asked(&failed(numbers.message().await)?)
}

pub(super) async fn unimplemented(caller: &Caller) -> Checked {
    equal(failed(caller.client.unwritten(UnwrittenRequest {}).await)?.code(), Code::Unimplemented)
}

pub(super) fn asked() -> FailRequest {
    let details = [("because", vec![0, 255]), ("größer 🦀", Vec::new())];
    let details = details.map(|(reason, data)| FailDetail { reason: reason.to_owned(), data });
    FailRequest { code: 9, message: "no: 100% größer\n🦀".to_owned(), details: details.to_vec() }
}

/// The error that was asked for.
pub(super) fn is_asked(error: &Error) -> Checked {
    let FailRequest { message, details, .. } = asked();
    equal((error.code(), error.message()), (Code::FailedPrecondition, message.as_str()))?;
    let found = error.details().iter().map(|detail| detail.decode::<FailDetail>().transpose().ok().flatten());
    equal(found.collect::<Vec<_>>(), details.into_iter().map(Some).collect())
}
