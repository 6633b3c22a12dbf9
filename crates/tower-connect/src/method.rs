//! What is known of a procedure before it is called: [`Spec`], and [`Method`], which adds its types.
//!
//! Generated code holds one [`Method`] constant for each procedure; layers read its [`Spec`] through
//! [`Call::method`](crate::Call::method) before a byte of the body has been read.
//!
//! ```
//! use tower_connect::method::{Idempotency, Method, Spec, StreamType, Unary};
//!
//! # #[derive(Clone, PartialEq, prost::Message)] struct SayRequest {}
//! # #[derive(Clone, PartialEq, prost::Message)] struct SayResponse {}
//! static SPEC: Spec = Spec::new("/greet.v1.GreetService/Say", StreamType::Unary)
//!     .with_idempotency(Idempotency::NoSideEffects);
//! const SAY: Method<SayRequest, SayResponse, Unary> = Method::new(&SPEC);
//!
//! assert_eq!(SAY.spec().service(), "greet.v1.GreetService");
//! assert_eq!(SAY.spec().name(), "Say");
//! ```

use std::fmt;
use std::marker::PhantomData;

use crate::codec::Prost;

/// The schema's facts about one procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    procedure: &'static str,
    stream_type: StreamType,
    idempotency: Idempotency,
    options: &'static [u8],
    service_options: &'static [u8],
}

impl Spec {
    /// The facts of the procedure at the path `/package.Service/Method`.
    #[must_use]
    pub const fn new(procedure: &'static str, stream_type: StreamType) -> Self {
        Self { procedure, stream_type, idempotency: Idempotency::Unknown, options: &[], service_options: &[] }
    }

    /// Sets the schema's `idempotency_level`; the default is [`Idempotency::Unknown`].
    #[must_use]
    pub const fn with_idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = idempotency;
        self
    }

    /// Adds the schema's options of the procedure: an encoded `google.protobuf.MethodOptions`.
    #[must_use]
    pub const fn with_options(mut self, options: &'static [u8]) -> Self {
        self.options = options;
        self
    }

    /// Adds the schema's options of the service: an encoded `google.protobuf.ServiceOptions`.
    #[must_use]
    pub const fn with_service_options(mut self, options: &'static [u8]) -> Self {
        self.service_options = options;
        self
    }

    /// The path of the procedure: `/package.Service/Method`.
    #[must_use]
    pub const fn procedure(&self) -> &'static str {
        self.procedure
    }

    /// The full name of the service: `package.Service`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.split().0
    }

    /// The name of the procedure within its service.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.split().1
    }

    /// Which of the two sides sends a stream.
    #[must_use]
    pub const fn stream_type(&self) -> StreamType {
        self.stream_type
    }

    /// What the schema says of calling the procedure twice.
    #[must_use]
    pub const fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// The schema's options of the procedure, as a message whose fields are those that matter. `tower-connect-build` generates such a message
    /// for each package that declares custom options: `MethodOptions`.
    ///
    /// Each call decodes anew; options that the schema does not set are as in an empty message.
    ///
    /// # Errors
    ///
    /// A field of the message is not of the option's type. For the messages that are generated this does not happen.
    pub fn options<M: prost::Message + Default>(&self) -> Result<M, prost::DecodeError> {
        M::decode(self.options)
    }

    /// The same options as they are encoded, for readers of another kind; empty if the schema sets none.
    #[must_use]
    pub const fn encoded_options(&self) -> &'static [u8] {
        self.options
    }

    /// The same for the options of the service: `ServiceOptions`.
    ///
    /// # Errors
    ///
    /// As [`options`](Self::options).
    pub fn service_options<M: prost::Message + Default>(&self) -> Result<M, prost::DecodeError> {
        M::decode(self.service_options)
    }

    /// Whether Connect serves the procedure by GET.
    #[must_use]
    pub fn allows_get(&self) -> bool {
        self.stream_type == StreamType::Unary && self.idempotency == Idempotency::NoSideEffects
    }

    /// The methods of HTTP that the procedure is called by.
    pub(crate) fn allow(&self) -> &'static str {
        if self.allows_get() { "GET, POST" } else { "POST" }
    }

    fn split(&self) -> (&'static str, &'static str) {
        let path = self.procedure.strip_prefix('/').unwrap_or(self.procedure);
        path.rsplit_once('/').unwrap_or(("", path))
    }
}

/// A service of the schema: its name, its procedures, and the schema itself.
#[derive(Clone, Copy, Debug)]
pub struct ServiceSpec {
    name: &'static str,
    methods: &'static [&'static Spec],
    descriptor_set: &'static [u8],
}

impl ServiceSpec {
    /// A service with its full name (`package.Service`) and its procedures.
    #[must_use]
    pub const fn new(name: &'static str, methods: &'static [&'static Spec]) -> Self {
        Self { name, methods, descriptor_set: &[] }
    }

    /// Adds the encoded `google.protobuf.FileDescriptorSet` that declares the service, with all its imports.
    #[must_use]
    pub const fn with_descriptor_set(mut self, descriptor_set: &'static [u8]) -> Self {
        self.descriptor_set = descriptor_set;
        self
    }

    /// The full name: `package.Service`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The procedures, in the schema's order.
    #[must_use]
    pub const fn methods(&self) -> &'static [&'static Spec] {
        self.methods
    }

    /// The encoded `google.protobuf.FileDescriptorSet`; empty if the service was written by hand.
    #[must_use]
    pub const fn descriptor_set(&self) -> &'static [u8] {
        self.descriptor_set
    }

    /// The procedure at a path.
    pub(crate) fn lookup(&self, path: &str) -> Lookup {
        if let Some(method) = self.methods.iter().find(|method| method.procedure == path) {
            return Lookup::Method(method);
        }
        let within = path.strip_prefix('/').and_then(|path| path.strip_prefix(self.name)?.strip_prefix('/'));
        if within.is_some_and(|name| !name.contains('/')) { Lookup::Unknown } else { Lookup::Elsewhere }
    }
}

/// What a service says of a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// It is not within the service.
    Elsewhere,
    /// It is within the service, but none of its procedures.
    Unknown,
    Method(&'static Spec),
}

/// Which of the two sides sends a stream of messages rather than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamType {
    /// One message each way.
    Unary,
    /// A stream of requests, one response.
    ClientStream,
    /// One request, a stream of responses.
    ServerStream,
    /// A stream each way.
    Bidi,
}

/// What the schema says of calling a procedure twice: its `idempotency_level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// The schema does not say; a second call may do more.
    #[default]
    Unknown,
    /// The procedure changes nothing: it may be called by GET, cached and repeated.
    NoSideEffects,
    /// A second call changes nothing more: it may be repeated.
    Idempotent,
}

/// A procedure with the types of its messages, and the message runtime `F` that reads and writes them.
///
/// `Shape` is one of [`Unary`], [`ClientStream`], [`ServerStream`] and [`Bidi`].
pub struct Method<Req, Res, Shape, F = Prost> {
    spec: &'static Spec,
    types: PhantomData<fn(Req, Shape, F) -> Res>,
}

impl<Req, Res, S: Shape, F> Method<Req, Res, S, F> {
    /// Gives a procedure its types.
    ///
    /// # Panics
    ///
    /// If the shape is not the [`StreamType`] of the spec. In a constant this is an error of the compiler.
    #[must_use]
    pub const fn new(spec: &'static Spec) -> Self {
        assert!(
            spec.stream_type as u8 == S::STREAM_TYPE as u8,
            "the shape of the method is not the stream type of its spec"
        );
        Self { spec, types: PhantomData }
    }

    /// The schema's facts about the procedure.
    #[must_use]
    pub const fn spec(&self) -> &'static Spec {
        self.spec
    }
}

impl<Req, Res, S, F> Clone for Method<Req, Res, S, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Req, Res, S, F> Copy for Method<Req, Res, S, F> {}

impl<Req, Res, S, F> fmt::Debug for Method<Req, Res, S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Method").field(self.spec).finish()
    }
}

/// The type-level twin of [`StreamType`]. Sealed: there are four shapes.
pub trait Shape: sealed::Sealed {
    /// The value that the type stands for.
    const STREAM_TYPE: StreamType;
}

/// One message each way.
#[derive(Debug)]
pub enum Unary {}

/// A stream of requests, one response.
#[derive(Debug)]
pub enum ClientStream {}

/// One request, a stream of responses.
#[derive(Debug)]
pub enum ServerStream {}

/// A stream each way.
#[derive(Debug)]
pub enum Bidi {}

impl Shape for Unary {
    const STREAM_TYPE: StreamType = StreamType::Unary;
}

impl Shape for ClientStream {
    const STREAM_TYPE: StreamType = StreamType::ClientStream;
}

impl Shape for ServerStream {
    const STREAM_TYPE: StreamType = StreamType::ServerStream;
}

impl Shape for Bidi {
    const STREAM_TYPE: StreamType = StreamType::Bidi;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Unary {}
    impl Sealed for super::ClientStream {}
    impl Sealed for super::ServerStream {}
    impl Sealed for super::Bidi {}
}

#[cfg(test)]
mod tests {
    use super::*;

    static SAY: Spec = Spec::new("/a.B/Say", StreamType::Unary);
    static SERVICE: ServiceSpec = ServiceSpec::new("a.B", &[&SAY]);

    #[test]
    fn lookup_tells_other_services_from_unknown_procedures() {
        assert_eq!(SERVICE.lookup("/a.B/Say"), Lookup::Method(&SAY));
        assert_eq!(SERVICE.lookup("/a.B/say"), Lookup::Unknown);
        for foreign in ["/a.B", "/a.Bc/Say", "a.B/Say", "/x/a.B/Say", "/a.B/Say/x", "/"] {
            assert_eq!(SERVICE.lookup(foreign), Lookup::Elsewhere, "{foreign}");
        }
        assert_eq!(SERVICE.lookup("/a.B/"), Lookup::Unknown);
    }
}
