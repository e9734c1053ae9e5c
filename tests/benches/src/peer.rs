//! What each page-table library is asked to do, in its own words.
//!
//! An operation that a library does not offer is `None`, and its place in the table stays empty. One library has no
//! range operations at all: there a range is a loop over its pages, as its users write it, and the report says so.

use crate::memory::Slot;

/// Bytes of the smallest page.
pub const PAGE: u64 = 1 << 12;
/// Bytes of a block one level above.
pub const BLOCK: u64 = 1 << 21;
/// The first input address that is mapped.
pub const START: u64 = 0x40_0000_0000;
/// What is added to an input address for its frame, where pages of 4 KiB are mapped. It is no multiple of a block, so
/// that nobody can map a range of pages by blocks.
pub const TO_FRAME: u64 = 0x10_0000_1000;
/// The same where blocks of 2 MiB are mapped.
pub const TO_BLOCK: u64 = 0x10_0000_0000;

/// The size of the leaves.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Size {
    /// 4 KiB.
    Page,
    /// 2 MiB.
    Block,
}

impl Size {
    /// Bytes that a leaf maps.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        match self {
            Self::Page => PAGE,
            Self::Block => BLOCK,
        }
    }

    /// What is added to an input address for its frame.
    #[must_use]
    pub const fn to_frame(self) -> u64 {
        match self {
            Self::Page => TO_FRAME,
            Self::Block => TO_BLOCK,
        }
    }
}

/// One page-table library on a tree of four levels.
///
/// Pages are given by the input addresses that they begin at, already of the library's own type. Everything is mapped
/// readable and writable, and as used, its accessed and dirty bits set, as kernels do, where the library lets one say
/// that. Taking the write permission away is what `protect` does.
pub trait Peer: Sized {
    /// The name of its column.
    const NAME: &'static str;
    /// Whether it maps only to have something to translate.
    const ONLY_TRANSLATES: bool = false;
    /// An input address.
    type Address: Copy;

    /// An empty tree whose tables lie in `memory`.
    fn new(memory: &Slot) -> Self;

    /// An input address from an integer.
    fn address(at: u64) -> Self::Address;

    /// The byte of memory behind an address; 0 for none.
    fn translate(&self, at: Self::Address) -> u64;

    /// Looks up addresses, and adds up what is behind them.
    #[inline(always)]
    fn translate_all(&self, addresses: &[Self::Address]) -> u64 {
        sum(addresses, |at| self.translate(at))
    }

    /// The same, each address known only when the one before is looked up.
    #[inline(always)]
    fn translate_chain(&self, addresses: &[Self::Address]) -> u64 {
        chain(addresses, |at| self.translate(at))
    }

    /// Maps pages of 4 KiB, one by one.
    fn map(&mut self, _pages: &[Self::Address]) -> Option<()> {
        None
    }

    /// Maps blocks of 2 MiB, one by one.
    fn map_blocks(&mut self, _blocks: &[Self::Address]) -> Option<()> {
        None
    }

    /// Maps `bytes` from [`START`] by leaves of one size.
    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()>;

    /// Unmaps pages of 4 KiB, one by one, and adds up their frames.
    fn unmap(&mut self, _pages: &[Self::Address]) -> Option<u64> {
        None
    }

    /// Unmaps `bytes` of pages from [`START`], and adds up their frames.
    fn unmap_range(&mut self, _bytes: u64) -> Option<u64> {
        None
    }

    /// Unmaps `bytes` of pages from `at`, and learns nothing.
    fn clear_range(&mut self, _at: Self::Address, _bytes: u64) -> Option<()> {
        None
    }

    /// Takes the write permission from pages of 4 KiB, one by one.
    fn protect(&mut self, _pages: &[Self::Address]) -> Option<()> {
        None
    }

    /// Takes the write permission from `bytes` of pages from [`START`].
    fn protect_range(&mut self, _bytes: u64) -> Option<()> {
        None
    }

    /// The same, beside threads that fault pages in.
    fn protect_range_shared(&self, _bytes: u64) -> Option<()> {
        None
    }

    /// Logs all leaves, in the order of their addresses.
    fn walk(&self, _log: &mut Log) -> Option<()> {
        None
    }

    /// Marks pages of 4 KiB as not written.
    fn mark_clean(&mut self, _pages: &[Self::Address]) -> Option<()> {
        None
    }

    /// Logs the leaves that are marked as written, and marks them as clean.
    fn harvest(&mut self, _log: &mut Log) -> Option<()> {
        None
    }
}

/// Adds up what is found behind addresses.
#[inline(always)]
pub fn sum<A: Copy>(addresses: &[A], translate: impl Fn(A) -> u64) -> u64 {
    addresses.iter().fold(0, |sum, &at| sum.wrapping_add(translate(at)))
}

/// The same, each address at a place that depends on what was found before: its lowest bit, which is 0. The compiler
/// must not see that.
#[inline(always)]
pub fn chain<A: Copy>(addresses: &[A], translate: impl Fn(A) -> u64) -> u64 {
    let (mut sum, mut found, mut next) = (0_u64, 0, 0);
    while let Some(&at) = addresses.get(next + (opaque(found) & 1) as usize) {
        found = translate(at);
        sum = sum.wrapping_add(found);
        next += 1;
    }
    sum
}

/// The same value, of which nothing is known. Unlike `black_box` it stays in its register.
#[inline(always)]
#[allow(unsafe_code, reason = "an empty instruction")]
fn opaque(mut value: u64) -> u64 {
    // SAFETY: it does nothing.
    unsafe { std::arch::asm!("/* {0} */", inout(reg) value, options(nomem, nostack, preserves_flags, pure)) };
    value
}

/// A log of leaves with room for a fixed number, as a dirty log is.
#[derive(Debug)]
pub struct Log {
    words: Box<[u64]>,
    length: usize,
}

impl Log {
    /// An empty log.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self { words: vec![0; room].into(), length: 0 }
    }

    /// Logs a leaf.
    #[inline(always)]
    pub fn push(&mut self, at: u64, frame: u64, writable: bool) {
        if let Some(word) = self.words.get_mut(self.length) {
            *word = Self::word(at, frame, writable);
            self.length += 1;
        }
    }

    /// One leaf as a word: addresses of pages leave the low bits free.
    #[must_use]
    #[inline(always)]
    pub const fn word(at: u64, frame: u64, writable: bool) -> u64 {
        at.wrapping_add(frame << 8) | writable as u64
    }

    /// What was logged.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words[..self.length]
    }

    /// Empties the log.
    pub const fn clear(&mut self) {
        self.length = 0;
    }
}
