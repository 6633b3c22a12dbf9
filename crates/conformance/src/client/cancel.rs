//! When a call is to be given up.

use std::future::pending;
use std::time::Duration;

use tokio::time::sleep;

use crate::proto::client_compat_request;
use crate::proto::client_compat_request::cancel::CancelTiming;

/// When a call is to be given up, if it is not over by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    Never,
    /// When all messages are sent, instead of saying that they are.
    BeforeCloseSend,
    /// So long after all messages are sent, and the server is told that they are.
    AfterCloseSend(Duration),
    /// With that response.
    AfterResponses(usize),
}

impl Cancel {
    /// As the schema has it.
    pub(super) fn new(cancel: Option<client_compat_request::Cancel>) -> Self {
        let Some(cancel) = cancel else { return Self::Never };
        match cancel.cancel_timing {
            Some(CancelTiming::BeforeCloseSend(_)) => Self::BeforeCloseSend,
            Some(CancelTiming::AfterCloseSendMs(milliseconds)) => {
                Self::AfterCloseSend(Duration::from_millis(milliseconds.into()))
            }
            Some(CancelTiming::AfterNumResponses(count)) => {
                Self::AfterResponses(count.try_into().unwrap_or(usize::MAX))
            }
            None => Self::AfterCloseSend(Duration::ZERO),
        }
    }

    /// Ends when a call is to be given up whose messages are all sent.
    pub(super) async fn after_close_send(self) {
        match self {
            Self::AfterCloseSend(time) => sleep(time).await,
            Self::Never | Self::BeforeCloseSend | Self::AfterResponses(_) => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use tower_connect::types::protobuf::Empty;

    use super::*;

    #[test]
    fn all_of_the_schemas_forms_are_known() {
        let cancel = |cancel_timing| Cancel::new(Some(client_compat_request::Cancel { cancel_timing }));
        assert_eq!(Cancel::new(None), Cancel::Never);
        assert_eq!(cancel(None), Cancel::AfterCloseSend(Duration::ZERO));
        assert_eq!(cancel(Some(CancelTiming::BeforeCloseSend(Empty {}))), Cancel::BeforeCloseSend);
        let after = Cancel::AfterCloseSend(Duration::from_millis(5));
        assert_eq!(cancel(Some(CancelTiming::AfterCloseSendMs(5))), after);
        assert_eq!(cancel(Some(CancelTiming::AfterNumResponses(2))), Cancel::AfterResponses(2));
    }
}
