//! Who is tested.

use std::ffi::OsString;

use tower_connect::BoxError;

use super::tools;

/// Who is tested, by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The server, by the suite's own clients.
    Server,
    /// The client, by the suite's own servers.
    Client,
    /// The client and the server, by each other.
    Both,
}

impl Mode {
    /// As the runner has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Both => "both",
        }
    }

    /// How many cases the official suites have for what is claimed: fewer would mean that it is less.
    pub(super) fn official_cases(self) -> usize {
        match self {
            Self::Server => 10_756,
            Self::Client => 13_094,
            Self::Both => 8_804,
        }
    }

    /// The programs under test, each built, as the runner takes them.
    pub(super) fn command(self) -> Result<Vec<OsString>, BoxError> {
        let server = || tools::build("conformance-server").map(OsString::from);
        let client = || tools::build("conformance-client").map(OsString::from);
        match self {
            Self::Server => Ok(vec![server()?]),
            Self::Client => Ok(vec![client()?]),
            Self::Both => Ok(vec![client()?, "----".into(), server()?]),
        }
    }
}
