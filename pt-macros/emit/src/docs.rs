//! Documentation of what is emitted: the user's own first, then what the declaration says.

use proc_macro2::TokenStream;
use pt_model::Attributes;

/// A paragraph or more, one `#[doc]` a line.
pub(super) fn doc(text: &str) -> TokenStream {
    text.lines()
        .map(|line| {
            let line = if line.is_empty() { String::new() } else { format!(" {line}") };
            hygienic!(#[doc = #line])
        })
        .collect()
}

/// The user's attributes, followed by a paragraph; or the paragraph alone where the user wrote nothing.
pub(super) fn attrs_and_doc(attrs: &Attributes, text: &str) -> TokenStream {
    let mut tokens: TokenStream = attrs.tokens.clone();
    if attrs.documented && !text.is_empty() {
        tokens.extend(hygienic!(#[doc = ""]));
    }
    tokens.extend(doc(text));
    tokens
}

/// The user's attributes; `otherwise` where there is no documentation among them.
pub(super) fn attrs_or_doc(attrs: &Attributes, otherwise: &str) -> TokenStream {
    let text = if attrs.documented { "" } else { otherwise };
    attrs_and_doc(attrs, text)
}
