//! What a change leaves behind until CPUs are flushed: stale translations, and the table pages they lead through.
//!
//! A table that is unlinked may still be walked by a CPU that has cached the entry which linked it. Its page must
//! not be used for anything else before the flush, and so it is not freed, but kept in the [`Stale`] value that
//! the operation returns. The pages form a chain through their records (never through their words, which a CPU
//! may still read), so that any number of them needs no memory. The flush is the only way to what is behind it.

use super::source::TableSource;
use crate::address::{AddressRange, Hpa};
use crate::flush::{Flush, Invalidate, Scope};
use crate::memory::{Memory, Word};
use crate::space::Space;
use crate::table::{UsedByCpu, Visible};
use core::fmt;

/// Stale translations of `T`, the tables that only they lead to, and a value that may be used once they are gone.
///
/// Flush it, or gather it with others and flush those. A value that is dropped instead leaves its translations
/// in the TLBs and its table pages unusable.
#[must_use = "stale translations stay in the TLBs until this is flushed: call `.flush(…)`, or gather it with `.and(…)`"]
pub struct Stale<'t, T: Visible + UsedByCpu, M: Memory, S: TableSource, V = ()> {
    flush: Flush<T>,
    dead: DeadTables,
    memory: &'t M,
    source: S,
    value: V,
}

impl<'t, T: Visible + UsedByCpu, M: Memory, S: TableSource, V> Stale<'t, T, M, S, V> {
    /// What `range` translated to is stale, and so are the entries on the way there if they led through `dead`.
    #[inline(always)]
    pub(super) fn new(memory: &'t M, source: S, range: AddressRange<T::Space>, dead: DeadTables, value: V) -> Self {
        let flush = if dead.is_empty() { Flush::leaves(range) } else { Flush::tables(range) };
        Self { flush, dead, memory, source, value }
    }

    /// Nothing is stale.
    #[inline(always)]
    pub(super) const fn unchanged(memory: &'t M, source: S, value: V) -> Self {
        Self { flush: Flush::not_needed(), dead: DeadTables::NONE, memory, source, value }
    }
}

impl<'t, T: Visible + UsedByCpu, M: Memory, S: TableSource, V> Stale<'t, T, M, S, V> {
    /// Whether anything is stale.
    #[inline(always)]
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        self.flush.is_needed()
    }

    /// What is stale.
    #[inline(always)]
    #[must_use]
    pub const fn scope(&self) -> Scope<T::Space> {
        self.flush.scope()
    }

    /// What the operation returned, to look at. A page that was unmapped must not be used for anything else yet.
    #[inline(always)]
    #[must_use]
    pub const fn peek(&self) -> &V {
        &self.value
    }

    /// Drops the stale translations, gives the tables back, and returns the value.
    #[inline(always)]
    pub fn flush<I: Invalidate<T>>(self, by: &mut I) -> V {
        self.flush.flush(by);
        self.dead.release(self.memory, self.source);
        self.value
    }

    /// Does without a flush: the caller knows that no CPU can hold a stale translation, for the reason it gives.
    #[inline(always)]
    pub fn unneeded_because(self, reason: &'static str) -> V {
        self.flush.unneeded_because(reason);
        self.dead.release(self.memory, self.source);
        self.value
    }

    /// Gathers this with what another operation on the same tree left behind, so that one flush does for both. The
    /// value comes out early: it must not be used for anything else before the flush.
    #[inline(always)]
    pub fn and(self, mut other: Stale<'t, T, M, S>) -> (Stale<'t, T, M, S>, V) {
        debug_assert!(core::ptr::eq(self.memory, other.memory), "flushes of two trees are gathered");
        other.flush = other.flush.and(self.flush);
        other.dead.append(self.dead, self.memory);
        (other, self.value)
    }
}

impl<T: Visible + UsedByCpu, M: Memory, S: TableSource, V: fmt::Debug> fmt::Debug for Stale<'_, T, M, S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} for {:?}", self.flush, self.value)
    }
}

/// The range that an operation has changed translations in.
pub(super) struct Touched<S: Space>(Option<AddressRange<S>>);

impl<S: Space> Touched<S> {
    pub(super) const NOTHING: Self = Self(None);

    pub(super) fn add(&mut self, range: AddressRange<S>) {
        self.0 = Some(self.0.map_or(range, |before| before.hull(range)));
    }

    pub(super) fn into_stale<T, M, A>(self, memory: &M, source: A, dead: DeadTables) -> Stale<'_, T, M, A>
    where
        T: Visible<Space = S> + UsedByCpu,
        M: Memory,
        A: TableSource,
    {
        match self.0 {
            Some(range) => Stale::new(memory, source, range, dead, ()),
            None => Stale::unchanged(memory, source, ()),
        }
    }
}

/// Table pages that were unlinked, chained through their records: `partner` of each holds the next frame and, in
/// the low bits, its own order. (Direct tables have no partner.)
pub(super) struct DeadTables {
    first: u64,
}

/// Ends a chain. Frames are narrower.
const END: u64 = !ORDER;
/// Where the order is.
const ORDER: u64 = 0xfff;

impl DeadTables {
    pub(super) const NONE: Self = Self { first: END };

    #[inline(always)]
    fn is_empty(&self) -> bool {
        self.first == END
    }

    pub(super) fn push<M: Memory>(&mut self, memory: &M, frame: Hpa, order: u32) {
        memory.record(frame).partner.store(self.first | u64::from(order));
        self.first = frame.as_u64();
    }

    /// Takes the first page off, with its order.
    fn pop<M: Memory>(&mut self, memory: &M) -> Option<(Hpa, u32)> {
        if self.is_empty() {
            return None;
        }
        let frame = Hpa::new(self.first);
        let partner = &memory.record(frame).partner;
        let (next, order) = (partner.load() & !ORDER, partner.load() & ORDER);
        partner.store(0);
        self.first = next;
        Some((frame, order as u32))
    }

    fn append<M: Memory>(&mut self, mut other: Self, memory: &M) {
        while let Some((frame, order)) = other.pop(memory) {
            self.push(memory, frame, order);
        }
    }

    #[inline(always)]
    fn release<M: Memory, S: TableSource>(self, memory: &M, source: S) {
        if !self.is_empty() {
            self.release_all(memory, source);
        }
    }

    #[cold]
    fn release_all<M: Memory, S: TableSource>(mut self, memory: &M, source: S) {
        while let Some((frame, order)) = self.pop(memory) {
            source.retire(frame, order);
        }
    }
}
