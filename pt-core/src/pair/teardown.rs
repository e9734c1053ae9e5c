//! Teardown: every page and every table page comes back, once.
//!
//! The VM's key is gone: no hook of the other phases works any more, and none is needed, because no CPU can use
//! what the protected table maps. Pages come back by the reclaim hook alone, children before their table. What the
//! monitor keeps is never handed to anybody else: it is leaked on purpose, and counted.

use super::error::{Cause, EntryError};
use super::pages::{DirtyPage, LevelsOf, PageSink};
use super::phase::{Phase, TornDown};
use super::range::{Below, Visitor, visit};
use super::slot::{Place, Slot};
use super::{Leaked, Vm, tables};
use crate::address::{Address, AddressRange, Hpa};
use crate::allocator::TableAllocator;
use crate::geometry::{Half, Split};
use crate::hook::{Answer, Reclaim, Refusal};
use crate::level::{Level, LevelOf};
use crate::memory::{Memory, Word};
use crate::space::Private;
use crate::table::{Pair, Propagating, RootVisitor, Visible};

/// What came back, and what did not.
#[must_use = "what was refused can be asked for again; what is left when the VM is dissolved is leaked"]
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Reclaimed<L> {
    /// Pages of guest memory that came back.
    pub pages: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Tables that came back, each with its partner.
    pub tables: u64,
    /// Entries behind which something is left that the monitor has refused to give back.
    pub refused: u64,
    /// The first of them.
    pub first_refused: Option<EntryError<L>>,
}

impl<L> Reclaimed<L> {
    /// Whether nothing is left.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.refused == 0
    }
}

impl<P: Pair, Ph: Phase, M: Memory, A: TableAllocator, H> Vm<P, Ph, M, A, H> {
    /// Takes everything private back that the monitor gives: the pages go to `sink`, the tables and their partners
    /// to the allocator. A monitor that is busy is asked twice.
    ///
    /// What is refused stays where it is, and can be asked for again by another call.
    pub fn reclaim<S: PageSink>(&mut self, sink: &mut S) -> Reclaimed<LevelsOf<P>>
    where
        Ph: TornDown,
        P::Private: Reclaim<H>,
    {
        let done = Reclaimed { pages: 0, bytes: 0, tables: 0, refused: 0, first_refused: None };
        let mut visitor = ReclaimAll { hooks: &self.hooks, allocator: &self.allocator, sink, done };
        let whole = private_half(self.geometry());
        if let Err(error) = visit(&self.private, whole, &mut visitor) {
            visitor.refused(error);
        }
        visitor.done
    }

    /// Ends the VM. The tables of the shared half are freed: the caller has seen to it that no CPU uses them. Private
    /// memory that was not reclaimed is leaked, with its partners, and counted.
    pub fn dissolve(mut self) -> (H, Leaked)
    where
        Ph: TornDown,
    {
        let whole = private_half(self.geometry());
        let mut visitor = LeakAll { allocator: &self.allocator, leaked: &mut self.leaked };
        if visit(&self.private, whole, &mut visitor).is_ok() {
            let root = FreeRoot { allocator: &self.allocator, root: self.private.root() };
            P::Private::at_root(self.private.geometry(), root);
        }
        self.shared.invalidate().free(&self.allocator);
        (self.hooks, self.leaked)
    }
}

/// All private addresses. The split bit is the topmost input bit.
fn private_half<G: Split>(geometry: G) -> AddressRange<Private> {
    let start = Private::split_value(geometry.split_mask(), geometry.shared_value());
    AddressRange::new(Address::new(start), 1 << (geometry.width() - 1))
}

/// Reclaims what it meets.
struct ReclaimAll<'s, A, H, S, L> {
    hooks: &'s H,
    allocator: &'s A,
    sink: &'s mut S,
    done: Reclaimed<L>,
}

impl<A, H, S, L: Copy> ReclaimAll<'_, A, H, S, L> {
    fn refused(&mut self, error: EntryError<L>) {
        self.done.refused += 1;
        self.done.first_refused = self.done.first_refused.or(Some(error));
    }
}

fn reclaim<T: Reclaim<H>, H>(hooks: &H, page: Hpa) -> Answer<T> {
    match T::reclaim(hooks, page) {
        Err(Refusal::Busy(_)) => T::reclaim(hooks, page),
        answer => answer,
    }
}

impl<T, M, A, H, S> Visitor<T, M> for ReclaimAll<'_, A, H, S, T::Levels>
where
    T: Reclaim<H>,
    M: Memory,
    A: TableAllocator,
    S: PageSink,
{
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        let (found, slot) = at.load();
        let frame = match slot {
            Slot::Absent => return Ok(None),
            Slot::Table(table) | Slot::BlockedTable(table) => return Ok(Some(table)),
            Slot::Leaf(frame) | Slot::BlockedLeaf(frame) => frame,
            Slot::Frozen => {
                self.refused(at.error(found, Cause::Frozen));
                return Ok(None);
            }
        };
        match reclaim::<T, H>(self.hooks, frame) {
            Ok(()) => {
                at.word().store(T::ABSENT);
                at.count_one_less();
                self.done.pages += 1;
                self.done.bytes += 1 << L::SHIFT;
                self.sink.take::<L>(at.address(), DirtyPage::new(frame));
            }
            Err(refusal) => self.refused(at.error(found, Cause::Refused(refusal))),
        }
        Ok(None)
    }

    fn leave<L: LevelOf<T>>(
        &mut self,
        at: Place<'_, T, L, M>,
        table: Below<T, L>,
    ) -> Result<(), EntryError<T::Levels>> {
        if tables::live(at.memory(), table) > 0 {
            return Ok(());
        }
        let answer =
            tables::partner(at.memory(), table.frame()).map_or(Ok(()), |page| reclaim::<T, H>(self.hooks, page));
        match answer {
            Ok(()) => {
                at.word().store(T::ABSENT);
                at.count_one_less();
                self.done.tables += 1;
                tables::free(at.memory(), self.allocator, table);
            }
            Err(refusal) => self.refused(at.error(at.word().load(), Cause::Refused(refusal))),
        }
        Ok(())
    }
}

/// Counts what is left, and frees the tables: they are the host's own memory. Their partners are not.
struct LeakAll<'s, A> {
    allocator: &'s A,
    leaked: &'s mut Leaked,
}

impl<T: Propagating, M: Memory, A: TableAllocator> Visitor<T, M> for LeakAll<'_, A> {
    fn enter<L: LevelOf<T>>(&mut self, at: Place<'_, T, L, M>) -> Result<Option<Below<T, L>>, EntryError<T::Levels>> {
        match at.load().1 {
            Slot::Leaf(_) | Slot::BlockedLeaf(_) => self.leaked.bytes += 1 << L::SHIFT,
            Slot::Table(table) | Slot::BlockedTable(table) => return Ok(Some(table)),
            Slot::Absent | Slot::Frozen => {}
        }
        Ok(None)
    }

    fn leave<L: LevelOf<T>>(
        &mut self,
        _at: Place<'_, T, L, M>,
        table: Below<T, L>,
    ) -> Result<(), EntryError<T::Levels>> {
        self.leaked.tables += 1;
        self.allocator.free(table.frame(), L::Below::TABLE_ORDER);
        Ok(())
    }
}

struct FreeRoot<'a, A> {
    allocator: &'a A,
    root: Hpa,
}

impl<T: Propagating, A: TableAllocator> RootVisitor<T> for FreeRoot<'_, A> {
    type Output = ();
    fn visit<L: LevelOf<T>>(self) {
        self.allocator.free(self.root, L::TABLE_ORDER);
    }
}
