//! The `#[table]` structs.

use super::{Head, Path, Spanned};
use proc_macro2::{Ident, Span};

/// One table. Who sees it, who uses it and where its changes go are independent of each other.
pub struct Table {
    /// Name and attributes.
    pub head: Head,
    /// The space of its input addresses, unless it is missing (and was reported).
    pub space: Option<Spanned<Space>>,
    /// `visible_to(vmm)`.
    pub visible_to_vmm: Option<Span>,
    /// `writable_by(vmm)`.
    pub writable_by_vmm: Option<Span>,
    /// `used_by(cpu)`.
    pub used_by_cpu: Option<Span>,
    /// `propagates_to(…)`, in order.
    pub propagates_to: Vec<Ident>,
    /// `entries(…)`: the formats.
    pub entries: Vec<Ident>,
    /// `flush = …`: the translation stage.
    pub flush: Option<Path>,
    /// `states = …`.
    pub states: Option<Ident>,
    /// `hooks = …`.
    pub hooks: Option<Ident>,
    /// `operations = …`.
    pub operations: Option<Ident>,
    /// `phases = …`.
    pub phases: Option<Ident>,
    /// `frozen = N`.
    pub frozen: Option<Spanned<u64>>,
    /// `kind = …`.
    pub kind: Kind,
    /// `select(…)`: which half of a split address space it translates.
    pub select: Option<Spanned<Select>>,
    /// `live = …`: how an entry in use changes between a block and a table.
    pub live: Option<Spanned<LiveRule>>,
    /// `every_access = user`: whoever makes an access, the table sees one of a user.
    pub every_access_of_user: Option<Span>,
    /// `root(align = N)`: what the address of a root has to be a multiple of, in bytes.
    pub root_alignment: Option<Spanned<u64>>,
    /// `owner = "…"`.
    pub owner: Option<String>,
}

/// An input-address space.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Space {
    /// The half that the VMM can read.
    Shared,
    /// The half that belongs to the guest.
    Private,
    /// The guest's half, in a table of the monitor.
    Protected,
    /// An address space of a guest that is not split.
    Guest,
    /// Virtual addresses.
    Virtual,
}

/// How a table is organised.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A tree, indexed by the levels.
    Radix,
    /// An array by physical address, beside a tree.
    Inverse,
    /// An array by input address.
    Flat,
}

/// Which half of a split address space a table translates.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Select {
    /// The shared half.
    Shared,
    /// The private half.
    Private,
    /// Both.
    Both,
    /// The lower end of an address space with two roots.
    Lower,
    /// The upper end.
    Upper,
}

/// How an entry in use changes between a block and a table.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum LiveRule {
    /// In one write.
    InPlace,
    /// It is made absent and flushed in between.
    BreakBeforeMake,
}

impl Table {
    /// Whether the VMM walks it: it is a tree that the VMM sees.
    #[must_use]
    pub fn is_walked(&self) -> bool {
        self.visible_to_vmm.is_some() && self.kind == Kind::Radix
    }
}
