//! For tests: mocks of services, faults on the way to them, and time that stands still.
//!
//! The feature `testing` turns it on. It belongs into `[dev-dependencies]`, so that nothing but tests is built with it:
//!
//! ```toml
//! [dev-dependencies]
//! tower-connect = { version = "0.1", features = ["testing"] }
//! tokio = { version = "1", features = ["macros", "rt", "test-util"] }
//! ```
//!
//! A service of your own needs none of it: [`Channel::service`](crate::Channel::service) calls a router in this process, through the whole of
//! the protocol, without a socket.
//!
//! # Mocks
//!
//! For code that calls a service which somebody else has written. `build.rs` asks for them:
//!
//! ```no_run
//! # mod tower_connect_build {
//! #     pub struct Config; pub type Error = ();
//! #     pub fn configure() -> Config { Config }
//! #     impl Config { pub fn mocks(self, _: bool) -> Self { self } pub fn compile(self, _: &[&str]) -> Result<(), Error> { Ok(()) } }
//! # }
//! fn main() -> Result<(), tower_connect_build::Error> {
//!     tower_connect_build::configure().mocks(true).compile(&["proto/greet/v1/greet.proto"])
//! }
//! ```
//!
//! Then `GreetServiceMock` is there beside `GreetService`. It answers by closures, and records what it is called with:
//!
//! ```
//! # mod greet { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/greet.rs")); }
//! # use greet::{GreetServiceClient, GreetServiceMock, SayRequest, SayResponse};
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), tower_connect::Error> {
//! use tower_connect::{Code, Error, Request};
//!
//! let mock = GreetServiceMock::new().on_say(|request: Request<SayRequest>| async move {
//!     let name = request.into_message().name;
//!     Ok(SayResponse { text: format!("Hello, {name}!") }.into())
//! });
//! // Any protocol, codec or option of the channel is as good.
//! let client = GreetServiceClient::new(mock.channel().grpc());
//!
//! let answer = client.say(SayRequest { name: "Ada".to_owned() }).await?;
//! assert_eq!(answer.message().text, "Hello, Ada!");
//! assert_eq!(mock.say_calls()[0].message().name, "Ada");
//!
//! // Clones share closures and calls, so that a test can change its mind.
//! mock.on_say(|_| async { Err(Error::unavailable("out for lunch")) });
//! let error = client.say(SayRequest::default()).await.unwrap_err();
//! assert_eq!((error.code(), error.message()), (Code::Unavailable, "out for lunch"));
//! # Ok(())
//! # }
//! ```
//!
//! - A call is recorded as a [`Request`](crate::Request), with its metadata, and the [`Call`](crate::Call) that tells protocol and timeout. Of a
//!   stream, `message()` is what the closure has read of it so far, as a `Vec`.
//! - A closure may have a state of its own: it is an `FnMut`, called for one request at a time. What its futures share needs a lock.
//! - A procedure without a closure is `unimplemented`, and the error names the method that sets one.
//! - It is an implementation of the trait, too, so `GreetServiceServer::new(mock.clone())` goes wherever a server goes: beside other routes,
//!   under layers, or over a socket.
//!
//! # Faults
//!
//! [`Faults`] is a layer that stands where the network is. It goes around the transport of a channel, in process or over sockets:
//!
//! ```
//! # mod greet { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/greet.rs")); }
//! # use greet::{GreetServiceClient, GreetServiceMock, SayRequest, SayResponse};
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), tower_connect::Error> {
//! use tower_connect::error::Retry;
//! use tower_connect::testing::{Amount, Fault, Faults};
//! use tower_connect::{Code, Messages};
//!
//! let mock = GreetServiceMock::new().on_repeat(|_| async {
//!     let answers = ["one", "two", "three"].map(|text| SayResponse { text: text.to_owned() });
//!     Ok(Messages::from_iter(answers).into())
//! });
//! let faults = Faults::script([Fault::refuse(), Fault::reset_after(Amount::Messages(2))]);
//! let client = GreetServiceClient::new(mock.channel().http_layer(faults));
//!
//! // The first call finds nobody, and was never sent.
//! let error = client.repeat(SayRequest::default()).await.unwrap_err();
//! assert_eq!((error.code(), error.retry()), (Code::Unavailable, Some(Retry::NeverSent)));
//!
//! // The second one loses its connection after two messages.
//! let mut answers = client.repeat(SayRequest::default()).await?.into_message();
//! assert_eq!(answers.message().await?.unwrap().text, "one");
//! assert_eq!(answers.message().await?.unwrap().text, "two");
//! assert_eq!(answers.message().await.unwrap_err().code(), Code::Unavailable);
//!
//! // The script has ended.
//! client.repeat(SayRequest::default()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! | Fault | What a client is told |
//! |---|---|
//! | [`refuse`](Fault::refuse) | `unavailable`, [`Retry::NeverSent`](crate::error::Retry::NeverSent) |
//! | [`reset`](Fault::reset), [`reset_after`](Fault::reset_after) | `unavailable`, after the messages that have come |
//! | [`cut_after`](Fault::cut_after), [`lose_trailers`](Fault::lose_trailers) | `internal`, after the messages that have come; nothing, where the protocol has no sign for the end |
//! | [`answer`](Fault::answer) | the code that belongs to the status |
//! | [`hang`](Fault::hang), [`delay`](Fault::delay), [`head_delay`](Fault::head_delay) | `deadline_exceeded`, if there is a deadline |
//!
//! # Time
//!
//! Deadlines, delays, and the pauses of [`wait_for_ready`](crate::Channel::wait_for_ready) go by tokio's clock. Under
//! `#[tokio::test(start_paused = true)]` it stands still while anybody has work to do, and jumps to the next timer when all wait: tests of
//! hours take no time, and do not depend on how busy the machine is.
//!
//! ```
//! # mod greet { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/greet.rs")); }
//! # use greet::{GreetServiceClient, GreetServiceMock, SayRequest, SayResponse};
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! use std::time::Duration;
//!
//! use tower_connect::Code;
//! use tower_connect::testing::{Fault, Faults};
//!
//! let mock = GreetServiceMock::new().on_say(|_| async { Ok(SayResponse::default().into()) });
//! let slow = Faults::always(Fault::none().delay(Duration::from_secs(3600)));
//! let channel = mock.channel().http_layer(slow).timeout(Duration::from_secs(60));
//!
//! let start = tokio::time::Instant::now();
//! let error = GreetServiceClient::new(channel).say(SayRequest::default()).await.unwrap_err();
//! assert_eq!(error.code(), Code::DeadlineExceeded);
//! assert_eq!(start.elapsed().as_secs(), 60);
//! # }
//! ```
//!
//! Sockets have a clock of their own, which does not stop: with real connections time has to run.

mod amount;
mod cut;
mod fault;
mod faults;
mod input;
mod procedure;
mod scan;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::amount::Amount;
pub use self::fault::Fault;
pub use self::faults::{Faults, Faulty};
pub use self::input::Input;
pub use self::procedure::Procedure;

/// What a closure that has panicked leaves behind is its own affair.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
