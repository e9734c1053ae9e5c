//! Tables: what a declaration says about each of its trees.
//!
//! Three properties are independent of each other: who can see a table, who uses it, and where its changes go.
//! Each is a trait here, implemented by the macro where the declaration says so, and each operation of the
//! engine asks for just the properties it needs:
//!
//! | trait | the declaration says | what it opens |
//! |---|---|---|
//! | [`Visible`] | `visible_to(vmm)` | readers |
//! | [`Direct`] | visible, and propagates nowhere | the cursor's writes |
//! | [`Propagating`] | `propagates_to = …` | the pair: freeze, hook, publish |
//! | [`UsedByCpu`] | `used_by(cpu)` | a flush after a removal |

use crate::address::Address;
use crate::config::{Config, Unconfigured};
use crate::format::Access;
use crate::geometry::{Extension, Geometry};
use crate::level::{LevelOf, Levels};
use crate::space::{Private, Shared, Space};
use core::fmt::Debug;

/// One table of a declaration.
pub trait Table: Copy + Debug + Send + Sync + 'static {
    /// The name in the declaration.
    const NAME: &'static str;
    /// The space of its input addresses, and of the pages that its leaves map.
    type Space: Space;
    /// The run-time shape of its address space.
    type Geometry: Geometry;
    /// Its levels, as values.
    type Levels: Levels;
    /// How the bits above the width must look in an address.
    const EXTENSION: Extension = match <Self::Space as Space>::EXTENSION {
        Some(extension) => extension,
        None => <Self::Geometry as Geometry>::EXTENSION,
    };
}

/// A table in memory that the VMM can read with ordinary loads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is invisible to the VMM: it can be neither walked nor written",
    label = "only the monitor reads and writes this table",
    note = "walk the private table that propagates to it; its changes go through the declared hooks"
)]
pub trait Visible: Table {
    /// What a leaf says beside its frame, the same at every level.
    type Attributes: Copy + Eq + Debug;
    /// The optional features that the machine has; `()` if the declaration has none.
    type Config: Config;

    /// An absent entry without payload: what a new table is filled with.
    const ABSENT: u64;
    /// An entry that one thread has taken for itself: not present, and different from every other absent value.
    const FROZEN: u64;
    /// How a block in use is split, and a table in use merged.
    const LIVE_RULE: LiveRule = LiveRule::InPlace;
    /// What every access through this table counts as, beside what it is: [`Access::USER`] if the table translates
    /// guest-physical addresses in a format that knows users.
    const EVERY_ACCESS: Access = Access::NONE;

    /// What the address of a root has to be a multiple of, in bytes, for a register to hold it. That of a whole table
    /// always is; the root of a narrow [upper end](crate::two_roots) may not be.
    const ROOT_ALIGNMENT: u64 = 8;

    /// Runs `visitor` at the root level of this geometry: the one place where a run-time level becomes a type.
    fn at_root<V: RootVisitor<Self>>(geometry: Self::Geometry, visitor: V) -> V::Output;
}

/// What [`Visible::at_root`] runs: a function that is generic over the level.
pub trait RootVisitor<T: Visible> {
    /// What it returns.
    type Output;
    /// Called once, with the root level.
    fn visit<L: LevelOf<T>>(self) -> Self::Output;
}

/// A visible table whose changes concern nobody else: the cursor writes it.
///
/// `Written` is the table itself. A cursor's type is inferred from it, so that for a table that is not direct the
/// compiler has one error to report, where the cursor is made, and none for each use of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written directly: its changes are propagated",
    label = "a direct write would leave the protected table behind",
    note = "map, convert and remove through the pair, which calls the declared hooks in order"
)]
pub trait Direct<Written = Self>: Visible
where
    Written: Visible<Geometry = <Self as Table>::Geometry, Config = <Self as Visible>::Config>,
{
}

/// A visible table whose every change is propagated to a protected one.
///
/// No CPU uses it, so that its entries say just what the VMM has to remember: the shape and the frame. An entry
/// that is about to be taken away is *blocked*: it is not present for a reader, and keeps the frame, so that it
/// can be put back bit for bit until the monitor has let go of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` propagates to no protected table",
    label = "there is no hook to call for this table"
)]
pub trait Propagating: Visible<Space = Private, Attributes: Default> {
    /// The table that its changes go to.
    type Protected: Table;

    /// A blocked leaf, its frame bits zero: not present, and different from every other absent value.
    const BLOCKED_LEAF: u64 = Self::ABSENT ^ lowest_bit(Self::ABSENT ^ Self::FROZEN);
    /// A blocked entry that points to a table, its frame bits zero: not present, and different from every other
    /// absent value.
    const BLOCKED_TABLE: u64 = Self::ABSENT ^ highest_bit(Self::ABSENT ^ Self::FROZEN);
}

const fn lowest_bit(bits: u64) -> u64 {
    bits & bits.wrapping_neg()
}

const fn highest_bit(bits: u64) -> u64 {
    if bits == 0 { 0 } else { 1 << bits.ilog2() }
}

/// A table that a CPU translates with, so that removals and restrictions must be flushed.
#[diagnostic::on_unimplemented(
    message = "no CPU uses `{Self}`: its root is loaded by none, and no translation of it is cached",
    label = "this table is only read by the VMM",
    note = "the CPU translates with the table that its changes are propagated to, and the monitor loads that"
)]
pub trait UsedByCpu: Table {
    /// The translation stage, which says by what instruction stale translations are dropped.
    type Stage: crate::flush::Stage;
}

/// An address that the table `T` translates.
#[diagnostic::on_unimplemented(
    message = "`{T}` does not translate this: it is a `{Self}`",
    label = "this is no address of the half that `{T}` translates",
    note = "only the geometry's `route` says which half a fault address lies in; `counterpart` crosses over on purpose"
)]
pub trait AddressOf<T: Table>: Copy {
    /// The same address, as the table's own.
    fn address(self) -> Address<T::Space>;
}

/// The two visible tables of a declaration with a split address space: what routes, faults and conversions work on.
///
/// The macro implements it for a marker named after the declaration's module (`tdx` → `Tdx`).
pub trait Pair: Copy + Debug + Send + Sync + 'static {
    /// The name of the declaration.
    const NAME: &'static str;
    /// The geometry of both tables.
    type Geometry: crate::geometry::Split;
    /// The table of the shared half.
    type Shared: Direct<Space = Shared, Geometry = Self::Geometry, Config: Unconfigured> + UsedByCpu;
    /// The table of the private half.
    type Private: Propagating<Geometry = Self::Geometry, Config: Unconfigured, Levels = <Self::Shared as Table>::Levels>;
}

/// What may be done to an entry while a CPU uses it: how a block is split and a table merged.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum LiveRule {
    /// Between a block and an equivalent table the entry changes in one write; old and new translate alike, and
    /// the flush may come later. SDM 3A 4.10.2.3 and 3C 29.4.3.
    InPlace,
    /// The entry is made absent and flushed before the new one is written: Arm's break-before-make.
    BreakBeforeMake,
}
