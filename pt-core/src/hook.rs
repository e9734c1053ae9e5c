//! Hooks: the operations of the monitor that the declaration names, and what they answer.
//!
//! A declaration's hooks trait has one method an operation, with the monitor's own name. `#[hook(ROLE)]` on a
//! method says what the operation is to the engine; the macro then implements the trait of that role for the
//! private table, for every implementor of the hooks. A role that is not declared has no implementation: an
//! operation that needs it does not compile.
//!
//! Every hook gets a proof of the state its entry is in: [`Frozen`] while this thread alone owns the entry,
//! [`Tracked`] once no CPU can hold a translation through it, [`Drained`] if moreover nothing is left in the table
//! that it points to. A page for the protected table is a [`TablePage`] while its private table is empty, and
//! [`Filled`] once that is full. None of them can be made outside this crate.

mod proof;

pub use proof::{Drained, Filled, Frozen, FrozenRow, Occupied, Tracked, Vacant};

use crate::address::Hpa;
use crate::level::{LeafLevelOf, Levels};
use crate::page::TablePage;
use crate::space::Protected;
use crate::table::{Propagating, Table, Visible};
use core::convert::Infallible;
use core::fmt::{self, Debug};
use core::hint::cold_path;

/// One hook of a declaration, as a type: which answers it can give.
///
/// The macro emits one for each method of the hooks trait. An answer that the declaration does not list has the
/// type [`Infallible`], so that `match` needs no arm for it.
pub trait Hook {
    /// The method's name.
    const NAME: &'static str;
    /// When it is called, relative to the write of the table that propagates: declared by `before` or `after`.
    const ORDER: Option<Order> = None;
    /// No translation survives it, so that nothing has to be blocked and tracked first: declared by `fused`.
    const FUSED: bool = false;
    /// What the page held is lost by it: declared by `lossy`.
    const LOSSY: bool = false;
    /// The levels of the declaration.
    type Levels: Levels;
    /// What a finished operation returns.
    type Done: Debug;
    /// [`Partial`] or [`Infallible`].
    type Partial: Into<Refusal<Self::Levels>> + Debug;
    /// [`Busy`] or [`Infallible`].
    type Busy: Into<Refusal<Self::Levels>> + Debug;
    /// [`Incomplete`] or [`Infallible`].
    type Incomplete: Into<Refusal<Self::Levels>> + Debug;
    /// [`Stopped`] or [`Infallible`].
    type Stopped: Into<Refusal<Self::Levels>> + Debug;
}

/// When a hook is called, relative to the write of the table that propagates.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Before it.
    Before,
    /// After it.
    After,
}

/// What a hook answered.
#[must_use = "a hook that was refused changed nothing: the entry must be rolled back"]
pub enum Outcome<K: Hook> {
    /// The operation is finished.
    Done(K::Done),
    /// A part is done; go on from where it says.
    Partial(K::Partial),
    /// Somebody else holds a lock of the monitor. Nothing changed; trying again may succeed.
    Busy(K::Busy),
    /// The operation was interrupted and must be resumed before anything else is done to its entry.
    Incomplete(K::Incomplete),
    /// The monitor's own table is not as the caller believes. Nothing changed.
    Stopped(K::Stopped),
    /// The monitor refused for good.
    Fatal(Fatal),
}

impl<K: Hook> Debug for Outcome<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value): (_, &dyn Debug) = match self {
            Self::Done(done) => ("Done", done),
            Self::Partial(partial) => ("Partial", partial),
            Self::Busy(busy) => ("Busy", busy),
            Self::Incomplete(incomplete) => ("Incomplete", incomplete),
            Self::Stopped(stopped) => ("Stopped", stopped),
            Self::Fatal(fatal) => ("Fatal", fatal),
        };
        f.debug_tuple(name).field(value).finish()
    }
}

impl<K: Hook> Outcome<K> {
    /// The value of a finished operation, or why it is not finished.
    ///
    /// # Errors
    /// Every answer but [`Done`](Self::Done).
    #[inline]
    pub fn into_result(self) -> Result<K::Done, Refusal<K::Levels>> {
        // Success is told by one comparison, and not by a jump through a table: 7 instructions less behind `dyn`.
        if let Self::Done(done) = self {
            return Ok(done);
        }
        cold_path();
        Err(match self {
            Self::Done(done) => return Ok(done),
            Self::Partial(partial) => partial.into(),
            Self::Busy(busy) => busy.into(),
            Self::Incomplete(incomplete) => incomplete.into(),
            Self::Stopped(stopped) => stopped.into(),
            Self::Fatal(fatal) => fatal.into(),
        })
    }
}

/// A part of a range is done.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Partial {
    /// The first address that is not done.
    pub next: u64,
}

/// A lock of the monitor is held by somebody else.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Busy;

/// The operation was interrupted half-way.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Incomplete {
    /// What the monitor knows the unfinished operation by.
    pub handle: u64,
}

/// The monitor's walk stopped at an entry that does not allow the operation.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Stopped<L> {
    /// The level of that entry.
    pub level: L,
    /// The entry, as far as the monitor shows it.
    pub entry: MonitorEntry,
}

/// An entry as the monitor shows it, in the monitor's own format: the formats of the tables that the VMM sees do not
/// read it.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct MonitorEntry(u64);

impl MonitorEntry {
    /// Takes what the monitor returned.
    #[inline]
    #[must_use]
    pub const fn new(raw: u64) -> Self {
        Self(raw)
    }

    /// The word, for the format that the declaration gives to the protected table.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }
}

impl Debug for MonitorEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MonitorEntry({:#x})", self.0)
    }
}

/// The monitor's own code for a refusal that is not one of the typed ones.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Fatal {
    /// The code.
    pub status: u64,
}

/// Why a hook did not do what it was asked to: [`Outcome`] without its success, the same for all hooks.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Refusal<L> {
    /// See [`Outcome::Partial`].
    Partial(Partial),
    /// See [`Outcome::Busy`].
    Busy(Busy),
    /// See [`Outcome::Incomplete`].
    Incomplete(Incomplete),
    /// See [`Outcome::Stopped`].
    Stopped(Stopped<L>),
    /// See [`Outcome::Fatal`].
    Fatal(Fatal),
}

impl<L: Debug> fmt::Display for Refusal<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partial(partial) => write!(f, "only a part is done: go on at {:#x}", partial.next),
            Self::Busy(Busy) => write!(f, "the monitor is busy"),
            Self::Incomplete(incomplete) => write!(f, "interrupted: resume operation {:#x}", incomplete.handle),
            Self::Stopped(stopped) => {
                write!(f, "the monitor stopped at level {:?}, entry {:#x}", stopped.level, stopped.entry.bits())
            }
            Self::Fatal(fatal) => write!(f, "the monitor refused with status {:#x}", fatal.status),
        }
    }
}
impl<L: Debug> core::error::Error for Refusal<L> {}

macro_rules! refusals {
    ($($answer:ident $(<$l:ident>)?),*) => {$(
        impl<L> From<$answer $(<$l>)?> for Refusal<L> {
            #[inline]
            fn from(answer: $answer $(<$l>)?) -> Self {
                Self::$answer(answer)
            }
        }
    )*};
}
refusals!(Partial, Busy, Incomplete, Stopped<L>, Fatal);

impl<L> From<Infallible> for Refusal<L> {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// The answer of a role: done, or why not.
pub type Answer<T> = Result<(), Refusal<<T as Table>::Levels>>;

/// What has become of the page of a table that the monitor has let go of.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Partner {
    /// The host can use it again.
    #[default]
    Usable,
    /// It could not be made usable: it is leaked on purpose, and counted.
    Lost,
}

/// A hook that returns nothing leaves the page usable.
impl From<()> for Partner {
    #[inline]
    fn from((): ()) -> Self {
        Self::Usable
    }
}

/// The answer of a role that takes a table away: what has become of its page, or why it is still there.
pub type Release<T> = Result<Partner, Refusal<<T as Table>::Levels>>;

macro_rules! roles {
    ($(
        $(#[$doc:meta])* $role:ident: fn $method:ident($($argument:ident: $type:ty),*) -> $answer:ident, $message:literal;
    )*) => {$(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "`{H}` does not implement the hooks of `{Self}`, or the declaration has none for this",
            note = "a hook that is missing never counts as done: implement the hooks trait, or declare one with the role"
        )]
        pub trait $role<H>: Propagating {
            /// The levels at which it can be called.
            const LEVELS: &'static [Self::Levels];

            /// Calls the hook.
            ///
            /// # Errors
            /// What the monitor answered, if it did not do it.
            fn $method(hooks: &H, $($argument: $type),*) -> $answer<Self>;
        }
    )*};
}

roles! {
    /// `#[hook(link)]`: hangs a page of the protected table below the frozen entry.
    Link: fn link(at: &Frozen<Self>, table: &TablePage<Protected>) -> Answer,
        "no hook of `{H}` links a table in `{Self}`";
    /// `#[hook(add)]`: maps a page with initial content, while the VM is built.
    Add: fn add(at: &Frozen<Self>, page: Hpa, source: Hpa) -> Answer,
        "no hook of `{H}` adds a page with content to `{Self}`";
    /// `#[hook(map)]`: maps a page.
    Map: fn map(at: &Frozen<Self>, page: Hpa) -> Answer,
        "no hook of `{H}` maps a page in `{Self}`";
    /// `#[hook(block)]`: lets no new translation through the entry.
    Block: fn block(at: &Frozen<Self, Occupied>) -> Answer,
        "no hook of `{H}` blocks an entry of `{Self}`";
    /// `#[hook(unblock)]`: undoes a block whose translations were tracked.
    Unblock: fn unblock(at: &Tracked<Self>) -> Answer,
        "no hook of `{H}` unblocks an entry of `{Self}`";
    /// `#[hook(remove)]`: takes the page of a leaf away.
    Remove: fn remove(at: &Tracked<Self>) -> Answer,
        "no hook of `{H}` removes a page from `{Self}`";
    /// `#[hook(unlink)]`: takes an empty table away.
    Unlink: fn unlink(at: &Drained<Self>) -> Release,
        "no hook of `{H}` takes an empty table out of `{Self}`";
    /// `#[hook(split)]`: replaces a leaf by a full table of leaves one level below.
    Split: fn split(at: &Tracked<Self>, table: &Filled<Self>) -> Answer,
        "no hook of `{H}` splits a block of `{Self}`";
    /// `#[hook(merge)]`: replaces a full table by one leaf.
    Merge: fn merge(at: &Tracked<Self>) -> Release,
        "no hook of `{H}` merges a table of `{Self}`";
}

/// A level at which `#[hook(add)]` maps pages of the table `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` takes no page with initial content at level `{Self}`",
    label = "the hook that adds pages is not for this level",
    note = "the declaration says at which levels it can be called: `#[hook(add, levels(…))]`"
)]
pub trait AddLevelOf<T: Visible>: LeafLevelOf<T> {}

/// `#[hook(track)]`: begins a new epoch. Once every vCPU of the old one has left the guest, no stale translation
/// is left.
#[diagnostic::on_unimplemented(
    message = "no hook of `{H}` tracks the stale translations of `{Self}`",
    label = "`{H}` does not implement the hooks of `{Self}`, or the declaration has none for this",
    note = "a hook that is missing never counts as done: implement the hooks trait, or declare one with the role"
)]
pub trait Track<H>: Propagating {
    /// Calls the hook.
    ///
    /// # Errors
    /// What the monitor answered, if it did not do it.
    fn track(hooks: &H) -> Answer<Self>;
}

/// `#[hook(reclaim)]`: takes a page or a table page back from a VM whose key is gone.
#[diagnostic::on_unimplemented(
    message = "no hook of `{H}` reclaims the pages of `{Self}` after teardown",
    label = "`{H}` does not implement the hooks of `{Self}`, or the declaration has none for this",
    note = "a hook that is missing never counts as done: implement the hooks trait, or declare one with the role"
)]
pub trait Reclaim<H>: Propagating {
    /// Calls the hook.
    ///
    /// # Errors
    /// What the monitor answered, if it did not do it: the page must be leaked then.
    fn reclaim(hooks: &H, page: Hpa) -> Answer<Self>;
}
