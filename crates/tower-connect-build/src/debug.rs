//! `Debug` of messages with maps.
//!
//! What prost derives names `::prost` where a field is a `BTreeMap`, whatever path it was told, and no crate needs to have `prost` of its own. So it is
//! the compiler that derives it for those.

use syn::{Attribute, Fields, Item, ItemStruct, parse_quote};

/// Mends all of them, in modules too.
pub(crate) fn mend(items: &mut [Item]) {
    for item in items {
        match item {
            Item::Struct(item) if has_ordered_map(item) => {
                item.attrs.push(parse_quote!(#[derive(::core::fmt::Debug)]));
                item.attrs.push(parse_quote!(#[prost(skip_debug)]));
            }
            Item::Mod(item) => {
                if let Some((_, items)) = &mut item.content {
                    mend(items);
                }
            }
            _ => {}
        }
    }
}

fn has_ordered_map(item: &ItemStruct) -> bool {
    let Fields::Named(fields) = &item.fields else { return false };
    fields.named.iter().flat_map(|field| &field.attrs).any(is_ordered_map)
}

fn is_ordered_map(attribute: &Attribute) -> bool {
    let mut found = false;
    if attribute.path().is_ident("prost") {
        // What else is there is of no concern here.
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("btree_map");
            if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_with_ordered_maps_are_mended() {
        let mut file: syn::File = parse_quote! {
            struct A { #[prost(string, tag = "1")] a: u8, #[prost(btree_map = "string, string", tag = "2")] b: u8 }
            mod a {
                struct B { #[prost(map = "string, string", tag = "2")] b: u8 }
                struct C { #[prost(btree_map = "string, string", tag = "2")] b: u8 }
            }
        };
        mend(&mut file.items);
        let code = prettyplease::unparse(&file);
        assert_eq!(code.matches("#[prost(skip_debug)]").count(), 2, "{code}");
    }
}
