//! The server under attack: handlers that can be counted, and an account of how each call ended.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tower::{Layer, Service};
use tower_connect::codegen::{self, DispatchFuture, IntoBody, NamedService};
use tower_connect::method::{Bidi, ClientStream, Method, ServerStream, ServiceSpec, Spec, StreamType, Unary};
use tower_connect::{Body, Code, Error, Messages, Request, Response, Result, RpcLayer, Streaming};

use crate::soon;
use crate::support::Text;

pub const SAY: &str = "/hostile.v1.Victim/Say";
pub const WAIT: &str = "/hostile.v1.Victim/Wait";
pub const POUR: &str = "/hostile.v1.Victim/Pour";
pub const JOIN: &str = "/hostile.v1.Victim/Join";
pub const IGNORE: &str = "/hostile.v1.Victim/Ignore";
pub const REFUSE: &str = "/hostile.v1.Victim/Refuse";
pub const ECHO: &str = "/hostile.v1.Victim/Echo";

const SAY_METHOD: Method<Text, Text, Unary> = Method::new(&Spec::new(SAY, StreamType::Unary));
const WAIT_METHOD: Method<Text, Text, Unary> = Method::new(&Spec::new(WAIT, StreamType::Unary));
const POUR_METHOD: Method<Text, Text, ServerStream> = Method::new(&Spec::new(POUR, StreamType::ServerStream));
const JOIN_METHOD: Method<Text, Text, ClientStream> = Method::new(&Spec::new(JOIN, StreamType::ClientStream));
const IGNORE_METHOD: Method<Text, Text, ClientStream> = Method::new(&Spec::new(IGNORE, StreamType::ClientStream));
const REFUSE_METHOD: Method<Text, Text, ClientStream> = Method::new(&Spec::new(REFUSE, StreamType::ClientStream));
const ECHO_METHOD: Method<Text, Text, Bidi> = Method::new(&Spec::new(ECHO, StreamType::Bidi));

/// The text of each message that `Pour` sends.
pub const POURED: usize = 16 << 10;

/// `Say` echoes, `Wait` never answers, `Pour` sends as many messages as the text says, or never stops; `Join` tells how many messages came,
/// `Ignore` never reads them, `Refuse` fails without having read one, and `Echo` sends them back.
#[derive(Clone, Debug)]
struct Victim {
    live: watch::Sender<usize>,
    poured: Arc<AtomicUsize>,
    joined: Arc<AtomicUsize>,
}

/// A handler, or its stream, as long as it is there.
struct Live(watch::Sender<usize>);

impl Live {
    fn new(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

struct Pouring {
    left: Option<u32>,
    poured: Arc<AtomicUsize>,
    _live: Live,
}

impl futures_core::Stream for Pouring {
    type Item = Result<Text>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.left {
            Some(0) => return Poll::Ready(None),
            Some(left) => *left -= 1,
            None => {}
        }
        self.poured.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Text { text: "x".repeat(POURED) })))
    }
}

struct Echoing {
    messages: Streaming<Text>,
    _live: Live,
}

impl futures_core::Stream for Echoing {
    type Item = Result<Text>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.messages).poll_next(cx)
    }
}

async fn join(request: Request<Streaming<Text>>, joined: Arc<AtomicUsize>, live: Live) -> Result<Response<Text>> {
    let mut messages = request.into_message();
    let mut count = 0_u64;
    while messages.message().await?.is_some() {
        count += 1;
    }
    joined.fetch_add(1, Ordering::Relaxed);
    drop(live);
    Ok(Text { text: count.to_string() }.into())
}

impl NamedService for Victim {
    const SERVICE: ServiceSpec = ServiceSpec::new(
        "hostile.v1.Victim",
        &[
            SAY_METHOD.spec(),
            WAIT_METHOD.spec(),
            POUR_METHOD.spec(),
            JOIN_METHOD.spec(),
            IGNORE_METHOD.spec(),
            REFUSE_METHOD.spec(),
            ECHO_METHOD.spec(),
        ],
    );
}

impl<B: IntoBody> Service<http::Request<B>> for Victim {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = DispatchFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> DispatchFuture {
        let Self { live, poured, joined } = self.clone();
        match codegen::procedure(&request) {
            SAY => codegen::unary(SAY_METHOD, request, |request| async { Ok(request.into_message().into()) }),
            WAIT => codegen::unary(WAIT_METHOD, request, move |_| {
                let live = Live::new(&live);
                async move {
                    std::future::pending::<()>().await;
                    drop(live);
                    unreachable!()
                }
            }),
            POUR => codegen::server_stream(POUR_METHOD, request, move |request| async move {
                let left = request.into_message().text.parse().ok();
                Ok(Messages::new(Pouring { left, poured, _live: Live::new(&live) }).into())
            }),
            JOIN => codegen::client_stream(JOIN_METHOD, request, |request| join(request, joined, Live::new(&live))),
            IGNORE => codegen::client_stream(IGNORE_METHOD, request, |request| {
                let held = (request, Live::new(&live));
                async move {
                    std::future::pending::<()>().await;
                    drop(held);
                    unreachable!()
                }
            }),
            REFUSE => codegen::client_stream(REFUSE_METHOD, request, |_| async {
                Err::<Response<Text>, _>(Error::permission_denied("not you"))
            }),
            ECHO => codegen::bidi(ECHO_METHOD, request, |request| {
                let live = Live::new(&live);
                async { Ok(Messages::new(Echoing { messages: request.into_message(), _live: live }).into()) }
            }),
            _ => codegen::unknown::<Self, _>(&request),
        }
    }
}

/// How a call ended, by its procedure.
pub type Ended = (String, Option<Code>);

pub struct Server {
    pub address: SocketAddr,
    live: watch::Receiver<usize>,
    poured: Arc<AtomicUsize>,
    joined: Arc<AtomicUsize>,
    ended: mpsc::UnboundedReceiver<Ended>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(RpcLayer::new()).await
    }

    pub async fn with(layer: RpcLayer) -> Self {
        let (live, counted) = watch::channel(0);
        let (ends, ended) = mpsc::unbounded_channel();
        let victim = Victim { live, poured: Arc::default(), joined: Arc::default() };
        let (poured, joined) = (Arc::clone(&victim.poured), Arc::clone(&victim.joined));
        let service = layer
            .for_service::<Victim>()
            .on_end(move |call, outcome| {
                // Nobody has to listen.
                let _ = ends.send((call.procedure().to_owned(), outcome.code()));
            })
            .layer(victim);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(tower_connect::serve(listener, service).keep_alive_interval(None).into_future());
        Self { address, live: counted, poured, joined, ended, task }
    }

    /// Waits until so many handlers, or streams of theirs, are there.
    pub async fn handlers(&mut self, count: usize) {
        soon(&format!("{count} handlers"), self.live.wait_for(|live| *live == count)).await.unwrap();
    }

    /// How many messages `Pour` has made.
    pub fn poured(&self) -> usize {
        self.poured.load(Ordering::Relaxed)
    }

    /// How many uploads `Join` has taken for whole.
    pub fn joined(&self) -> usize {
        self.joined.load(Ordering::Relaxed)
    }

    /// How the next call ends.
    pub async fn next_end(&mut self) -> Ended {
        soon("the end of a call", self.next_end_at_last()).await
    }

    /// The same, however long it takes.
    pub async fn next_end_at_last(&mut self) -> Ended {
        self.ended.recv().await.unwrap()
    }

    /// Asserts that no call has ended that was not asked for.
    pub fn no_other_end(&mut self) {
        assert_eq!(self.ended.try_recv().ok(), None);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
