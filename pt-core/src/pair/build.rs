//! Building a VM: two empty trees, then pages with initial content.

use super::error::{Cause, EntryError, PageError};
use super::install::{Ending, Installed, install};
use super::pages::LevelsOf;
use super::phase::{Build, Building, Phase, Run};
use super::{Leaked, Vm};
use crate::access::Exclusive;
use crate::address::{Gpa, Hpa};
use crate::allocator::{OutOfTables, TableAllocator};
use crate::hook::{Add, AddLevelOf, Answer, Frozen, Link};
use crate::level::{LevelOf, Levels};
use crate::memory::Memory;
use crate::page::{Page, PageOf};
use crate::space::{Private, Shared};
use crate::table::{AddressOf, Pair, Propagating, Visible};
use crate::tree::Tree;
use core::marker::PhantomData;

impl<P: Pair, M: Memory + Clone, A: TableAllocator, H> Vm<P, Build, M, A, H> {
    /// A VM without memory: two empty trees, whose tables lie in `memory` and come from `allocator`.
    ///
    /// # Errors
    /// [`OutOfTables`] if there are no pages for the two roots. None stays taken then.
    pub fn build(geometry: P::Geometry, memory: M, allocator: A, hooks: H) -> Result<Self, OutOfTables> {
        const { assert!(distinct::<P::Private>(), "frozen and blocked entries must differ from each other") };
        let shared = Tree::empty(geometry, Default::default(), memory.clone(), &allocator)?;
        let private = match Tree::empty(geometry, Default::default(), memory, &allocator) {
            Ok(private) => private,
            Err(out) => {
                shared.invalidate().free(&allocator);
                return Err(out);
            }
        };
        Ok(Self { shared, private, allocator, hooks, leaked: Leaked::default(), phase: PhantomData })
    }
}

/// Whether the markers of a private table can be told apart.
const fn distinct<T: Propagating>() -> bool {
    let (leaf, table) = (T::BLOCKED_LEAF, T::BLOCKED_TABLE);
    T::ABSENT != T::FROZEN
        && leaf != T::ABSENT
        && leaf != T::FROZEN
        && table != T::ABSENT
        && table != T::FROZEN
        && leaf != table
}

impl<P: Pair, Ph: Phase, M: Memory, A: TableAllocator, H> Vm<P, Ph, M, A, H> {
    /// Adds a page with initial content: the monitor copies `source` into `page` and maps it at `address`.
    ///
    /// # Errors
    /// The page, and why it is not mapped. Tables that were linked on the way stay linked.
    pub fn add_page<L, G>(
        &mut self,
        address: impl AddressOf<P::Private>,
        page: G,
        source: Page<Shared, L>,
    ) -> Result<(), PageError<L, LevelsOf<P>>>
    where
        Ph: Building,
        L: AddLevelOf<P::Private>,
        G: PageOf<P::Private, L>,
        P::Private: Link<H> + Add<H>,
    {
        let (address, frame) = (address.address(), page.into_frame());
        let refused = |error| PageError { page: Page::at(frame), error };
        if !address.is_aligned(L::SHIFT) {
            return Err(refused(EntryError::new(address, L::LEVEL, P::Private::ABSENT, Cause::Misaligned)));
        }
        let mut ending = Initial { level: L::LEVEL, page: frame, source: source.frame() };
        match install(&self.private, &self.allocator, &self.hooks, address, &mut ending).map_err(refused)? {
            Installed::Mapped(_) | Installed::NoPage => Ok(()),
            Installed::Present { address, level, found } => {
                Err(refused(EntryError::new(address, level, found, Cause::Occupied)))
            }
        }
    }

    /// Ends the building: from now on the VM can run. The caller has told the monitor so.
    pub fn finalise(self) -> Vm<P, Run, M, A, H>
    where
        Ph: Building,
    {
        self.into_phase()
    }
}

/// One page of one size, copied from another by the add hook.
struct Initial<L> {
    level: L,
    page: Hpa,
    source: Hpa,
}

impl<T: Add<H>, H> Ending<T, H> for Initial<T::Levels> {
    type Access = Exclusive;

    fn ends_at(&self, level: T::Levels) -> bool {
        level == self.level
    }

    fn descends_at(&self, level: T::Levels) -> bool {
        level.number() > self.level.number()
    }

    fn page<L: LevelOf<T>>(&mut self, _block: Gpa<Private>) -> Option<Hpa> {
        Some(self.page)
    }

    fn give_back<L: LevelOf<T>>(&mut self, _block: Gpa<Private>, _page: Hpa) {}

    fn propagate(&self, hooks: &H, at: &Frozen<T>, page: Hpa) -> Answer<T> {
        T::add(hooks, at, page, self.source)
    }
}
