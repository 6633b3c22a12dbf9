use std::fmt;
use std::path::PathBuf;

use crate::excerpt::excerpt;

/// Why no code was generated. `Debug` and `Display` say the same, because `build.rs` shows the former.
pub struct Error(Kind);

enum Kind {
    /// The schema is wrong: protox shows the file and the line in its `Debug`, and we what is there.
    Schema {
        source: protox::Error,
        excerpt: String,
    },
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    Generator(std::io::Error),
    /// Says what is wrong, and what to do.
    Refused(String),
    OutDir,
}

impl Error {
    pub(crate) fn schema(source: protox::Error, roots: &[PathBuf]) -> Self {
        let excerpt = excerpt(&format!("{source:?}"), source.file(), roots);
        Self(Kind::Schema { source, excerpt })
    }

    pub(crate) fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self(Kind::File { path: path.into(), source })
    }

    pub(crate) fn generator(source: std::io::Error) -> Self {
        Self(Kind::Generator(source))
    }

    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self(Kind::Refused(reason.into()))
    }

    pub(crate) fn no_out_dir() -> Self {
        Self(Kind::OutDir)
    }
}

/// Of schemas that are on no disk.
impl From<protox::Error> for Error {
    fn from(source: protox::Error) -> Self {
        Self::schema(source, &[])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Schema { source, excerpt } => write!(f, "{source:?}{excerpt}"),
            Kind::File { path, source } => write!(f, "{}: {source}", path.display()),
            Kind::Generator(source) => write!(f, "the code cannot be generated: {source}"),
            Kind::Refused(reason) => f.write_str(reason),
            Kind::OutDir => f.write_str("OUT_DIR is not set: call this from build.rs, or set `out_dir`"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Schema { source, .. } => Some(source),
            Kind::File { source, .. } | Kind::Generator(source) => Some(source),
            Kind::Refused(_) | Kind::OutDir => None,
        }
    }
}
