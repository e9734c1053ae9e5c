//! Something small that was written, with where it was written.

use proc_macro2::Span;
use std::ops::{Deref, DerefMut};

/// A value and the tokens that it was read from: an error about it points there.
#[derive(Copy, Clone, Debug)]
pub struct Spanned<T> {
    value: T,
    span: Span,
}

impl<T> Spanned<T> {
    /// `value`, which is written at `span`.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Where it is written.
    pub const fn span(&self) -> Span {
        self.span
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Spanned<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
