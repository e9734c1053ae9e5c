//! AMD SEV-SNP: the nested page table and the reverse map (RMP), declared.
//!
//! The CPU translates private and shared memory through the host's own nested page table. What the host may not
//! do with a private page is said in the RMP: an inverse table, indexed by system-physical address. One change of a
//! private mapping is therefore two writes in order: the RMP before the page is mapped, and after it is unmapped.
//!
//! Sources: AMD APM volume 2, 15.24 to 15.25 (nested paging), 15.36 (SNP), appendix C (RMPUPDATE, PSMASH).
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// The nested page table and the reverse map.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod snp {
    use pt_core::flush::TlbControl;
    use pt_core::hook::{Frozen, Outcome};
    use pt_core::{Bits, Hpa};

    /// Levels of nested paging: those of the host's long mode.
    #[levels]
    pub enum Level {
        #[level(index = 39..=47, table)]       Pml4,
        #[level(index = 30..=38, table, leaf)] Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// The whole guest-physical space: what is private is not said by an address bit that the host sees.
    #[geometry(space = Guest)]
    pub enum Nested {
        /// Four levels.
        #[root(Pml4)] FourLevels,
    }

    /// A nested entry that maps a page, APM 2 figure 5-21 to 5-23. Every nested access is a user access.
    #[entry(leaf, levels(Pdpt, Pd, Pt), present = present, software(9..=11, 52..=62))]
    pub struct NptLeaf {
        #[bits(0, allows = read)]              present: bool,
        #[bits(1, allows = write)]             write: bool,
        #[bits(2, reserved = 1)]               user: (),
        #[bits(3)]                             write_through: bool,
        #[bits(4)]                             cache_disable: bool,
        #[bits(5, hardware = accessed)]        accessed: bool,
        #[bits(6, hardware = dirty)]           dirty: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 1)]  page_size: (),
        #[bits(7, levels(Pt))]
        #[bits(12, levels(Pdpt, Pd))]          pat: bool,
        #[bits(8)]                             global: bool,
        #[bits(12..=51, frame, levels(Pt))]
        #[bits(13..=51, frame, levels(Pdpt, Pd))] frame: Hpa,
        #[bits(63, denies = execute)]          no_execute: bool,
    }

    /// A nested entry that points to a table.
    #[entry(table, levels(Pml4, Pdpt, Pd), present = present, software(9..=11, 52..=62), ignored(6))]
    pub struct NptTable {
        #[bits(0, allows = read, default = 1)] present: bool,
        #[bits(1, allows = write, default = 1)] write: bool,
        #[bits(2, reserved = 1)]               user: (),
        #[bits(3)]                             write_through: bool,
        #[bits(4)]                             cache_disable: bool,
        #[bits(5, hardware = accessed)]        accessed: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 0)]
        #[bits(7, levels(Pml4), reserved)]     page_size: (),
        #[bits(8, reserved)]                   global: (),
        #[bits(12..=51, frame)]                table: Hpa,
        #[bits(63, denies = execute)]          no_execute: bool,
    }

    /// The low word of a reverse map entry. The permissions of each VMPL are in the high word.
    #[entry(leaf, levels(Pd, Pt), present = assigned, reserved(3..=11, 63))]
    pub struct RmpEntry {
        #[bits(0)]                             assigned: bool,
        #[bits(1)]                             page_size: bool,
        #[bits(2)]                             immutable: bool,
        #[bits(12..=50)]                       guest_frame: Bits<39>,
        #[bits(51..=60)]                       asid: Bits<10>,
        #[bits(61)]                            vmsa: bool,
        #[bits(62)]                            validated: bool,
    }

    /// Maps private and shared memory alike; the host writes it.
    #[table(guest, visible_to(vmm), writable_by(vmm), used_by(cpu), propagates_to(Rmp), entries(NptLeaf, NptTable),
            flush = TlbControl)]
    pub struct Npt;

    /// Says to whom each host page belongs. The host changes it by instructions only.
    #[table(protected, kind = inverse, used_by(cpu), entries(RmpEntry), states = RmpState, hooks = RmpHooks)]
    pub struct Rmp;

    /// The life of one reverse map entry.
    #[states(Rmp)]
    pub enum RmpState {
        #[state(leaf, initial)] #[when(assigned = 0, validated = 0)]
        #[to(Assigned, by = rmpupdate_assign)]
        Hypervisor,
        #[state(leaf)] #[when(assigned = 1, validated = 0)]
        #[to(Hypervisor, by = rmpupdate_unassign)] #[to(Validated, by = guest::pvalidate)] #[to(Assigned, by = psmash)]
        Assigned,
        #[state(leaf, accessible)] #[when(assigned = 1, validated = 1)]
        #[to(Hypervisor, by = rmpupdate_unassign, lossy)] #[to(Assigned, by = guest::pvalidate)] #[to(Validated, by = psmash)]
        Validated,
    }

    /// What the CPU does to the reverse map for the host.
    #[hooks(Rmp)]
    pub trait RmpHooks {
        /// RMPUPDATE to assigned, before the page is mapped.
        #[hook(map, before, busy)]
        fn rmpupdate_assign(&self, at: &Frozen<Npt>, page: Hpa) -> Outcome<RmpupdateAssign>;
        /// RMPUPDATE to shared, after the page is unmapped and its translations are flushed.
        #[hook(other, after, lossy, busy)]
        fn rmpupdate_unassign(&self, page: Hpa) -> Outcome<RmpupdateUnassign>;
        /// PSMASH, before the nested block is split.
        #[hook(other, before, busy)]
        fn psmash(&self, block: Hpa) -> Outcome<Psmash>;
    }
}

pub use snp::*;
