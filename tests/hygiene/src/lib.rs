//! Declarations where nothing helps them: there is no prelude, `pt-core` has another name, each warning is an
//! error, and the user writes no documentation of the items. What the macros emit has to bring everything along.
//!
//! That this crate compiles is the test; `tests/` then looks at what the rarer parts of the language mean.
#![no_std]
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]

pub mod alone;
pub mod both;
pub mod everything;
pub mod features;
pub mod kept;
mod unused;
