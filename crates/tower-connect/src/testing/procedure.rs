use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use super::input::Input;
use super::lock;
use crate::method::Spec;
use crate::{Error, Request, Response, Result};

/// One procedure of a mock: the closure that answers, and the calls that have come. Clones share both.
///
/// Generated mocks have one for each procedure, and [are used](super) without a look at it.
pub struct Procedure<In: Input, Out>(Arc<Inner<In, Out>>);

struct Inner<In: Input, Out> {
    spec: &'static Spec,
    mock: &'static str,
    setter: &'static str,
    closure: Mutex<Option<Closure<In, Out>>>,
    calls: Mutex<Vec<Request<In::Record>>>,
}

/// Behind a lock of its own, so that it can be replaced while it is called.
type Closure<In, Out> = Arc<Mutex<dyn FnMut(Request<In>) -> Answer<Out> + Send>>;

type Answer<Out> = Pin<Box<dyn Future<Output = Result<Response<Out>>> + Send>>;

impl<In: Input, Out: 'static> Procedure<In, Out> {
    /// A procedure without a closure, of a mock with this name. Callers are told which of its methods sets one.
    #[must_use]
    pub fn new(spec: &'static Spec, mock: &'static str, setter: &'static str) -> Self {
        Self(Arc::new(Inner { spec, mock, setter, closure: Mutex::default(), calls: Mutex::default() }))
    }

    /// Answers calls from now on; those that are being answered go on.
    pub fn set<Fut>(&self, mut closure: impl FnMut(Request<In>) -> Fut + Send + 'static)
    where
        Fut: Future<Output = Result<Response<Out>>> + Send + 'static,
    {
        let closure: Closure<In, Out> = Arc::new(Mutex::new(move |request| Box::pin(closure(request)) as Answer<Out>));
        *lock(&self.0.closure) = Some(closure);
    }

    /// Records a call, and answers it.
    ///
    /// # Errors
    ///
    /// The closure's own, and [`Code::Unimplemented`](crate::Code::Unimplemented) while there is none.
    pub async fn call(&self, request: Request<In>) -> Result<Response<Out>> {
        let (head, message) = request.into_parts();
        let (message, record) = message.record();
        lock(&self.0.calls).push(Request::from_parts(head.clone(), record));
        let Some(closure) = lock(&self.0.closure).clone() else { return Err(self.unset()) };
        let answer = lock(&closure)(Request::from_parts(head, message));
        answer.await
    }

    /// The calls that have come so far, in order. Of a stream they have the messages that the closure has read by now.
    #[must_use]
    pub fn calls(&self) -> Vec<Request<In::Recorded>> {
        let calls = lock(&self.0.calls);
        let recorded =
            |call: &Request<In::Record>| Request::from_parts(call.head().clone(), In::recorded(call.message()));
        calls.iter().map(recorded).collect()
    }

    fn unset(&self) -> Error {
        let Inner { spec, mock, setter, .. } = &*self.0;
        let procedure = spec.procedure().trim_start_matches('/');
        Error::unimplemented(format!("{procedure} has no closure: {mock}::{setter} sets one"))
    }
}

impl<In: Input, Out> Clone for Procedure<In, Out> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<In: Input, Out> fmt::Debug for Procedure<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Procedure")
            .field("procedure", &self.0.spec.procedure())
            .field("has_closure", &lock(&self.0.closure).is_some())
            .field("calls", &lock(&self.0.calls).len())
            .finish_non_exhaustive()
    }
}
