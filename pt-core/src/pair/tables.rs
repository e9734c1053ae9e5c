//! Table pages of the private table, each with its partner in the protected one.
//!
//! The two come and go together. The record beside the table page owns the partner from link until unlink or
//! reclaim; a partner that the monitor does not give back is never freed.

use super::Leaked;
use crate::address::Hpa;
use crate::allocator::TableAllocator;
use crate::hook::{Filled, Partner};
use crate::level::{Level, LevelOf};
use crate::memory::{Memory, Word};
use crate::page::TablePage;
use crate::space::{Private, Protected};
use crate::table::Propagating;
use crate::tree::TableOf;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

/// A table page for an entry of level `L`, and its partner; nothing points to them yet. Dropping frees both.
pub(super) struct Unlinked<'a, A: TableAllocator, T: Propagating, L: LevelOf<T>> {
    allocator: &'a A,
    table: TablePage<Private>,
    partner: TablePage<Protected>,
    marker: PhantomData<fn() -> (T, L)>,
}

impl<'a, A: TableAllocator, T: Propagating, L: LevelOf<T>> Unlinked<'a, A, T, L> {
    /// Takes both pages from the allocator.
    pub(super) fn take(allocator: &'a A) -> Option<Self> {
        let order = L::Below::TABLE_ORDER;
        let table = allocator.allocate(order)?;
        let Some(partner) = allocator.allocate(order) else {
            allocator.free(table, order);
            return None;
        };
        Some(Self { allocator, table: TablePage::new(table), partner: TablePage::new(partner), marker: PhantomData })
    }

    pub(super) const fn frame(&self) -> Hpa {
        self.table.frame()
    }

    pub(super) const fn partner(&self) -> &TablePage<Protected> {
        &self.partner
    }

    /// The partner, as the page of a table that is full: the caller has filled the table.
    pub(super) const fn filled(&self) -> Filled<T> {
        Filled::new(TablePage::new(self.partner.frame()))
    }

    /// The monitor has taken the partner: from now on the record of the table page owns it.
    pub(super) fn commit<M: Memory>(self, memory: &M) -> TableOf<T, L::Below> {
        let linked = ManuallyDrop::new(self);
        memory.record(linked.frame()).partner.store(linked.partner.frame().as_u64() | OWNED);
        TableOf::at(linked.frame())
    }

    /// The monitor may have taken the partner, or not: neither page is ever used again.
    pub(super) fn leak(self) {
        let _ = ManuallyDrop::new(self);
    }
}

impl<A: TableAllocator, T: Propagating, L: LevelOf<T>> Drop for Unlinked<'_, A, T, L> {
    fn drop(&mut self) {
        self.allocator.free(self.partner.frame(), L::Below::TABLE_ORDER);
        self.allocator.free(self.table.frame(), L::Below::TABLE_ORDER);
    }
}

/// Tells a partner at frame 0 from none. Frames are aligned to 4 KiB.
const OWNED: u64 = 1;

/// The partner of a table.
pub(super) fn partner<M: Memory>(memory: &M, table: Hpa) -> Option<Hpa> {
    let partner = memory.record(table).partner.load();
    (partner != 0).then_some(Hpa::new(partner & !OWNED))
}

/// Frees a table that nothing points to any more, and its partner, which the monitor has let go of.
pub(super) fn free<T, L, M, A>(memory: &M, allocator: &A, table: TableOf<T, L>)
where
    T: Propagating,
    L: LevelOf<T>,
    M: Memory,
    A: TableAllocator,
{
    if let Some(partner) = partner(memory, table.frame()) {
        memory.record(table.frame()).partner.store(0);
        allocator.free(partner, L::TABLE_ORDER);
    }
    allocator.free(table.frame(), L::TABLE_ORDER);
}

/// Frees a table that nothing points to any more, and its partner, unless that is lost.
pub(super) fn release<T, L, M, A>(memory: &M, allocator: &A, table: TableOf<T, L>, fate: Partner, leaked: &mut Leaked)
where
    T: Propagating,
    L: LevelOf<T>,
    M: Memory,
    A: TableAllocator,
{
    if fate == Partner::Lost && partner(memory, table.frame()).is_some() {
        memory.record(table.frame()).partner.store(0);
        leaked.tables += 1;
    }
    free(memory, allocator, table);
}

/// How many entries of a table are in use. Counted now, and noted, if parallel faults have filled the table.
pub(super) fn live<T: Propagating, L: LevelOf<T>, M: Memory>(memory: &M, table: TableOf<T, L>) -> u64 {
    let record = memory.record(table.frame());
    record.counted().unwrap_or_else(|| {
        let words = (0..L::ENTRIES).map(|index| memory.word(table.frame(), index).load());
        let live = words.filter(|&word| word != T::ABSENT).count() as u64;
        record.live.store(live);
        live
    })
}
