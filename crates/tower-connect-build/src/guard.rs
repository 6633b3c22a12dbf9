//! What other generators do not expect makes them panic; that is no end of a build script without a reason.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Error;

/// Runs what may panic, and makes an error of it. What it is about is said first: `what`.
pub(crate) fn guard<T>(what: &str, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let reason = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        let reason = reason.unwrap_or("for no reason that it tells");
        Err(Error::refused(format!("{what} gave up: {reason}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(guard("it", || Ok(1)).unwrap(), 1);
        assert_eq!(guard::<()>("it", || panic!("no")).unwrap_err().to_string(), "it gave up: no");
        assert_eq!(guard::<()>("it", || panic!("no {}", 1)).unwrap_err().to_string(), "it gave up: no 1");
    }
}
