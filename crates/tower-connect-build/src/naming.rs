//! How names of the schema become names of Rust, as `prost` has it.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// `ElizaService` and `elizaService` become `eliza_service`, `HTTPServer` becomes `http_server`. Inside a longer name it is as it is; alone it may be a
/// keyword.
pub(crate) fn snake(name: &str) -> String {
    leading(name.to_snake_case())
}

/// The name of a field, a method or a module.
pub(crate) fn ident(name: &str) -> String {
    raw(snake(name))
}

/// The name of a type or a variant.
pub(crate) fn camel(name: &str) -> String {
    let name = leading(name.to_upper_camel_case());
    if name == "Self" { "Self_".to_owned() } else { name }
}

/// What is a keyword gets `r#`, or an underscore where that is not allowed.
pub(crate) fn raw(name: String) -> String {
    match &*name {
        "crate" | "extern" | "self" | "super" => name + "_",
        keyword if KEYWORDS.contains(&keyword) => format!("r#{name}"),
        _ => name,
    }
}

/// No name begins with a digit.
fn leading(name: String) -> String {
    if name.starts_with(|char: char| char.is_numeric()) { format!("_{name}") } else { name }
}

/// The module of a service's constants; what is a keyword of Rust gets an underscore.
pub(crate) fn module(service: &str) -> String {
    let name = snake(service);
    if raw(name.clone()) == name { name } else { name + "_" }
}

/// The keywords that a name in snake case can be, without those that are never raw.
const KEYWORDS: [&str; 47] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual", "where", "while", "yield",
];

/// The modules that a package is in, which are those of `prost`.
pub(crate) fn modules(package: &str) -> Vec<String> {
    package.split('.').filter(|part| !part.is_empty()).map(ident).collect()
}

/// The name of a package's files: its modules, without what only Rust needs.
pub(crate) fn stem(package: &str) -> String {
    let modules = modules(package);
    if modules.is_empty() { NO_PACKAGE.to_owned() } else { modules.join(".").replace("r#", "") }
}

/// The files' name where the schema names no package.
pub(crate) const NO_PACKAGE: &str = "_";

/// The way from the module of one package to that of another.
pub(crate) fn path_between(from: &str, to: &str) -> String {
    let (from, to) = (modules(from), modules(to));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("super", from.len() - common);
    let down = to[common..].iter().map(String::as_str);
    let path: Vec<_> = up.chain(down).collect();
    if path.is_empty() || path[0] != "super" { ["self"].into_iter().chain(path).collect::<Vec<_>>() } else { path }
        .join("::")
}

/// A type's path as it is written one module further in.
pub(crate) fn one_module_in(path: &str) -> String {
    if path.starts_with("::") || path.starts_with("crate::") || path.starts_with('(') {
        path.to_owned()
    } else {
        format!("super::{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_at_capitals() {
        for (name, expected) in [
            ("ElizaService", "eliza_service"),
            ("Say", "say"),
            ("HTTPServer", "http_server"),
            ("GetV1", "get_v1"),
            ("already_snake", "already_snake"),
            ("Odd_Name", "odd_name"),
            ("_1", "_1"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn no_name_is_a_keyword() {
        assert_eq!(module("Type"), "type_");
        assert_eq!(module("TypeService"), "type_service");
        assert_eq!(module("Self"), "self_");
        assert_eq!(ident("Type"), "r#type");
        assert_eq!(ident("Self"), "self_");
        assert_eq!(camel("self"), "Self_");
        assert_eq!(camel("type"), "Type");
    }

    #[test]
    fn files_are_named_by_packages_and_not_by_keywords() {
        assert_eq!(stem("type.v1"), "type.v1");
        assert_eq!(stem(""), "_");
        assert_eq!(modules("type.v1"), ["r#type", "v1"]);
    }

    #[test]
    fn packages_find_each_other() {
        assert_eq!(path_between("a.v1", "a.v1"), "self");
        assert_eq!(path_between("a", "a.v1"), "self::v1");
        assert_eq!(path_between("a.v1", "b.type"), "super::super::b::r#type");
        assert_eq!(path_between("a.v1", ""), "super::super");
        assert_eq!(path_between("", "a"), "self::a");
    }

    #[test]
    fn only_relative_paths_get_a_super() {
        assert_eq!(one_module_in("SayRequest"), "super::SayRequest");
        assert_eq!(one_module_in("super::other::Message"), "super::super::other::Message");
        assert_eq!(one_module_in("::prost_types::Any"), "::prost_types::Any");
        assert_eq!(one_module_in("()"), "()");
    }
}
