//! What all checks in Rust share.

use std::fmt::Debug;
use std::time::Duration;

/// What is wrong, if anything is.
pub(crate) type Checked = Result<(), String>;

/// Long enough for a machine that is busy; what takes longer hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

#[allow(clippy::needless_pass_by_value, reason = "what is compared is mostly made in the call")]
pub(crate) fn equal<T: PartialEq + Debug>(found: T, expected: T) -> Checked {
    if found == expected { Ok(()) } else { Err(format!("{found:?}, not {expected:?}")) }
}
