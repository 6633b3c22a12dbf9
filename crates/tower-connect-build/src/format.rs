//! The form of generated code, and what lints are to say of it: nothing, whatever the schema's author has called things.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::{Attribute, Item, parse_quote};

use crate::{Error, debug};

/// Formats a file, and silences lints where the schema decides on names, docs and shapes, and on what is deprecated.
pub(crate) fn file(code: &str, deprecated: bool) -> Result<String, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::generator(std::io::Error::other(error.to_string()));
    let tokens: TokenStream = code.parse().map_err(|error| wrong(&error))?;
    let mut file: syn::File = syn::parse2(keywords(tokens)).map_err(|error| wrong(&error))?;
    debug::mend(&mut file.items);
    for item in &mut file.items {
        let attributes = match item {
            Item::Enum(item) => &mut item.attrs,
            Item::Impl(item) if item.trait_.is_none() => &mut item.attrs,
            Item::Impl(item) if deprecated => {
                item.attrs.push(parse_quote!(#[allow(deprecated)]));
                continue;
            }
            Item::Mod(item) => &mut item.attrs,
            Item::Struct(item) => &mut item.attrs,
            Item::Trait(item) => &mut item.attrs,
            _ => continue,
        };
        let docs = attributes.iter().take_while(|attribute| attribute.path().is_ident("doc")).count();
        attributes.insert(docs, quiet());
    }
    Ok(prettyplease::unparse(&file).replace(QUIET, ALLOW))
}

/// Stands for [`ALLOW`] until the code has its form, which would break that over eight lines.
fn quiet() -> Attribute {
    parse_quote!(#[tower_connect_quiet])
}

const QUIET: &str = "#[tower_connect_quiet]";
const ALLOW: &str = "#[allow(clippy::all, clippy::pedantic, dead_code, deprecated, missing_docs, unreachable_pub, unused_qualifications)]";

/// Mends the names that pbjson does not know to be keywords: `gen`, and variants called `Self`.
fn keywords(tokens: TokenStream) -> TokenStream {
    let mut colons = 0;
    let mend = |token| {
        let after_path = colons == 2;
        colons = if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':') { colons + 1 } else { 0 };
        match token {
            TokenTree::Ident(ident) if ident == "gen" => Ident::new_raw("gen", ident.span()).into(),
            TokenTree::Ident(ident) if after_path && ident == "Self" => Ident::new("Self_", Span::call_site()).into(),
            TokenTree::Group(group) => Group::new(group.delimiter(), keywords(group.stream())).into(),
            token => token,
        }
    };
    tokens.into_iter().map(mend).collect()
}

/// The marks around code that stands in a macro's braces when it has its form, since what is there gets none.
pub(crate) const BEGIN_MOCK: &str = "mod tower_connect_mock_begins {}";
pub(crate) const END_MOCK: &str = "mod tower_connect_mock_ends {}";

/// Makes the mocks conditional.
pub(crate) fn gate(code: &str) -> String {
    let mut gated = String::with_capacity(code.len());
    let mut lines = code.lines().peekable();
    while let Some(line) = lines.next() {
        // The attribute of a mark says nothing of what is between them.
        let is_mark = |line: &&str| *line == BEGIN_MOCK || *line == END_MOCK;
        if line.starts_with("#[allow(") && lines.peek().is_some_and(is_mark) {
            continue;
        }
        gated.push_str(match line {
            BEGIN_MOCK => "::tower_connect::if_testing! {",
            END_MOCK => "}",
            line => line,
        });
        gated.push('\n');
    }
    gated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lints_are_silenced_below_the_docs() {
        let code = file(
            "/// A.\n#[derive(Clone)] pub struct A { pub b: u8 } impl Clone for A { } impl A { fn b() {} }",
            false,
        )
        .unwrap();
        assert!(code.starts_with("/// A.\n#[allow(clippy::all, "), "{code}");
        assert_eq!(code.matches("#[allow").count(), 2, "{code}");
    }

    #[test]
    fn words_that_pbjson_does_not_know_are_mended() {
        let code = file(
            "fn f() { let gen__ = a.gen; match a { A::Self => 1, self::B::Self_ => gen } let x: Self = Self {}; }",
            false,
        )
        .unwrap();
        for expected in ["let gen__ = a.r#gen;", "A::Self_ =>", "self::B::Self_ => r#gen", "let x: Self = Self {};"] {
            assert!(code.contains(expected), "{expected}: {code}");
        }
    }
}
