//! Writes the items of a declaration.
//!
//! Only declarations are written: types, constants and trait implementations. What is generic over them is code
//! of `pt-core`, for a person to read.

use crate::model::Module;
use proc_macro2::TokenStream;

/// The items that the declaration stands for.
#[must_use]
pub fn emit(model: &Module) -> TokenStream {
    model.passed.iter().cloned().collect()
}
