//! For tests.

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
