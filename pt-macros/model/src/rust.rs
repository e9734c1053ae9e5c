//! What a declaration says in Rust itself: attributes, visibility, types, paths, the arguments of a method.
//!
//! It is passed on as the tokens that were written, with the little beside them that the checks and the emitted code
//! ask for. A syntax tree of Rust is not kept: only the parser knows one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

/// The user's attributes of one thing (documentation among them), without those of the language.
#[derive(Clone, Default)]
pub struct Attributes {
    /// The attributes.
    pub tokens: TokenStream,
    /// There is documentation among them.
    pub documented: bool,
    /// The traits that they derive, each without the path before its name.
    pub derives: Vec<Ident>,
}

/// A visibility.
pub struct Visibility {
    /// The visibility; nothing where it is inherited.
    pub tokens: TokenStream,
    /// It is `pub`.
    pub is_public: bool,
}

/// A path.
#[derive(Clone, Debug)]
pub struct Path {
    /// The path.
    pub tokens: TokenStream,
    /// Where it is written.
    pub span: Span,
    /// It begins with `::`.
    pub is_global: bool,
    /// Its names.
    pub segments: Vec<Segment>,
}

/// One name of a path.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The name.
    pub ident: Ident,
    /// What is in the angle brackets behind it.
    pub arguments: Vec<Argument>,
}

/// A generic argument.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A type.
    Type(Type),
    /// A number, unless it has more than 32 bits.
    Number(Option<u32>),
    /// Something else.
    Other,
}

/// A type.
#[derive(Clone, Debug)]
pub struct Type {
    /// The type.
    pub tokens: TokenStream,
    /// Where it is written.
    pub span: Span,
    /// What it looks like.
    pub form: TypeForm,
}

/// What a type looks like.
#[derive(Clone, Debug)]
pub enum TypeForm {
    /// `()`.
    Unit,
    /// A name.
    Path(Path),
    /// `&T`, `&mut T`.
    Reference(Box<Type>),
    /// Something else.
    Other,
}

/// What a method takes and returns.
pub struct Signature {
    /// The arguments, with the receiver.
    pub inputs: Vec<Input>,
    /// What it returns, if that is written.
    pub output: Option<Type>,
}

/// An argument of a method.
pub struct Input {
    /// The argument.
    pub tokens: TokenStream,
    /// Where it is written.
    pub span: Span,
    /// Its type; none for the receiver.
    pub ty: Option<Type>,
}

impl Path {
    /// The name, if the path is nothing else.
    #[must_use]
    pub fn as_ident(&self) -> Option<&Ident> {
        match self.segments.as_slice() {
            [only] if !self.is_global && only.arguments.is_empty() => Some(&only.ident),
            _ => None,
        }
    }
}

impl Type {
    /// The last name of the path, if the type is one.
    #[must_use]
    pub fn last(&self) -> Option<&Segment> {
        self.path()?.segments.last()
    }

    /// The path, if the type is one.
    #[must_use]
    pub const fn path(&self) -> Option<&Path> {
        match &self.form {
            TypeForm::Path(path) => Some(path),
            _ => None,
        }
    }
}

impl ToTokens for Attributes {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

impl ToTokens for Visibility {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

impl ToTokens for Path {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

impl ToTokens for Type {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}
