use std::fmt;

use http::StatusCode;

/// Why a call failed: the sixteen codes that Connect, gRPC and gRPC-Web share.
///
/// The enum is exhaustive on purpose: the protocols have no further codes, and a `match` over them should not need a
/// wildcard. Success has no `Code`.
///
/// Source: the Connect specification's "Error Codes", gRPC's `statuscodes.md`.
///
/// ```
/// use tower_connect::Code;
///
/// assert_eq!(Code::NotFound.as_str(), "not_found");
/// assert_eq!(Code::NotFound.grpc_status(), 5);
/// assert_eq!(Code::NotFound.http_status(), 404);
/// assert_eq!("not_found".parse(), Ok(Code::NotFound));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The caller cancelled the call.
    Canceled = 1,
    /// The cause is not known, or has no code of its own.
    Unknown,
    /// The request is wrong whatever the state of the system is.
    InvalidArgument,
    /// The time for the call ran out before it was done.
    DeadlineExceeded,
    /// What was asked for does not exist.
    NotFound,
    /// What was to be made exists already.
    AlreadyExists,
    /// The caller is known, but may not do this.
    PermissionDenied,
    /// A quota, a limit or a store is used up.
    ResourceExhausted,
    /// The system is not in the state that the call needs.
    FailedPrecondition,
    /// The call lost a race, and may be tried again from the start.
    Aborted,
    /// The call went past the valid range.
    OutOfRange,
    /// The procedure is not implemented, or not offered here.
    Unimplemented,
    /// An invariant of the system is broken.
    Internal,
    /// The service cannot be reached just now; a later try may succeed.
    Unavailable,
    /// Data is lost or corrupt beyond repair.
    DataLoss,
    /// The caller has not shown who it is.
    Unauthenticated,
}

/// One row for each code: its name in Connect, and the HTTP status of a unary Connect error. Its number in gRPC is its
/// place in the table, counted from one.
const TABLE: [(Code, &str, u16); 16] = [
    (Code::Canceled, "canceled", 499),
    (Code::Unknown, "unknown", 500),
    (Code::InvalidArgument, "invalid_argument", 400),
    (Code::DeadlineExceeded, "deadline_exceeded", 504),
    (Code::NotFound, "not_found", 404),
    (Code::AlreadyExists, "already_exists", 409),
    (Code::PermissionDenied, "permission_denied", 403),
    (Code::ResourceExhausted, "resource_exhausted", 429),
    (Code::FailedPrecondition, "failed_precondition", 400),
    (Code::Aborted, "aborted", 409),
    (Code::OutOfRange, "out_of_range", 400),
    (Code::Unimplemented, "unimplemented", 501),
    (Code::Internal, "internal", 500),
    (Code::Unavailable, "unavailable", 503),
    (Code::DataLoss, "data_loss", 500),
    (Code::Unauthenticated, "unauthenticated", 401),
];

impl Code {
    /// Every code, in the order of the gRPC numbers.
    #[must_use]
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// The code's name in Connect: lower case with underscores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        TABLE[self as usize - 1].1
    }

    /// The code's number in gRPC, 1 to 16.
    #[must_use]
    pub const fn grpc_status(self) -> u8 {
        self as u8
    }

    /// The code of a gRPC number, `None` for 0 (success) and for numbers above 16.
    #[must_use]
    pub fn from_grpc_status(status: u8) -> Option<Self> {
        let row = usize::from(status).checked_sub(1)?;
        TABLE.get(row).map(|row| row.0)
    }

    /// The HTTP status that a unary Connect call answers with; the other protocols always answer 200.
    ///
    /// # Panics
    ///
    /// Never: every status in the table is a valid one.
    #[must_use]
    pub fn http_status(self) -> StatusCode {
        StatusCode::from_u16(TABLE[self as usize - 1].2).expect("the table holds valid statuses")
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    /// Parses the name that Connect uses, for instance `not_found`.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0).ok_or(UnknownCode(()))
    }
}

/// The text does not name a [`Code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCode(());

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a code")
    }
}

impl std::error::Error for UnknownCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_numbers() {
        for (place, (code, name, status)) in TABLE.into_iter().enumerate() {
            assert_eq!(usize::from(code.grpc_status()), place + 1);
            assert_eq!(Code::from_grpc_status(code.grpc_status()), Some(code));
            assert_eq!(name.parse(), Ok(code));
            assert_eq!(code.http_status(), status);
        }
    }

    #[test]
    fn success_and_foreign_numbers_have_no_code() {
        assert_eq!(Code::from_grpc_status(0), None);
        assert_eq!(Code::from_grpc_status(17), None);
        assert_eq!("NOT_FOUND".parse::<Code>(), Err(UnknownCode(())));
    }
}
