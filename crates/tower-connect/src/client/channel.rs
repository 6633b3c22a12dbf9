use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Uri, request};
use tower_layer::Layer;
use tower_service::Service;

use super::address::Address;
use super::in_process::InProcess;
use super::shared::{Shared, SharedFuture};
use super::{CallOptions, Egress, HttpService, ResponseFuture, hop};
use crate::error::BoxError;
use crate::method::Spec;
use crate::{Body, Call, Error, Result};

/// What generated clients call through: a transport, where it leads, and how to speak.
///
/// It is cheap to clone, and any number of clients share one. What is set on a clone is its own, the connections are everybody's.
///
/// ```
/// use std::time::Duration;
///
/// use tower_connect::Channel;
///
/// # #[cfg(feature = "client")]
/// # fn main() -> Result<(), tower_connect::Error> {
/// // Nothing is connected before the first call.
/// let channel = Channel::connect("http://127.0.0.1:8080")?.timeout(Duration::from_secs(5));
/// let over_grpc = channel.clone().grpc();
/// # let _ = over_grpc;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "client"))]
/// # fn main() {}
/// ```
///
/// # Gateways
///
/// It is a Tower service, too, of calls in the envelope, which it sends to its server in its own protocol: a server's layer around a channel is a
/// gateway. A layer [for a service](crate::server::ProtocolLayer::for_service) is needed for a channel that speaks Connect, where the shape of a
/// procedure must be known; gRPC and gRPC-Web can pass on what is not known. Requests that are no calls go to the same path, without what is for
/// one hop only.
///
/// # Runtimes
///
/// Calls need a runtime of tokio's with time and IO, and a connection is driven by the one that it was made in: a channel that several runtimes use
/// hangs while that one does not run.
#[derive(Clone)]
pub struct Channel {
    stack: Stack,
    transport: Shared,
    layers: Vec<Wrap>,
    address: Arc<Address>,
    options: Arc<CallOptions>,
    metadata: Option<Arc<HeaderMap>>,
}

/// A layer, however often it has to be put around what carries calls.
type Wrap = Arc<dyn Fn(Shared) -> Shared + Send + Sync>;

/// From the envelope to the wire, without a box where there are no layers in between.
#[derive(Clone)]
enum Stack {
    Plain(Egress<Shared>),
    Layered(Shared),
}

/// The response future of a [`Channel`].
#[pin_project::pin_project(project = Project)]
pub struct ChannelFuture(#[pin] Either);

#[pin_project::pin_project(project = EitherProject)]
#[allow(clippy::large_enum_variant, reason = "most channels have no layers, and their calls are not worth a box")]
enum Either {
    Plain(#[pin] ResponseFuture<Shared, SharedFuture>),
    Layered(SharedFuture),
}

impl Channel {
    /// Calls the server at a URL, over a pool of connections with the defaults of [`HttpTransport`](crate::transport::HttpTransport). A path in
    /// the URL goes before the procedures' own.
    ///
    /// `https` needs the feature `webpki-roots` or `native-roots`, or a transport with a configuration of yours.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) for what is not a URL of HTTP. Nothing is connected yet.
    #[cfg(feature = "client")]
    pub fn connect(url: impl TryInto<Uri, Error: Into<BoxError>>) -> Result<Self> {
        Self::new(crate::transport::HttpTransport::new(), url)
    }

    /// Calls the server at a URL over a service of yours: an [`HttpTransport`](crate::transport), with layers around it or not, or anything else
    /// that takes requests of HTTP. It gets requests with whole URLs.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) for what is not a URL of HTTP.
    pub fn new(service: impl HttpService, url: impl TryInto<Uri, Error: Into<BoxError>>) -> Result<Self> {
        Ok(Self::over(Shared::transport(service), Address::new(url)?))
    }

    /// Calls a server in this process, without a socket: a router, or any other service. All else is as it is over one, the protocol too.
    pub fn service(service: impl HttpService) -> Self {
        Self::over(Shared::transport(InProcess(service)), Address::in_process())
    }

    fn over(transport: Shared, address: Address) -> Self {
        Self {
            stack: Stack::Plain(Egress::new(transport.clone(), None)),
            transport,
            layers: Vec::new(),
            address: Arc::new(address),
            options: Arc::default(),
            metadata: None,
        }
    }

    /// Puts a layer around all calls, in the envelope: it sees a [`Call`] in the extensions of each request, whole messages, and errors as
    /// errors. The last one is the outermost.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Shared> + Send + Sync + 'static,
        L::Service: HttpService,
    {
        self.layers.push(Arc::new(move |inner| Shared::layered(layer.layer(inner))));
        self.stack()
    }

    /// Puts a layer around the transport: it sees requests of HTTP, as they go over the wire. The last one is the outermost.
    #[must_use]
    pub fn http_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Shared>,
        L::Service: HttpService,
    {
        self.transport = Shared::transport(layer.layer(self.transport));
        self.stack()
    }

    fn stack(mut self) -> Self {
        let egress = Egress::new(self.transport.clone(), None);
        self.stack = if self.layers.is_empty() {
            Stack::Plain(egress)
        } else {
            Stack::Layered(self.layers.iter().fold(Shared::layered(egress), |inner, wrap| wrap(inner)))
        };
        self
    }

    /// Sends this metadata with every call, too, unless a call has values of its own under a name. What the channel has under a name already is
    /// replaced.
    #[must_use]
    pub fn with_metadata(mut self, mut metadata: HeaderMap) -> Self {
        if let Some(present) = &self.metadata {
            add_missing(present, &mut metadata);
        }
        self.metadata = Some(Arc::new(metadata));
        self
    }

    setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        Arc::make_mut(&mut self.options)
    }

    /// The options of a call, which may have some of its own.
    pub(super) fn settle(&self, own: Option<CallOptions>) -> Arc<CallOptions> {
        match own {
            Some(own) => Arc::new(own.or(&self.options)),
            None => Arc::clone(&self.options),
        }
    }

    /// Sends a call of the envelope to one of the server's procedures.
    pub(super) fn send(&self, call: Call, head: request::Parts, body: Body, spec: &'static Spec) -> ChannelFuture {
        self.forward(Some(call), Bytes::from_static(spec.procedure().as_bytes()), head, body)
    }

    /// Sends a request to a path of the server: a call, or any other.
    fn forward(&self, call: Option<Call>, path: Bytes, mut head: request::Parts, body: Body) -> ChannelFuture {
        head.uri = match self.address.of(path) {
            Ok(uri) => uri,
            Err(error) => return ChannelFuture(Either::Plain(ResponseFuture::failed(error))),
        };
        if let Some(metadata) = &self.metadata {
            add_missing(metadata, &mut head.headers);
        }
        ChannelFuture(match (self.stack.clone(), call) {
            // There is nobody in between who could want to see the call.
            (Stack::Plain(mut egress), Some(call)) => Either::Plain(egress.carry_out(&call, head, body)),
            (Stack::Plain(mut egress), None) => Either::Plain(egress.pass(http::Request::from_parts(head, body))),
            (Stack::Layered(mut stack), call) => {
                if let Some(call) = call {
                    head.extensions.insert(call);
                }
                Either::Layered(stack.call(http::Request::from_parts(head, body)))
            }
        })
    }
}

/// Adds what is not there under any name.
fn add_missing(metadata: &HeaderMap, headers: &mut HeaderMap) {
    for name in metadata.keys() {
        if !headers.contains_key(name) {
            for value in metadata.get_all(name) {
                headers.append(name, value.clone());
            }
        }
    }
}

impl Service<http::Request<Body>> for Channel {
    type Response = http::Response<Body>;
    type Error = Error;
    type Future = ChannelFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> ChannelFuture {
        let (mut head, body) = request.into_parts();
        let mut call = head.extensions.remove::<Call>();
        let path = if let Some(call) = &mut call {
            call.redirect(self.options.settled_protocol(), Arc::clone(&self.options));
            hop::pass_call(&mut head.headers);
            Bytes::copy_from_slice(call.procedure().as_bytes())
        } else {
            hop::pass(&mut head.headers);
            Bytes::copy_from_slice(head.uri.path_and_query().map_or("/", PathAndQuery::as_str).as_bytes())
        };
        self.forward(call, path, head, body)
    }
}

impl Future for ChannelFuture {
    type Output = Result<http::Response<Body>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().0.project() {
            EitherProject::Plain(future) => future.poll(cx),
            EitherProject::Layered(future) => future.as_mut().poll(cx),
        }
    }
}

impl fmt::Debug for ChannelFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelFuture").finish_non_exhaustive()
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layers = self.layers.len();
        f.debug_struct("Channel")
            .field("address", &self.address)
            .field("options", &self.options)
            .field("layers", &layers)
            .finish_non_exhaustive()
    }
}
