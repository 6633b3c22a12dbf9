//! Where everything is printed: answers to the standard output, the rest to the standard error.

use std::error::Error as _;
use std::io::{self, Write as _};
use std::iter::successors;

use http::HeaderMap;
use tower_connect::error::Origin;
use tower_connect::{Code, Error, Result};

use crate::args::{DEFAULT_URL, Speech};
use crate::verbose;

/// Prints what she says.
pub(crate) fn say(sentence: &str) -> Result<()> {
    let cannot = |error| Error::new(Code::Canceled, "nobody reads the answers").with_source(error);
    writeln!(io::stdout(), "{sentence}").map_err(cannot)
}

/// Shows how a call has ended, to whoever wants to see it.
pub(crate) fn ended(speech: &Speech, trailers: Option<&HeaderMap>) {
    if let Some(trailers) = trailers.filter(|_| speech.verbose) {
        verbose::show('<', trailers);
    }
}

/// Prints why a call has failed, and what to do about it.
pub(crate) fn report(error: &Error, speech: &Speech) {
    ended(speech, Some(error.trailers()));
    note(&error.to_string());
    for source in sources(error) {
        note(&format!("  {source}"));
    }
    if let Some(hint) = hint(error, speech) {
        note(&format!("hint: {hint}"));
    }
}

fn sources(error: &Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    successors(error.source(), |&source| source.source())
}

fn hint(error: &Error, speech: &Speech) -> Option<&'static str> {
    let told = |what: &str| sources(error).any(|source| source.to_string().contains(what));
    let tls = speech.url.starts_with("https:");
    let connected = error.message() != "cannot connect";
    if told("invalid peer certificate") {
        Some("--cert names a file of certificates to trust")
    } else if told("InvalidContentType") {
        Some("without TLS, the URL begins with http")
    } else if told("invalid HTTP version") && !tls {
        Some("with TLS, the URL begins with https")
    } else if error.origin() != Origin::Transport || error.code() != Code::Unavailable {
        None
    } else if connected && tls && speech.client_cert.is_none() {
        // With TLS 1.3, a server refuses a client that thinks it is connected; what it then hears of it is a matter of luck.
        Some("a server that wants a certificate gets it by --client-cert")
    } else if !connected && speech.url == DEFAULT_URL {
        Some("is `cargo run -p eliza` running?")
    } else {
        None
    }
}

/// Prints a line for whoever watches; if nobody does, that is no error.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
