//! The programs that this repository's other crates run, each in a folder of its version's own.
//!
//! The folder above those is `TOWER_CONNECT_TOOLS`, by default `tower-connect/tools` in the user's cache.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::io;
use std::path::PathBuf;
use std::process::Command;

/// A program written in Go, in one version.
#[derive(Clone, Copy, Debug)]
pub struct Go {
    package: &'static str,
    version: &'static str,
}

impl Go {
    /// A program by its package, as in `connectrpc.com/conformance/cmd/connectconformance`, and the version of the package's module.
    #[must_use]
    pub const fn new(package: &'static str, version: &'static str) -> Self {
        Self { package, version }
    }

    /// The program's own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.package.rsplit('/').next().unwrap_or(self.package)
    }

    /// The version of the package's module, as in `v1.0.7`.
    #[must_use]
    pub const fn version(self) -> &'static str {
        self.version
    }

    /// Where the program is, once it is installed if it was not yet.
    ///
    /// # Errors
    ///
    /// There is no Go, the installation fails, or there is no folder to install into.
    pub fn install(self) -> io::Result<PathBuf> {
        let Self { package, version } = self;
        let dir = folder()?.join(format!("{}-{version}", self.name()));
        let path = dir.join(format!("{}{EXE_SUFFIX}", self.name()));
        if !path.exists() {
            let mut command = Command::new("go");
            command.arg("install").arg(format!("{package}@{version}")).env("GOBIN", &dir);
            let failed = |why: String| io::Error::other(format!("{package}@{version} is not installed: {why}"));
            let status =
                command.status().map_err(|error| failed(format!("`go` does not start ({error}); install Go")))?;
            if !status.success() {
                return Err(failed(format!("go install: {status}")));
            }
        }
        Ok(path)
    }
}

fn folder() -> io::Result<PathBuf> {
    let var = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || {
        let home = || env::home_dir().map(|home| home.join(".cache"));
        var("XDG_CACHE_HOME").or_else(home).map(|cache| cache.join("tower-connect/tools"))
    };
    let folder = var("TOWER_CONNECT_TOOLS").or_else(cache);
    // Go takes no relative folder.
    std::path::absolute(folder.ok_or_else(|| io::Error::other("there is no home: set TOWER_CONNECT_TOOLS"))?)
}
