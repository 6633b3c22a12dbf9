//! Errors that every protocol can spell: [`Code`], [`Error`] and [`ErrorDetail`].
//!
//! ```
//! use tower_connect::{Code, Error};
//!
//! fn find(name: &str) -> Result<u32, Error> {
//!     Err(Error::not_found(format!("nobody is called {name}")))
//! }
//!
//! let error = find("Ada").unwrap_err();
//! assert_eq!(error.code(), Code::NotFound);
//! assert_eq!(error.to_string(), "not_found: nobody is called Ada");
//! ```

mod code;
mod convert;
mod detail;
mod origin;
mod refusal;
mod shown;
mod transport;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderMap;

pub use self::code::{Code, UnknownCode};
pub use self::detail::ErrorDetail;
pub use self::origin::{Origin, Retry};
pub(crate) use self::refusal::Refusal;
pub(crate) use self::shown::shown;

/// Any error, boxed: what Tower and HTTP bodies report.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of a call, with [`Error`] unless another type is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The failure of a call: a [`Code`], a message, details, and metadata.
///
/// It is one word wide and cheap to move. What is sent to the caller are code, message, details and metadata; a source
/// stays on this side.
///
/// Foreign errors become an `Error` by `From` or with [`Error::internal`], and their texts are not sent: they may tell
/// what is none of the caller's business.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    message: Cow<'static, str>,
    details: Vec<ErrorDetail>,
    metadata: HeaderMap,
    trailers: HeaderMap,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    refusal: Option<Refusal>,
    origin: Origin,
    retry: Option<Retry>,
    /// Whether the metadata is another server's, which is none of our own caller's business.
    foreign: bool,
}

impl Error {
    /// An error with a code and a message for the caller.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            details: Vec::new(),
            metadata: HeaderMap::new(),
            trailers: HeaderMap::new(),
            source: None,
            refusal: None,
            origin: Origin::Local,
            retry: None,
            foreign: false,
        }))
    }

    /// [`Code::InvalidArgument`] with a message for the caller.
    pub fn invalid_argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// [`Code::NotFound`] with a message for the caller.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// [`Code::AlreadyExists`] with a message for the caller.
    pub fn already_exists(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::AlreadyExists, message)
    }

    /// [`Code::PermissionDenied`] with a message for the caller.
    pub fn permission_denied(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::PermissionDenied, message)
    }

    /// [`Code::ResourceExhausted`] with a message for the caller.
    pub fn resource_exhausted(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::ResourceExhausted, message)
    }

    /// [`Code::FailedPrecondition`] with a message for the caller.
    pub fn failed_precondition(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::FailedPrecondition, message)
    }

    /// [`Code::Unimplemented`] with a message for the caller.
    pub fn unimplemented(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Unimplemented, message)
    }

    /// [`Code::Unavailable`] with a message for the caller.
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Unavailable, message)
    }

    /// [`Code::Unauthenticated`] with a message for the caller.
    pub fn unauthenticated(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Unauthenticated, message)
    }

    /// [`Code::Internal`] with a source and **no** message for the caller, made for `.map_err(Error::internal)`.
    ///
    /// To tell the caller something, use [`Error::new`] with [`Code::Internal`].
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self::new(Code::Internal, "").with_source(source)
    }

    /// What a caller is told of a panic; its text stays in the log.
    pub(crate) fn panicked() -> Self {
        Self::new(Code::Internal, "the handler panicked")
    }

    pub(crate) fn deadline_exceeded() -> Self {
        Self::new(Code::DeadlineExceeded, "the deadline of the call has passed")
    }

    /// Of a caller that has gone away in the middle of a request.
    pub(crate) fn broken_off() -> Self {
        Self::new(Code::Canceled, "the request has broken off")
    }

    pub(crate) fn refusal(refusal: Refusal) -> Self {
        Self::new(Code::Unimplemented, "").with_refusal(refusal)
    }

    /// Tells the caller of a GET that what it has cached is still right: 304, with the metadata as headers (`etag`, for instance).
    ///
    /// To any other caller it is [`Code::Unknown`].
    #[must_use]
    pub fn not_modified() -> Self {
        Self::new(Code::Unknown, "not modified").with_refusal(Refusal::NotModified)
    }

    /// Whether a server has said so to a call by GET: what its caller has cached is still right.
    #[must_use]
    pub fn is_not_modified(&self) -> bool {
        matches!(self.0.refusal, Some(Refusal::NotModified))
    }

    pub(crate) fn with_refusal(mut self, refusal: Refusal) -> Self {
        self.0.refusal = Some(refusal);
        self
    }

    /// Adds a detail after those that are there.
    #[must_use]
    pub fn with_detail(mut self, detail: ErrorDetail) -> Self {
        self.0.details.push(detail);
        self
    }

    pub(crate) fn without_details(mut self) -> Self {
        self.0.details.clear();
        self
    }

    /// Replaces the leading metadata: what is sent as HTTP headers.
    ///
    /// Names that belong to a protocol (`content-type`, `grpc-*`, `connect-*` and the like) are not sent.
    #[must_use]
    pub fn with_metadata(mut self, metadata: HeaderMap) -> Self {
        self.forget_foreign_metadata();
        self.0.metadata = metadata;
        self
    }

    /// Replaces the trailing metadata: what is sent after the messages.
    #[must_use]
    pub fn with_trailers(mut self, trailers: HeaderMap) -> Self {
        self.forget_foreign_metadata();
        self.0.trailers = trailers;
        self
    }

    /// Sets what caused the error. It is not sent.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Why the call failed.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What the caller is told; may be empty.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The details, in order.
    #[must_use]
    pub fn details(&self) -> &[ErrorDetail] {
        &self.0.details
    }

    /// Leading metadata: what is sent as HTTP headers.
    #[must_use]
    pub fn metadata(&self) -> &HeaderMap {
        &self.0.metadata
    }

    /// Trailing metadata: what is sent after the messages.
    #[must_use]
    pub fn trailers(&self) -> &HeaderMap {
        &self.0.trailers
    }

    /// Where the call has failed: on this side, on the way, or at the server. See [`Origin`].
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    /// Why the call may be made again without being done twice; `None` where nobody can tell.
    ///
    /// It says nothing about whether another try has a chance: [`Code::Unavailable`] does.
    #[must_use]
    pub fn retry(&self) -> Option<Retry> {
        self.0.retry
    }

    /// The same source as another error's.
    pub(crate) fn with_source_of(mut self, error: &Self) -> Self {
        self.0.source.clone_from(&error.0.source);
        self
    }

    pub(crate) fn with_origin(mut self, origin: Origin) -> Self {
        self.0.origin = origin;
        self
    }

    pub(crate) fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = Some(retry);
        self
    }

    /// What has begun to be answered has been looked at.
    pub(crate) fn without_retry(mut self) -> Self {
        self.0.retry = None;
        self
    }

    /// Marks the metadata as another server's.
    pub(crate) fn with_foreign_metadata(mut self) -> Self {
        self.0.foreign = true;
        self
    }

    /// Drops metadata that a handler has got from another server, and passes on with the error.
    pub(crate) fn forget_foreign_metadata(&mut self) {
        if std::mem::take(&mut self.0.foreign) {
            self.0.metadata.clear();
            self.0.trailers.clear();
        }
    }

    pub(crate) fn metadata_mut(&mut self) -> &mut HeaderMap {
        &mut self.0.metadata
    }

    pub(crate) fn take_metadata(&mut self) -> HeaderMap {
        std::mem::take(&mut self.0.metadata)
    }

    pub(crate) fn take_trailers(&mut self) -> HeaderMap {
        std::mem::take(&mut self.0.trailers)
    }

    pub(crate) fn trailers_mut(&mut self) -> &mut HeaderMap {
        &mut self.0.trailers
    }

    pub(crate) fn take_refusal(&mut self) -> Option<Refusal> {
        self.0.refusal.take()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0.message {
            "" => write!(f, "{}", self.0.code),
            message => write!(f, "{}: {message}", self.0.code),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { code, message, details, metadata, trailers, source, refusal, origin, retry, foreign: _ } = &*self.0;
        let mut debug = f.debug_struct("Error");
        debug.field("code", code).field("message", message);
        if !details.is_empty() {
            debug.field("details", details);
        }
        if !metadata.is_empty() {
            debug.field("metadata", metadata);
        }
        if !trailers.is_empty() {
            debug.field("trailers", trailers);
        }
        if *origin != Origin::Local {
            debug.field("origin", origin);
        }
        if let Some(retry) = retry {
            debug.field("retry", retry);
        }
        if let Some(source) = source {
            debug.field("source", source);
        }
        if let Some(refusal) = refusal {
            debug.field("refusal", refusal);
        }
        debug.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }

    #[test]
    fn an_error_without_a_message_displays_its_code() {
        assert_eq!(Error::internal("secret").to_string(), "internal");
    }
}
