//! The shared half of a VM: ordinary tables that the VMM writes and the CPU uses. No hook is called.

use super::Vm;
use super::fault::{FaultError, FaultOutcome, FaultResult, Obstruction, Side};
use super::pages::{Backing, LevelsOf, PageSource};
use super::phase::Phase;
use crate::access::Parallel;
use crate::address::{Gpa, Hpa};
use crate::allocator::TableAllocator;
use crate::cursor::{Cursor, Keeping, OldLeaf, Stale};
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::{Access, EntryFormat};
use crate::geometry::Split;
use crate::level::{LeafLevelOf, LevelOf, Levels};
use crate::memory::{Memory, Word};
use crate::page::Page;
use crate::space::Shared;
use crate::table::{AddressOf, Pair, RootVisitor, Visible};
use crate::tree::TableOf;

/// A cursor of one of many that work on the shared tree, and unlink no table meanwhile.
type ParallelCursor<'t, T, M, A> = Cursor<'t, T, M, Keeping<'t, A>, Parallel>;

/// A shared page that was unmapped, until its stale translations are flushed.
pub type StaleLeaf<'t, T, M, A> = Stale<'t, T, M, Keeping<'t, A>, OldLeaf<T>>;

impl<P: Pair, Ph: Phase, M: Memory, A: TableAllocator, H> Vm<P, Ph, M, A, H> {
    /// Unmaps the shared page of level `L` that `at` lies in, beside faults of other threads. No table is unlinked,
    /// so that nobody has to wait for readers.
    ///
    /// # Errors
    /// What is there instead.
    pub fn zap_shared<L: LeafLevelOf<P::Shared>>(
        &self,
        at: impl AddressOf<P::Shared>,
    ) -> Result<StaleLeaf<'_, P::Shared, M, A>, ObstacleOf<P::Shared>> {
        self.shared_cursor().unmap::<L>(at)
    }

    fn shared_cursor(&self) -> ParallelCursor<'_, P::Shared, M, A> {
        Cursor::new(&self.shared, Keeping { allocator: &self.allocator })
    }
}

impl<P: Pair, Ph: Phase, M: Memory, A: TableAllocator, H> Vm<P, Ph, M, A, H> {
    pub(super) fn shared_fault<S: PageSource<P>>(
        &self,
        address: Gpa<Shared>,
        access: Access,
        source: &mut S,
    ) -> FaultResult<P> {
        let (accessed, frame) = (Side::Shared, self.geometry().gfn(address));
        let (largest, attributes) = match source.backing(frame) {
            Backing::Shared { largest, attributes } => (largest, attributes),
            Backing::Private { .. } => return Ok(FaultOutcome::WrongSide { accessed, frame }),
            Backing::None => return Ok(FaultOutcome::Device { at: address }),
        };
        let fault = Fault::<P, M, A, S> {
            geometry: self.geometry(),
            memory: self.shared.memory(),
            root: self.shared.root(),
            cursor: self.shared_cursor(),
            address,
            access,
            largest,
            attributes,
            source,
        };
        P::Shared::at_root(self.geometry(), fault)
    }
}

/// A fault on a shared address.
struct Fault<'a, P: Pair, M: Memory, A: TableAllocator, S> {
    geometry: P::Geometry,
    memory: &'a M,
    root: Hpa,
    cursor: ParallelCursor<'a, P::Shared, M, A>,
    address: Gpa<Shared>,
    access: Access,
    largest: LevelsOf<P>,
    attributes: <P::Shared as Visible>::Attributes,
    source: &'a mut S,
}

impl<P: Pair, M: Memory, A: TableAllocator, S: PageSource<P>> RootVisitor<P::Shared> for Fault<'_, P, M, A, S> {
    type Output = FaultResult<P>;

    fn visit<L: LevelOf<P::Shared>>(mut self) -> Self::Output {
        let root = TableOf::<P::Shared, L>::at(self.root);
        self.step(root, Access::ALL)
    }
}

impl<P: Pair, M: Memory, A: TableAllocator, S: PageSource<P>> Fault<'_, P, M, A, S> {
    /// Walks on from `table`; the entries above let `allowed` through.
    fn step<L: LevelOf<P::Shared>>(&mut self, table: TableOf<P::Shared, L>, allowed: Access) -> FaultResult<P> {
        match L::decode(table.word(self.memory, self.address).load()) {
            Entry::Subtable(entry) => self.step::<L::Below>(TableOf::at(entry.frame()), allowed & entry.access()),
            Entry::Leaf(leaf) => {
                let (level, allowed) = (L::LEVEL, allowed & leaf.access());
                Ok(if allowed.allows(self.access) {
                    FaultOutcome::Spurious { side: Side::Shared, level }
                } else {
                    FaultOutcome::Denied { at: self.address, level, allowed }
                })
            }
            Entry::Absent(_) => self.map::<L>(),
            Entry::Frozen => {
                let (at, level) = (self.address.align_down(L::SHIFT), L::LEVEL);
                Ok(FaultOutcome::Retry(Obstruction::Shared(Obstacle::Retry { at, level })))
            }
        }
    }

    /// Maps a page of level `L`, or of the first level below that has leaves and is not too large.
    fn map<L: LevelOf<P::Shared>>(&mut self) -> FaultResult<P> {
        if !L::LEAVES || L::NUMBER > self.largest.number() {
            return if L::TABLES { self.map::<L::Below>() } else { Ok(self.device()) };
        }
        let first = self.geometry.gfn(self.address.align_down(L::SHIFT));
        let Some(page) = self.source.shared_page::<L>(first).map(Page::into_frame) else { return Ok(self.device()) };
        match self.cursor.map_frame::<L>(self.address, page, &self.attributes) {
            Ok(()) => Ok(FaultOutcome::Mapped { side: Side::Shared, level: L::LEVEL }),
            // Another fault was faster.
            Err(obstacle @ (Obstacle::Leaf { .. } | Obstacle::Table { .. } | Obstacle::Retry { .. })) => {
                Ok(FaultOutcome::Retry(Obstruction::Shared(obstacle)))
            }
            Err(obstacle) => Err(FaultError::shared(obstacle)),
        }
    }

    const fn device(&self) -> FaultOutcome<LevelsOf<P>> {
        FaultOutcome::Device { at: self.address }
    }
}
