//! The service that the clients call.

pub(crate) mod calls;
mod echo;
mod streams;

use std::time::Duration;

use tower_connect::{Code, Error, ErrorDetail, Messages, Request, Response, Result, Streaming};

use self::calls::{Calls, Running};
use self::echo::Echoed;
use crate::proto::{
    ConverseRequest, ConverseResponse, CountRequest, CountResponse, EchoRequest, EchoResponse, FailRequest,
    FailResponse, InteropService, LookRequest, LookResponse, SleepRequest, SleepResponse, SumRequest, SumResponse,
    WatchRequest, WatchResponse,
};

/// The service. `Unwritten` is left to the generated trait.
#[derive(Debug, Default)]
pub struct Interop {
    calls: Calls,
}

impl InteropService for Interop {
    async fn echo(&self, request: Request<EchoRequest>) -> Result<Response<EchoResponse>> {
        let (echoed, seen) = (Echoed::of(&request)?, echo::seen(&request)?);
        let EchoRequest { text, data } = request.into_message();
        Ok(echoed.with(EchoResponse { text, data, seen: Some(seen) }))
    }

    async fn look(&self, request: Request<LookRequest>) -> Result<Response<LookResponse>> {
        let (echoed, seen) = (Echoed::of(&request)?, echo::seen(&request)?);
        Ok(echoed.with(LookResponse { text: request.into_message().text, seen: Some(seen) }))
    }

    async fn fail(&self, request: Request<FailRequest>) -> Result<Response<FailResponse>> {
        let echoed = Echoed::of(&request)?;
        Err(echoed.with_error(failure(request.into_message())))
    }

    async fn sleep(&self, request: Request<SleepRequest>) -> Result<Response<SleepResponse>> {
        let SleepRequest { milliseconds, call, .. } = request.into_message();
        let running = self.calls.start(call);
        tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
        running.finish();
        Ok(SleepResponse {}.into())
    }

    async fn count(&self, request: Request<CountRequest>) -> Result<Response<Messages<CountResponse>>> {
        let echoed = Echoed::of(&request)?;
        let request = request.into_message();
        let running = self.calls.start(request.call.clone());
        let (sender, messages) = Messages::channel(1);
        let response = echoed.with_headers(messages);
        tokio::spawn(streams::count(request, sender, echoed, running));
        Ok(response)
    }

    async fn sum(&self, request: Request<Streaming<SumRequest>>) -> Result<Response<SumResponse>> {
        let echoed = Echoed::of(&request)?;
        let mut numbers = request.into_message();
        let mut response = SumResponse::default();
        let mut running = None;
        while let Some(SumRequest { number, call, .. }) = numbers.message().await? {
            running.get_or_insert_with(|| self.calls.start(call));
            response.sum += number;
            response.count += 1;
        }
        running.into_iter().for_each(Running::finish);
        Ok(echoed.with(response))
    }

    async fn converse(
        &self,
        request: Request<Streaming<ConverseRequest>>,
    ) -> Result<Response<Messages<ConverseResponse>>> {
        let echoed = Echoed::of(&request)?;
        let (sender, messages) = Messages::channel(1);
        let response = echoed.with_headers(messages);
        tokio::spawn(streams::converse(request.into_message(), sender, echoed, self.calls.clone()));
        Ok(response)
    }

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<WatchResponse>> {
        let until = request.message().until();
        let progress = self.calls.wait(&request.message().call, until).await.into();
        Ok(WatchResponse { progress }.into())
    }
}

/// The error that a request asks for.
fn failure(request: FailRequest) -> Error {
    let code = u8::try_from(request.code).ok().and_then(Code::from_grpc_status).unwrap_or(Code::Unknown);
    let details = request.details.iter().map(ErrorDetail::from_message);
    details.fold(Error::new(code, request.message), Error::with_detail)
}
