//! The file that includes all others, as modules that are nested as packages are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::generate::MARK;
use crate::naming::{NO_PACKAGE, raw};

/// Its text, for packages that are named as their files are.
pub(crate) fn tree(packages: &BTreeSet<String>) -> String {
    let mut root = Module::default();
    for package in packages {
        let parts = package.split('.').filter(|part| *part != NO_PACKAGE);
        let module = parts.fold(&mut root, |module, part| module.children.entry(part.to_owned()).or_default());
        module.package = Some(package.clone());
    }
    let mut text = MARK.to_owned();
    root.write("", &mut text);
    text
}

#[derive(Default)]
struct Module {
    /// The package that is here, if there is one.
    package: Option<String>,
    children: BTreeMap<String, Module>,
}

impl Module {
    fn write(&self, indent: &str, text: &mut String) {
        if let Some(package) = &self.package {
            let _ = writeln!(text, "{indent}include!(\"{package}.rs\");");
        }
        // As rustfmt has it, since it formats this file where it is checked in.
        let mut space = if self.package.is_some() || indent.is_empty() { "\n" } else { "" };
        for (name, module) in &self.children {
            let docs = match &module.package {
                Some(package) => format!("The package `{package}`."),
                None => format!("Packages within `{name}`."),
            };
            let name = raw(name.clone());
            let _ = writeln!(
                text,
                "{space}{indent}/// {docs}\n{indent}#[allow(clippy::module_inception, deprecated, unreachable_pub)]\n{indent}pub mod {name} {{"
            );
            module.write(&format!("{indent}    "), text);
            let _ = writeln!(text, "{indent}}}");
            space = "\n";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_nested_as_packages_are() {
        let packages = ["_", "a", "a.type", "b.v1"].map(ToOwned::to_owned);
        let text = tree(&BTreeSet::from(packages));
        let lines: Vec<_> =
            text.lines().map(str::trim).filter(|line| line.starts_with("pub") || line.starts_with("inc")).collect();
        let expected = [
            "include!(\"_.rs\");",
            "pub mod a {",
            "include!(\"a.rs\");",
            "pub mod r#type {",
            "include!(\"a.type.rs\");",
            "pub mod b {",
            "pub mod v1 {",
            "include!(\"b.v1.rs\");",
        ];
        assert_eq!(lines, expected, "{text}");
    }
}
