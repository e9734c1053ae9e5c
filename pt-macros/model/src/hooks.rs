//! The `#[hooks]` traits: the operations of the monitor.

use super::{Attributes, Head, LevelList, Signature, Spanned, Type};
use proc_macro2::{Ident, Span, TokenStream};

/// The operations that change one table.
pub struct Hooks {
    /// Name and attributes.
    pub head: Head,
    /// The table, unless it is missing (and was reported).
    pub table: Option<Ident>,
    /// The trait up to its braces, without attributes.
    pub header: TokenStream,
    /// Where its braces are.
    pub braces: Span,
    /// What is in them.
    pub members: Vec<Member>,
    /// Its methods, as operations.
    pub hooks: Vec<Hook>,
}

/// An item of a trait.
pub struct Member {
    /// The name, if the item is a method.
    pub method: Option<Ident>,
    /// The attributes of the method.
    pub attrs: Attributes,
    /// The item, or the method without its attributes.
    pub tokens: TokenStream,
}

/// One operation.
pub struct Hook {
    /// The name of the method.
    pub ident: Ident,
    /// What it takes and returns.
    pub signature: Signature,
    /// What it is to the engine.
    pub roles: Vec<Spanned<HookRole>>,
    /// What it can answer.
    pub answers: Answers,
    /// `done = Type`: what it returns when it is finished; `()` without it.
    pub done: Option<Type>,
    /// `levels(…)`: where it can be called.
    pub levels: Option<LevelList>,
    /// `before` or `after`: when it is called, relative to the write of the table that propagates.
    pub order: Option<Spanned<Order>>,
    /// `fused`: no translation survives it; nothing has to be blocked and tracked first.
    pub fused: Option<Span>,
    /// `lossy`: what the page held is lost.
    pub lossy: Option<Span>,
    /// The attribute.
    pub span: Span,
}

/// What a hook is to the engine.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum HookRole {
    /// Hangs a table page.
    Link,
    /// Maps a page with content.
    Add,
    /// Maps a page.
    Map,
    /// Lets no new translation through.
    Block,
    /// Undoes a block.
    Unblock,
    /// Begins a new epoch.
    Track,
    /// Takes a page away.
    Remove,
    /// Takes a table away.
    Unlink,
    /// Replaces a leaf by a table.
    Split,
    /// Replaces a table by a leaf.
    Merge,
    /// Takes a page back after teardown.
    Reclaim,
    /// An operation that the engine does not call.
    Other,
}

impl HookRole {
    /// Every role, by the word that declares it.
    pub const ALL: [(&'static str, Self); 12] = [
        ("link", Self::Link),
        ("add", Self::Add),
        ("map", Self::Map),
        ("block", Self::Block),
        ("unblock", Self::Unblock),
        ("track", Self::Track),
        ("remove", Self::Remove),
        ("unlink", Self::Unlink),
        ("split", Self::Split),
        ("merge", Self::Merge),
        ("reclaim", Self::Reclaim),
        ("other", Self::Other),
    ];

    /// The word that declares it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, role)| *role == self).map_or("other", |(word, _)| word)
    }
}

/// The answers that a hook gives beside done and fatal.
#[derive(Copy, Clone, Debug)]
pub struct Answers {
    /// `partial`.
    pub partial: Option<Span>,
    /// `busy`.
    pub busy: Option<Span>,
    /// `incomplete`.
    pub incomplete: Option<Span>,
    /// `stopped`.
    pub stopped: Option<Span>,
}

/// When a hook is called, relative to the write of the table that propagates.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Before it.
    Before,
    /// After it.
    After,
}

impl Hooks {
    /// The hook with this name.
    #[must_use]
    pub fn get(&self, name: &Ident) -> Option<&Hook> {
        self.hooks.iter().find(|hook| hook.ident == *name)
    }
}

/// `sept_add` as the name of a type: `SeptAdd`.
#[must_use]
pub fn upper_camel(ident: &Ident) -> String {
    let words = ident.to_string();
    let words = words.trim_start_matches("r#").split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}
