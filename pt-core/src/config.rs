//! Configuration: the optional features of a machine, fixed when a tree is made.
//!
//! A declaration with a `#[config]` struct has fields, leaves and rules that depend on it. The struct is the
//! [`Config`] of its tables, and a tree of them is made [for a configuration](crate::Tree::configured): the cursor
//! then writes nothing that the machine would refuse, and [`Reader::access`](crate::Reader::access) answers as the
//! machine does. Tables of other declarations have the configuration `()`, which costs nothing.

use core::fmt::Debug;

/// What a machine has and allows, as far as its tables depend on it.
///
/// Implemented by the `#[config]` struct of a declaration.
pub trait Config: Copy + Eq + Debug + Send + Sync + 'static {
    /// The features that are there, one bit each: what the conditions of a declaration look at.
    fn features(&self) -> u64;

    /// The address bits that no frame may have: those at and above the physical address width of the machine.
    fn beyond(&self) -> u64;
}

impl Config for () {
    #[inline(always)]
    fn features(&self) -> u64 {
        0
    }
    #[inline(always)]
    fn beyond(&self) -> u64 {
        0
    }
}

/// The configuration of tables without optional features.
#[diagnostic::on_unimplemented(
    message = "this table has optional features: a tree of it is made for a configuration, `{Self}`",
    label = "which features does the machine have?",
    note = "make the tree with `Tree::configured(geometry, configuration, memory, allocator)`"
)]
pub trait Unconfigured: Config + Default {}

impl Unconfigured for () {}

/// The address bits that no frame may have: those from `width` on, without `bit`.
#[must_use]
pub const fn beyond(width: u32, bit: Option<u32>) -> u64 {
    let above = if width < u64::BITS { u64::MAX << width } else { 0 };
    match bit {
        Some(bit) if bit < u64::BITS => above & !(1 << bit),
        _ => above,
    }
}
