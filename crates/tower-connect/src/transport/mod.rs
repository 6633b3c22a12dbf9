//! What carries calls over sockets: [`HttpTransport`], a pool of connections of HTTP/1.1 and HTTP/2.
//!
//! ```
//! use std::time::Duration;
//!
//! use tower_connect::Channel;
//! use tower_connect::transport::HttpTransport;
//!
//! # fn main() -> Result<(), tower_connect::Error> {
//! let transport = HttpTransport::builder().connect_timeout(Duration::from_secs(2)).http2_only().build();
//! let channel = Channel::new(transport, "http://127.0.0.1:8080")?;
//! # let _ = channel;
//! # Ok(())
//! # }
//! ```

mod answer;
mod builder;
mod connector;
mod executor;
mod http;
mod stream;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;

pub use self::answer::Answer;
pub use self::builder::Builder;
pub use self::connector::Connector;
pub use self::http::{HttpTransport, ResponseFuture};
#[cfg(feature = "tls")]
pub use self::tls::roots;
#[cfg(unix)]
pub use self::unix::UnixConnector;
