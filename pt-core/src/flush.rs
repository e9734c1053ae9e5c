//! Flushes: the duty to drop stale translations, as a value that cannot be forgotten.
//!
//! An operation that takes a translation away, or narrows it, returns a [`Flush`]. It is `#[must_use]`, names the
//! table it came from, and is discharged by an [`Invalidate`] of that table's stage only. Flushes of one table
//! can be gathered, so that a range operation costs one flush. An operation on a table that no CPU uses returns
//! none at all.

use crate::address::AddressRange;
use crate::table::UsedByCpu;
use core::fmt;

/// A translation stage: what a stale translation of it is dropped by.
pub trait Stage: 'static {
    /// The name used in messages.
    const NAME: &'static str;
}

/// Stage 1 of x86-64: `INVLPG`, `INVPCID`, or a write of CR3.
#[derive(Debug)]
pub enum Invlpg {}
/// Intel EPT: `INVEPT`.
#[derive(Debug)]
pub enum Invept {}
/// AMD nested paging: `INVLPGA` or the VMCB's `TLB_CONTROL`.
#[derive(Debug)]
pub enum TlbControl {}
/// Arm stage 1: `TLBI VA…`.
#[derive(Debug)]
pub enum TlbiVa {}
/// Arm stage 2: `TLBI IPAS2…`, followed by stage 1.
#[derive(Debug)]
pub enum TlbiIpa {}
/// RISC-V stage 1: `SFENCE.VMA`.
#[derive(Debug)]
pub enum SfenceVma {}
/// RISC-V G-stage: `HFENCE.GVMA`.
#[derive(Debug)]
pub enum HfenceGvma {}
/// `LoongArch`: `INVTLB`.
#[derive(Debug)]
pub enum Invtlb {}

macro_rules! stages {
    ($($stage:ident),*) => {$(
        impl Stage for $stage {
            const NAME: &'static str = stringify!($stage);
        }
    )*};
}
stages!(Invlpg, Invept, TlbControl, TlbiVa, TlbiIpa, SfenceVma, HfenceGvma, Invtlb);

/// Which translations are stale.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Scope<S: crate::space::Space> {
    /// None: nothing was present before, so nothing can be stale.
    Nothing,
    /// Those of this range, at leaves.
    Leaves(AddressRange<S>),
    /// Those of this range, and cached table entries on the way to it.
    Tables(AddressRange<S>),
}

impl<S: crate::space::Space> Scope<S> {
    /// The smallest scope that covers both.
    #[inline]
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let (tables, a, b) = match (self, other) {
            (Self::Nothing, scope) | (scope, Self::Nothing) => return scope,
            (Self::Leaves(a), Self::Leaves(b)) => (false, a, b),
            (Self::Tables(a), Self::Leaves(b) | Self::Tables(b)) | (Self::Leaves(a), Self::Tables(b)) => (true, a, b),
        };
        let range = a.hull(b);
        if tables { Self::Tables(range) } else { Self::Leaves(range) }
    }
}

/// Drops stale translations of one stage. Implemented by what owns the CPUs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot flush `{T}`: it invalidates another translation stage",
    label = "this drops translations of another stage",
    note = "INVLPG does not drop EPT translations, and INVEPT no guest's own"
)]
pub trait Invalidate<T: UsedByCpu> {
    /// Drops every stale translation of `T` in `scope`, on every CPU that may hold one, before it returns.
    fn invalidate(&mut self, scope: Scope<T::Space>);
}

/// The duty to drop the stale translations that an operation left behind.
#[must_use = "stale translations stay in the TLBs until this is flushed: call `.flush(…)`, or gather it with `.and(…)`"]
pub struct Flush<T: UsedByCpu> {
    scope: Scope<T::Space>,
}

impl<T: UsedByCpu> Flush<T> {
    /// Nothing is stale.
    #[inline]
    pub const fn not_needed() -> Self {
        Self { scope: Scope::Nothing }
    }

    #[inline]
    pub(crate) const fn leaves(range: AddressRange<T::Space>) -> Self {
        Self { scope: Scope::Leaves(range) }
    }

    #[inline]
    pub(crate) const fn tables(range: AddressRange<T::Space>) -> Self {
        Self { scope: Scope::Tables(range) }
    }

    /// Whether anything is stale.
    #[inline]
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        !matches!(self.scope, Scope::Nothing)
    }

    /// What is stale.
    #[inline]
    #[must_use]
    pub const fn scope(&self) -> Scope<T::Space> {
        self.scope
    }

    /// Drops the stale translations.
    #[inline]
    pub fn flush<I: Invalidate<T>>(self, by: &mut I) {
        if self.is_needed() {
            by.invalidate(self.scope);
        }
    }

    /// Gathers two flushes into one that covers both.
    #[inline]
    #[allow(clippy::needless_pass_by_value)] // the duty moves into the sum
    pub fn and(self, other: Self) -> Self {
        Self { scope: self.scope.and(other.scope) }
    }

    /// Takes the duty over: the caller knows that no CPU can hold a stale translation, for the reason it gives.
    #[inline]
    pub fn unneeded_because(self, reason: &'static str) {
        let _ = reason;
    }
}

impl<T: UsedByCpu> fmt::Debug for Flush<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flush").field("table", &T::NAME).field("scope", &self.scope).finish()
    }
}
