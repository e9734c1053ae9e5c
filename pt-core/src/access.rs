//! Exclusive and parallel access: one engine, two ways of writing a word.
//!
//! Under [`Exclusive`] access nobody else writes the tables; only the CPU may still set accessed and dirty bits.
//! Under [`Parallel`] access other threads resolve faults in the same tables, so that every change of an entry is
//! one compare-exchange that may be lost. Which of the two holds is a type parameter of the cursor: the first
//! comes from a `&mut` borrow of the tree, the second from a shared one.

use crate::memory::Word;
use core::hint::cold_path;

mod sealed {
    pub trait Sealed {}
}

/// How an entry is changed.
pub trait Access: sealed::Sealed {
    /// Whether other threads may write the same tables.
    const PARALLEL: bool;

    /// Replaces `current`, which was just loaded, by `new`. `hardware` are the bits that the CPU may set in
    /// between; when none can, an exclusive change is a plain store.
    ///
    /// # Errors
    /// The value found, if another thread was faster. Nothing was written then.
    fn replace<W: Word>(word: &W, current: u64, new: u64, hardware: u64) -> Result<(), u64>;
}

/// The caller holds the tree exclusively.
#[derive(Copy, Clone, Debug)]
pub enum Exclusive {}

/// Other threads may be working on the tree.
#[derive(Copy, Clone, Debug)]
pub enum Parallel {}

/// Access that no other thread has: [`Exclusive`].
#[diagnostic::on_unimplemented(
    message = "this needs the tree exclusively: other threads may be changing it",
    label = "under parallel access another thread may map a page in the table meanwhile",
    note = "make the cursor by `tree.exclusive(…)`, from a `&mut` borrow of the tree"
)]
pub trait Alone: Access {}

impl Alone for Exclusive {}

impl sealed::Sealed for Exclusive {}
impl sealed::Sealed for Parallel {}

impl Access for Exclusive {
    const PARALLEL: bool = false;

    #[inline(always)]
    fn replace<W: Word>(word: &W, current: u64, new: u64, hardware: u64) -> Result<(), u64> {
        // A hardware bit that is already set cannot be lost by a store.
        if current & hardware == hardware {
            word.store(new);
            return Ok(());
        }
        cold_path();
        word.compare_exchange(current, new)
    }
}

impl Access for Parallel {
    const PARALLEL: bool = true;

    #[inline(always)]
    fn replace<W: Word>(word: &W, current: u64, new: u64, _hardware: u64) -> Result<(), u64> {
        word.compare_exchange(current, new)
    }
}
