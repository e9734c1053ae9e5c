//! The pair: the shared table, and the private table whose changes are propagated to a protected one.
//!
//! A [`Vm`] owns both trees. A fault is routed by the geometry's split bit. In the shared half it is a walk and a
//! compare-exchange. In the private half the walk is the same, in the private table only; each change of an entry
//! is propagated to the protected table by a hook while the entry is [frozen](Freeze).
//!
//! | in the private table | the steps |
//! |---|---|
//! | a page is mapped, a table linked | freeze, hook, publish; or roll back, bit for bit |
//! | pages are taken away | block all, track once, kick, remove each |
//! | a block is split, a table merged | block, track, kick, split or merge |
//! | an empty table is taken away | block, track, kick, unlink; children before their parent |
//!
//! Faults run in parallel, on `&self`. Whatever takes memory away needs the VM exclusively, `&mut self`: a lock
//! around it gives either. The phases of a VM's life are types, see [`phase`].

mod build;
mod convert;
mod error;
mod fault;
mod freeze;
mod install;
mod pages;
pub mod phase;
mod plan;
mod range;
mod removal;
mod row;
mod shared;
mod slot;
mod tables;
mod teardown;
#[cfg(test)]
mod tests;

pub use convert::{ConvertError, ToPrivate};
pub use error::{Cause, EntryError, PageError, RemovalError};
pub use fault::{FaultError, FaultOutcome, FaultResult, Obstruction, Side};
pub use freeze::{Committed, Freeze};
pub use pages::{Backing, BackingOf, Clean, DirtyPage, LevelsOf, PageSink, PageSource};
pub use phase::{Build, Live, Phase, Run, Teardown};
pub use plan::ConversionPlan;
pub use removal::{
    BlockError, BlockedBatch, IsBlocked, IsTracked, Kick, NoVcpus, Removal, RemoveError, Removed, TrackError,
    TrackedBatch, UnblockError,
};
pub use row::{FreezeRow, RowError};
pub use shared::StaleLeaf;
pub use teardown::Reclaimed;

use crate::allocator::{OutOfTables, TableAllocator};
use crate::memory::Memory;
use crate::table::Pair;
use crate::tree::Tree;
use crate::validity::Invalid;
use core::fmt;
use core::marker::PhantomData;

/// Both halves of a VM's memory, in the phase `Ph` of its life.
///
/// A VM that is dropped leaks its table pages: only [`teardown`](Self::teardown) and what follows give them back.
#[must_use = "a VM that is dropped leaks its table pages: tear it down"]
pub struct Vm<P: Pair, Ph: Phase, M: Memory, A, H> {
    shared: Tree<P::Shared, M>,
    private: Tree<P::Private, M>,
    allocator: A,
    hooks: H,
    leaked: Leaked,
    phase: PhantomData<fn() -> Ph>,
}

/// What the VM has lost on purpose: the monitor did not give it back, or did not say whether it has it.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Leaked {
    /// Bytes of guest memory.
    pub bytes: u64,
    /// Table pages, of either table.
    pub tables: u64,
}

impl<P: Pair, Ph: Phase, M: Memory, A, H> Vm<P, Ph, M, A, H> {
    /// The geometry of both trees.
    #[inline]
    #[must_use]
    pub const fn geometry(&self) -> P::Geometry {
        self.shared.geometry()
    }

    /// The tree of the shared half: what the CPU's root register for it is loaded with, and what readers and
    /// cursors work on.
    #[inline]
    pub const fn shared(&self) -> &Tree<P::Shared, M> {
        &self.shared
    }

    /// The tree of the shared half, held exclusively.
    #[inline]
    pub const fn shared_mut(&mut self) -> &mut Tree<P::Shared, M> {
        &mut self.shared
    }

    /// Puts an empty tree in the place of the shared one, and returns that: everything shared is unmapped at once. CPUs
    /// go on translating through it until they have loaded the [new root](Tree::root_frame) and dropped what they
    /// cached: see to that before it is [freed](Tree::free). Private memory stays as it is: nothing could bring it back.
    ///
    /// # Errors
    /// [`OutOfTables`] if there is no page for the root. Nothing was changed then.
    pub fn renew_shared(&mut self) -> Result<Tree<P::Shared, M, Invalid>, OutOfTables>
    where
        M: Clone,
        A: TableAllocator,
    {
        let Self { shared, allocator, .. } = self;
        shared.renew(allocator)
    }

    /// The tree of the private half, for readers. No CPU uses it.
    #[inline]
    pub const fn private(&self) -> &Tree<P::Private, M> {
        &self.private
    }

    /// Where table pages come from.
    #[inline]
    #[must_use]
    pub const fn allocator(&self) -> &A {
        &self.allocator
    }

    /// The monitor's operations.
    #[inline]
    #[must_use]
    pub const fn hooks(&self) -> &H {
        &self.hooks
    }

    /// What the VM has lost on purpose so far.
    #[inline]
    #[must_use]
    pub const fn leaked(&self) -> Leaked {
        self.leaked
    }

    fn into_phase<To: Phase>(self) -> Vm<P, To, M, A, H> {
        let Self { shared, private, allocator, hooks, leaked, phase: PhantomData } = self;
        Vm { shared, private, allocator, hooks, leaked, phase: PhantomData }
    }
}

impl<P: Pair, Ph: Phase, M: Memory, A, H> Vm<P, Ph, M, A, H> {
    /// Ends the VM's life. The caller has seen to it that no vCPU runs any more and that the VM's key is gone.
    pub fn teardown(self) -> Vm<P, Teardown, M, A, H>
    where
        Ph: Live,
    {
        self.into_phase()
    }
}

impl<P: Pair, Ph: Phase, M: Memory, A, H> fmt::Debug for Vm<P, Ph, M, A, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} VM in phase {}: {:?}, {:?}", P::NAME, Ph::NAME, self.shared, self.private)
    }
}
