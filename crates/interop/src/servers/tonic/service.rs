//! The service, as `crate::service` has it.

use std::time::Duration;

use futures::future;
use futures::stream::{self, BoxStream, StreamExt};
use prost::Message;
use prost_types::Any;
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Response, Status, Streaming};

use super::metadata::{self, Echoed};
use crate::proto::{
    ConverseRequest, ConverseResponse, CountRequest, CountResponse, EchoRequest, EchoResponse, FailRequest,
    FailResponse, LookRequest, LookResponse, SleepRequest, SleepResponse, SumRequest, SumResponse, UnwrittenRequest,
    UnwrittenResponse, WatchRequest, WatchResponse,
};
use crate::service::calls::{Calls, Running};
use crate::tonic_proto::Rich;
use crate::tonic_proto::interop_service_server::InteropService;

/// The service.
#[derive(Debug, Default)]
pub(super) struct Interop {
    calls: Calls,
}

#[tonic::async_trait]
impl InteropService for Interop {
    type CountStream = BoxStream<'static, Result<CountResponse, Status>>;
    type ConverseStream = BoxStream<'static, Result<ConverseResponse, Status>>;

    async fn echo(&self, request: Request<EchoRequest>) -> Result<Response<EchoResponse>, Status> {
        let (echoed, seen) = (Echoed::of(&request)?, metadata::seen(&request)?);
        let EchoRequest { text, data } = request.into_inner();
        Ok(echoed.with(EchoResponse { text, data, seen: Some(seen) }))
    }

    async fn look(&self, request: Request<LookRequest>) -> Result<Response<LookResponse>, Status> {
        let (echoed, seen) = (Echoed::of(&request)?, metadata::seen(&request)?);
        Ok(echoed.with(LookResponse { text: request.into_inner().text, seen: Some(seen) }))
    }

    async fn fail(&self, request: Request<FailRequest>) -> Result<Response<FailResponse>, Status> {
        let echoed = Echoed::of(&request)?;
        Err(failure(request.into_inner(), echoed.both()))
    }

    async fn sleep(&self, request: Request<SleepRequest>) -> Result<Response<SleepResponse>, Status> {
        let SleepRequest { milliseconds, call, .. } = request.into_inner();
        let running = self.calls.start(call);
        tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
        running.finish();
        Ok(Response::new(SleepResponse {}))
    }

    async fn count(&self, request: Request<CountRequest>) -> Result<Response<Self::CountStream>, Status> {
        let echoed = Echoed::of(&request)?;
        let CountRequest { up_to, failure: failed, endless, call } = request.into_inner();
        let running = self.calls.start(call);
        let numbers = stream::iter((1..=up_to).map(|number| Ok(CountResponse { number })));
        let response = echoed.with(());
        let end = async move {
            if endless {
                future::pending::<()>().await;
            }
            running.finish();
            failed.map(|failed| Err(failure(failed, echoed.trailers)))
        };
        let numbers = numbers.chain(stream::once(end).filter_map(future::ready)).boxed();
        Ok(response.map(|()| numbers))
    }

    async fn sum(&self, request: Request<Streaming<SumRequest>>) -> Result<Response<SumResponse>, Status> {
        let echoed = Echoed::of(&request)?;
        let mut numbers = request.into_inner();
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
    ) -> Result<Response<Self::ConverseStream>, Status> {
        let echoed = Echoed::of(&request)?;
        let response = echoed.with(());
        let (calls, trailers) = (self.calls.clone(), echoed.trailers);
        let conversation =
            Conversation { requests: request.into_inner(), trailers, calls, running: None, endless: false };
        let answers = stream::try_unfold(Some(conversation), |conversation| async {
            match conversation {
                Some(conversation) => conversation.answer().await,
                None => Ok(None),
            }
        });
        Ok(response.map(|()| answers.boxed()))
    }

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<WatchResponse>, Status> {
        let request = request.into_inner();
        let progress = self.calls.wait(&request.call, request.until()).await.into();
        Ok(Response::new(WatchResponse { progress }))
    }

    async fn unwritten(&self, _: Request<UnwrittenRequest>) -> Result<Response<UnwrittenResponse>, Status> {
        Err(Status::unimplemented("it is in the schema, and nowhere else"))
    }
}

/// A call of `Converse`.
struct Conversation {
    requests: Streaming<ConverseRequest>,
    trailers: MetadataMap,
    calls: Calls,
    running: Option<Running>,
    endless: bool,
}

impl Conversation {
    /// The next answer, and what is left after it.
    async fn answer(mut self) -> Result<Option<(ConverseResponse, Option<Self>)>, Status> {
        if self.endless {
            future::pending::<()>().await;
        }
        match self.requests.message().await? {
            Some(ConverseRequest { failure: Some(failed), .. }) => Err(failure(failed, self.trailers)),
            Some(ConverseRequest { text, failure: None, endless, call }) => {
                self.running.get_or_insert_with(|| self.calls.start(call));
                self.endless = endless;
                Ok(Some((ConverseResponse { text, closed: false }, Some(self))))
            }
            None => {
                self.running.into_iter().for_each(Running::finish);
                Ok(Some((ConverseResponse { text: "goodbye".to_owned(), closed: true }, None)))
            }
        }
    }
}

/// The error that a request asks for.
fn failure(request: FailRequest, metadata: MetadataMap) -> Status {
    let FailRequest { code, message, details } = request;
    let code = i32::try_from(code).unwrap_or_default();
    let details: Result<_, _> = details.iter().map(Any::from_msg).collect();
    let details = Rich { code, message: message.clone(), details: details.unwrap_or_default() };
    Status::with_details_and_metadata(Code::from(code), message, details.encode_to_vec().into(), metadata)
}
