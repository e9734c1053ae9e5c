//! Proofs: what a hook is called with, so that it is called in the right state of its entry only.
//!
//! A hook gets a proof of the state its entry is in: [`Frozen`] while this thread alone owns the entry
//! ([`FrozenRow`]: many of one table), [`Tracked`] once no CPU can hold a translation through it, [`Drained`] if moreover nothing is left in the table
//! that it points to. A page for the protected table is a [`TablePage`] while its private table is empty, and
//! [`Filled`] once that is full. None of them can be made outside this crate.

use crate::address::Address;
use crate::page::TablePage;
use crate::space::Protected;
use crate::table::Table;
use core::marker::PhantomData;

/// What a frozen entry held: nothing. A page can be mapped there, or a table linked.
#[derive(Copy, Clone, Debug)]
pub enum Vacant {}

/// What a frozen entry held: a page, or a table. It can be blocked, and nothing is mapped over it.
#[derive(Copy, Clone, Debug)]
pub enum Occupied {}

/// An entry of the private table that this thread has frozen, and that was [`Vacant`] or [`Occupied`] before: the
/// permission to call one hook about it.
#[derive(Debug)]
pub struct Frozen<T: Table, Was = Vacant> {
    slot: Slot<T>,
    held: PhantomData<fn() -> Was>,
}

/// Entries side by side in one private table that this thread has frozen, and that were [`Vacant`] before: the
/// permission to have the monitor map a page at each of them, by one call.
#[derive(Debug)]
pub struct FrozenRow<T: Table> {
    slot: Slot<T>,
    length: usize,
}

/// An entry that is blocked, and that no CPU translates through any more: the permission to take it away.
#[derive(Debug)]
pub struct Tracked<T: Table> {
    slot: Slot<T>,
}

/// Which entry a proof is about.
#[derive(Debug)]
struct Slot<T: Table> {
    address: Address<T::Space>,
    level: T::Levels,
    was: u64,
}

impl<T: Table, Was> Frozen<T, Was> {
    #[inline]
    pub(crate) const fn new(address: Address<T::Space>, level: T::Levels, was: u64) -> Self {
        Self { slot: Slot { address, level, was }, held: PhantomData }
    }
}

impl<T: Table> FrozenRow<T> {
    #[inline]
    pub(crate) const fn new(first: Address<T::Space>, level: T::Levels, was: u64, length: usize) -> Self {
        Self { slot: Slot { address: first, level, was }, length }
    }

    /// How many entries there are, from the one at [`address`](Self::address) on.
    #[inline]
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is at least one")]
    pub const fn len(&self) -> usize {
        self.length
    }
}

impl<T: Table> Tracked<T> {
    #[inline]
    pub(crate) const fn new(address: Address<T::Space>, level: T::Levels, was: u64) -> Self {
        Self { slot: Slot { address, level, was } }
    }
}

macro_rules! slot {
    ($name:ident $(, $was:ident)?) => {
        impl<T: Table $(, $was)?> $name<T $(, $was)?> {
            /// The first address behind the entry, aligned to what the entry maps.
            #[inline]
            #[must_use]
            pub const fn address(&self) -> Address<T::Space> {
                self.slot.address
            }

            /// The level of the table that the entry is in.
            #[inline]
            #[must_use]
            pub const fn level(&self) -> T::Levels {
                self.slot.level
            }

            /// What the private entry held before.
            #[inline]
            #[must_use]
            pub const fn was(&self) -> u64 {
                self.slot.was
            }
        }
    };
}
slot!(Frozen, Was);
slot!(FrozenRow);
slot!(Tracked);

/// A [`Tracked`] entry that points to a table without entries in use: the permission to take the table away.
#[derive(Debug)]
pub struct Drained<T: Table>(Tracked<T>);

impl<T: Table> Drained<T> {
    #[inline]
    pub(crate) const fn new(entry: Tracked<T>) -> Self {
        Self(entry)
    }

    /// The entry that points to the table.
    #[inline]
    #[must_use]
    pub const fn entry(&self) -> &Tracked<T> {
        &self.0
    }
}

/// A page for the protected table whose table in `T` is full already: what a block is split into.
#[derive(Debug)]
pub struct Filled<T: Table> {
    page: TablePage<Protected>,
    table: PhantomData<fn() -> T>,
}

impl<T: Table> Filled<T> {
    #[inline]
    pub(crate) const fn new(page: TablePage<Protected>) -> Self {
        Self { page, table: PhantomData }
    }

    /// The page.
    #[inline]
    pub const fn page(&self) -> &TablePage<Protected> {
        &self.page
    }
}
