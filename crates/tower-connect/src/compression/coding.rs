use http::HeaderValue;

use super::{Compress, Compressor, Offer};
use crate::Result;

/// What a call's headers say of compression, gathered line by line: several lines of a header are one list. Source: RFC 9110, 5.3.
#[derive(Debug, Default)]
pub(crate) struct Coding {
    messages: Option<HeaderValue>,
    accepts: Option<HeaderValue>,
}

impl Coding {
    /// Takes a line that names what messages have gone through.
    pub(crate) fn messages(&mut self, line: &HeaderValue) {
        add(&mut self.messages, line);
    }

    /// Takes a line that names what may be answered in.
    pub(crate) fn accepts(&mut self, line: &HeaderValue) {
        add(&mut self.accepts, line);
    }

    /// What is to be done about messages that come, and about those that go.
    ///
    /// # Errors
    ///
    /// [`Code::Unimplemented`](crate::Code::Unimplemented) for messages that have gone through what is not known, or through several.
    pub(crate) fn settle(self, offer: Offer<'_>) -> Result<(Option<Compressor>, Option<Compress>)> {
        let inflate = self.messages.map_or(Ok(None), |name| offer.undo(&name))?;
        let compress = match self.accepts {
            Some(accepts) => offer.choose(&accepts),
            None => offer.answer(inflate),
        };
        Ok((inflate, compress))
    }
}

fn add(list: &mut Option<HeaderValue>, line: &HeaderValue) {
    *list = Some(match list {
        None => line.clone(),
        // Two values of headers with a comma in between are one.
        Some(list) => {
            HeaderValue::from_bytes(&[list.as_bytes(), b", ", line.as_bytes()].concat()).unwrap_or(line.clone())
        }
    });
}
