use std::sync::{Arc, LazyLock};

use http::HeaderValue;

use super::{Compressor, DEFAULT};

/// What a client says that its answers may come in, and can read.
#[derive(Clone, Debug)]
pub(crate) struct Accept {
    names: HeaderValue,
    compressors: Arc<[Compressor]>,
}

/// What is compiled in.
static ALL: LazyLock<Accept> = LazyLock::new(|| Accept::new(DEFAULT.iter().copied()));

impl Accept {
    pub(crate) fn new(compressors: impl IntoIterator<Item = Compressor>) -> Self {
        let compressors: Arc<[_]> = compressors.into_iter().collect();
        let names = compressors.iter().map(Compressor::name).collect::<Vec<_>>().join(",");
        // Names are tokens of HTTP. None at all would mean that anything is welcome, or what the request has gone through.
        let names = HeaderValue::try_from(names).ok().filter(|names| !names.is_empty());
        let names = names.unwrap_or(HeaderValue::from_static("identity"));
        Self { names, compressors }
    }

    pub(crate) fn names(&self) -> &HeaderValue {
        &self.names
    }

    /// The compressor that a server says its messages have gone through: `Err` for one that it was not offered.
    pub(crate) fn undo(&self, name: Option<&HeaderValue>) -> Result<Option<Compressor>, ()> {
        let Some(name) = name.map(HeaderValue::as_bytes).filter(|name| !name.is_empty()) else { return Ok(None) };
        if name.eq_ignore_ascii_case(b"identity") {
            return Ok(None);
        }
        let known = self.compressors.iter().find(|known| known.name().as_bytes().eq_ignore_ascii_case(name));
        known.copied().map(Some).ok_or(())
    }
}

impl Default for Accept {
    fn default() -> Self {
        ALL.clone()
    }
}
