//! How names of the schema become names of Rust.

/// `ElizaService` and `elizaService` become `eliza_service`, `HTTPServer` becomes `http_server`.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, &char) in chars.iter().enumerate() {
        let after_lower = at > 0 && !chars[at - 1].is_uppercase() && chars[at - 1] != '_';
        let before_lower = at > 0 && chars[at - 1] != '_' && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        if char.is_uppercase() && (after_lower || before_lower) {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
    }
    snake
}

/// The module of a service's constants; what is a keyword of Rust gets an underscore.
pub(crate) fn module(service: &str) -> String {
    let name = snake(service);
    if KEYWORDS.contains(&&*name) { format!("{name}_") } else { name }
}

/// Those that a name in snake case can be.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while",
];

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
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn a_module_is_never_a_keyword() {
        assert_eq!(module("Type"), "type_");
        assert_eq!(module("TypeService"), "type_service");
    }

    #[test]
    fn only_relative_paths_get_a_super() {
        assert_eq!(one_module_in("SayRequest"), "super::SayRequest");
        assert_eq!(one_module_in("super::other::Message"), "super::super::other::Message");
        assert_eq!(one_module_in("::prost_types::Any"), "::prost_types::Any");
        assert_eq!(one_module_in("()"), "()");
    }
}
