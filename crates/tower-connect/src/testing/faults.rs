use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request;
use tower_layer::Layer;
use tower_service::Service;

use super::fault::{Fault, Kind, refused};
use super::lock;
use crate::Body;
use crate::error::BoxError;

/// A layer that injects [faults](Fault), request by request. It goes around whatever takes requests of HTTP: by
/// [`Channel::http_layer`](crate::Channel::http_layer) around any transport, or around a router that a channel is made of. It does not go where
/// services must not fail, as those of `axum::Router::layer`.
///
/// Clones, and all services that it is put around, share one script.
///
/// ```
/// use tower_connect::testing::{Fault, Faults};
///
/// // The first attempt finds nobody, the second one breaks off, and what follows goes well.
/// let faults = Faults::script([Fault::refuse(), Fault::reset()]);
/// // One procedure is down.
/// let down = Faults::by(|request| match request.uri.path() {
///     "/greet.v1.GreetService/Say" => Fault::refuse(),
///     _ => Fault::none(),
/// });
/// # let _ = (faults, down);
/// ```
#[derive(Clone)]
pub struct Faults(Arc<Mutex<Choose>>);

type Choose = dyn FnMut(&request::Parts) -> Fault + Send;

impl Faults {
    /// Asks a closure that sees the head of each request.
    #[must_use]
    pub fn by(choose: impl FnMut(&request::Parts) -> Fault + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(choose)))
    }

    /// Takes one fault for each request, in the order in which they come. Requests after the last one go well.
    #[must_use]
    pub fn script(faults: impl IntoIterator<Item = Fault, IntoIter: Send + 'static>) -> Self {
        let mut faults = faults.into_iter().fuse();
        Self::by(move |_| faults.next().unwrap_or(Fault::none()))
    }

    /// The same for every request.
    #[must_use]
    pub fn always(fault: Fault) -> Self {
        Self::by(move |_| fault.clone())
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}

impl<S> Layer<S> for Faults {
    type Service = Faulty<S>;

    fn layer(&self, inner: S) -> Faulty<S> {
        Faulty { inner, faults: self.clone() }
    }
}

/// The service of [`Faults`]. Its errors are those of a connection, as far as they are not the inner service's.
#[derive(Clone, Debug)]
pub struct Faulty<S> {
    inner: S,
    faults: Faults,
}

impl<S, A, B> Service<http::Request<A>> for Faulty<S>
where
    S: Service<http::Request<A>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    A: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: http::Request<A>) -> Self::Future {
        let (head, body) = request.into_parts();
        let Fault { delay, head_delay, kind } = lock(&self.faults.0)(&head);
        let request = http::Request::from_parts(head, body);
        // The one that was ready makes the call.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            sleep(delay).await;
            let response = match &kind {
                Kind::Refuse => return Err(refused().into()),
                Kind::Hang => {
                    let _unread = request;
                    return pending().await;
                }
                Kind::Answer(answer) => (**answer).clone().map(Body::from),
                Kind::None | Kind::Reset | Kind::Stop(..) | Kind::LoseTrailers => {
                    inner.call(request).await.map_err(Into::into)?.map(Body::new)
                }
            };
            sleep(head_delay).await;
            let (mut head, body) = response.into_parts();
            let body = kind.strike(&mut head, body)?;
            Ok(http::Response::from_parts(head, body))
        })
    }
}

/// What does not wait at all is not put off until the clock has moved on.
async fn sleep(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}
