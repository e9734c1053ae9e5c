//! Installing one page in the private table and, through the hooks, in the protected one.
//!
//! The walk goes down the private table only. Where a table is missing it is linked, parents first: nothing
//! below it can be reached before the monitor has the parent too. Each entry on the way is changed by the same
//! steps: freeze, hook, publish or roll back. Live counts follow the commit, never the attempt.
//!
//! Table pages, and as many partner pages for the protected table, are taken before the first change, when it is
//! known how many are missing. What is left of them goes back to the allocator without a hook: nobody saw it.

use super::error::{Cause, EntryError};
use super::freeze::Freeze;
use super::slot::{self, Place, Slot};
use super::tables::Unlinked;
use crate::access::Access;
use crate::address::{Gpa, Hpa};
use crate::allocator::{OutOfTables, Reserve, TableAllocator};
use crate::format::EntryFormat;
use crate::hook::{Answer, Frozen, Link};
use crate::level::{LevelOf, Levels};
use crate::memory::Memory;
use crate::space::Private;
use crate::table::{Propagating, RootVisitor, Table};
use crate::tree::{TableOf, Tree};

/// The most pages that one walk can need: a table and its partner at every level below the root.
const RESERVE: usize = 16;

/// What an installation ends in: at which levels, with which page, and by which hook.
pub(super) trait Ending<T: Propagating, H> {
    /// Whether other threads install in the same tree.
    type Access: Access;
    /// Whether an absent entry of this level is where the page goes.
    fn ends_at(&self, level: T::Levels) -> bool;
    /// Whether a table that hangs at this level already is descended into.
    fn descends_at(&self, level: T::Levels) -> bool;
    /// The page for the block of level `L` at `block`, if there is one.
    fn page<L: LevelOf<T>>(&mut self, block: Gpa<Private>) -> Option<Hpa>;
    /// Takes the page back: it is not mapped.
    fn give_back<L: LevelOf<T>>(&mut self, block: Gpa<Private>, page: Hpa);
    /// Calls the hook.
    fn propagate(&self, hooks: &H, at: &Frozen<T>, page: Hpa) -> Answer<T>;
}

/// How an installation ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Installed<L> {
    /// The page is mapped by a leaf of this level.
    Mapped(L),
    /// A leaf was there already.
    Present {
        /// The first address behind it.
        address: Gpa<Private>,
        /// Its level.
        level: L,
        /// The entry.
        found: u64,
    },
    /// There is no page.
    NoPage,
}

pub(super) type InstallResult<T> = Result<Installed<<T as Table>::Levels>, EntryError<<T as Table>::Levels>>;

/// Installs what `ending` has for `address`.
pub(super) fn install<T, M, A, H, E>(
    tree: &Tree<T, M>,
    allocator: &A,
    hooks: &H,
    address: Gpa<Private>,
    ending: &mut E,
) -> InstallResult<T>
where
    T: Link<H>,
    M: Memory,
    A: TableAllocator,
    E: Ending<T, H>,
{
    const { assert!(2 * (T::Levels::ALL.len() - 1) <= RESERVE, "the tree is too deep for the reserve") };
    let (memory, root) = (tree.memory(), tree.root());
    T::at_root(tree.geometry(), Install { memory, root, allocator, hooks, address, ending, reserve: None })
}

struct Install<'a, M, A: TableAllocator, H, E> {
    memory: &'a M,
    root: Hpa,
    allocator: &'a A,
    hooks: &'a H,
    address: Gpa<Private>,
    ending: &'a mut E,
    reserve: Option<Reserve<'a, A, RESERVE>>,
}

impl<T, M, A, H, E> RootVisitor<T> for Install<'_, M, A, H, E>
where
    T: Link<H>,
    M: Memory,
    A: TableAllocator,
    E: Ending<T, H>,
{
    type Output = InstallResult<T>;

    fn visit<L: LevelOf<T>>(mut self) -> Self::Output {
        if TableOf::<T, L>::root_index(self.address).is_none() {
            return Err(EntryError::new(self.address, L::LEVEL, T::ABSENT, Cause::BeyondRoot));
        }
        let root = TableOf::<T, L>::at(self.root);
        self.step(root)
    }
}

impl<M: Memory, A: TableAllocator, H, E> Install<'_, M, A, H, E> {
    fn step<T, L>(&mut self, table: TableOf<T, L>) -> InstallResult<T>
    where
        T: Link<H>,
        L: LevelOf<T>,
        E: Ending<T, H>,
    {
        let place = Place::new(self.memory, table, self.address);
        let (found, slot) = place.load();
        let error = |cause| Err(place.error(found, cause));
        match slot {
            Slot::Table(child) if self.ending.descends_at(L::LEVEL) => self.step(child),
            Slot::Table(_) => error(Cause::Occupied),
            Slot::Absent if L::LEAVES && self.ending.ends_at(L::LEVEL) => self.leaf(place, found),
            Slot::Absent if L::TABLES => {
                let child = self.link(place, found)?;
                self.step(child)
            }
            Slot::Absent => error(Cause::NoHook),
            Slot::Leaf(_) => Ok(Installed::Present { address: place.address(), level: L::LEVEL, found }),
            Slot::Frozen => error(Cause::Frozen),
            Slot::BlockedLeaf(_) | Slot::BlockedTable(_) => error(Cause::Blocked),
        }
    }

    /// Maps the page in an absent entry.
    fn leaf<T, L>(&mut self, place: Place<'_, T, L, M>, found: u64) -> InstallResult<T>
    where
        T: Link<H>,
        L: LevelOf<T>,
        E: Ending<T, H>,
    {
        let Some(page) = self.ending.page::<L>(place.address()) else { return Ok(Installed::NoPage) };
        match self.publish_leaf(place, found, page) {
            Ok(()) => Ok(Installed::Mapped(L::LEVEL)),
            Err(error) => {
                self.ending.give_back::<L>(place.address(), page);
                Err(error)
            }
        }
    }

    fn publish_leaf<T, L>(&self, place: Place<'_, T, L, M>, found: u64, page: Hpa) -> Result<(), EntryError<T::Levels>>
    where
        T: Link<H>,
        L: LevelOf<T>,
        E: Ending<T, H>,
    {
        if !L::Leaf::takes_frame(page) {
            return Err(place.error(found, Cause::FrameDoesNotFit(page)));
        }
        let freeze = Freeze::take(place, found).map_err(|found| place.error(found, Cause::LostRace))?;
        let answer = self.ending.propagate(self.hooks, freeze.frozen(), page);
        answer.map_err(|refusal| place.error(found, Cause::Refused(refusal)))?;
        freeze.publish_word(slot::leaf::<T, L>(page)).count_one_more::<E::Access>();
        Ok(())
    }

    /// Links a new, empty table in an absent entry.
    fn link<T, L>(
        &mut self,
        place: Place<'_, T, L, M>,
        found: u64,
    ) -> Result<TableOf<T, L::Below>, EntryError<T::Levels>>
    where
        T: Link<H>,
        L: LevelOf<T>,
        E: Ending<T, H>,
    {
        let error = |cause| place.error(found, cause);
        if !T::LEVELS.contains(&L::LEVEL) {
            return Err(error(Cause::NoHook));
        }
        if self.reserve.is_none() {
            let tables = self.tables_below::<T, L>().ok_or(error(Cause::NoHook))?;
            let reserve = Reserve::take(self.allocator, 2 * tables);
            self.reserve = Some(reserve.map_err(|out| error(Cause::OutOfTables(out)))?);
        }
        let new = self.reserve.as_ref().and_then(|reserve| Unlinked::<_, T, L>::take(reserve));
        let new = new.ok_or(error(Cause::OutOfTables(OutOfTables { wanted: 2 })))?;
        if !L::Subtable::takes_frame(new.frame()) {
            return Err(error(Cause::FrameDoesNotFit(new.frame())));
        }
        TableOf::<T, L::Below>::initialise(self.memory, new.frame());
        let freeze = Freeze::take(place, found).map_err(|found| place.error(found, Cause::LostRace))?;
        let answer = T::link(self.hooks, freeze.frozen(), new.partner());
        answer.map_err(|refusal| error(Cause::Refused(refusal)))?;
        let child = new.commit(self.memory);
        freeze.publish_word(slot::link::<T, L>(child.frame())).count_one_more::<E::Access>();
        Ok(child)
    }

    /// How many tables are missing below an absent entry of level `L`, itself counted, until the walk can end.
    fn tables_below<T, L>(&self) -> Option<usize>
    where
        T: Link<H>,
        L: LevelOf<T>,
        E: Ending<T, H>,
    {
        let ends = |number: &u8| T::Levels::from_number(*number).is_some_and(|level| self.ending.ends_at(level));
        (0..L::NUMBER).rev().find(ends).map(|end| usize::from(L::NUMBER - end))
    }
}
