//! AMD nested paging: 4- and 5-level nested page tables, declared.
//!
//! The format is that of the host's long mode. Every access of a guest is a user access to the nested table, so that
//! the user bit of an entry that is present is set.
//!
//! Sources: AMD APM volume 2, 5.3 (long-mode paging), 15.25 (nested paging).
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// Nested page tables.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod npt {
    use pt_core::Hpa;
    use pt_core::flush::TlbControl;

    /// Levels of nested paging: those of the host's long mode, APM 2 5.3.
    #[levels]
    pub enum Level {
        #[level(index = 48..=56, table)]       Pml5,
        #[level(index = 39..=47, table)]       Pml4,
        #[level(index = 30..=38, table, leaf(if = pages_1g))] Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// CR4.LA57 of the host. Guest-physical addresses are not sign-extended.
    #[geometry(space = Guest)]
    pub enum Paging {
        /// 48 bits.
        #[root(Pml4)] FourLevels,
        /// 57 bits.
        #[root(Pml5)] FiveLevels,
    }

    /// What the host has switched on, and how wide its physical addresses are.
    #[config]
    pub struct Host {
        /// EFER.NXE of the host.
        nxe: bool,
        /// 1-GiB pages, CPUID `Fn8000_0001` `EDX[26]`.
        pages_1g: bool,
        /// Physical address bits: CPUID `Fn8000_0008` `EAX[7:0]`, less the reduction of `Fn8000_001F` `EBX[11:6]` where memory
        /// encryption is on.
        #[frames(width = 36..=52)] phys_bits: u32,
        /// Where memory encryption is on, the C-bit, `Fn8000_001F` `EBX[5:0]`: it is an address bit of encrypted frames,
        /// tables among them.
        #[frames(bit = 32..=51)]   c_bit: Option<u32>,
    }

    /// An entry that maps a page, APM 2 figures 5-21 to 5-23.
    #[entry(leaf, levels(Pdpt, Pd, Pt), present = present, software(9..=11, 52..=62))]
    pub struct NptLeaf {
        #[bits(0, allows = read)]                 present: bool,
        #[bits(1, allows = write)]                write: bool,
        #[bits(2, allows = user, default = 1)]    user: bool,
        #[bits(3)]                                write_through: bool,
        #[bits(4)]                                cache_disable: bool,
        #[bits(5, hardware = accessed)]           accessed: bool,
        #[bits(6, hardware = dirty)]              dirty: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 1)]     page_size: (),
        #[bits(7, levels(Pt))]
        #[bits(12, levels(Pdpt, Pd))]             pat: bool,
        #[bits(8, ignored)]                       global: (),
        #[bits(12..=51, frame, levels(Pt))]
        #[bits(13..=51, frame, levels(Pdpt, Pd))] frame: Hpa,
        #[bits(63, denies = execute, if = nxe)]   no_execute: bool,
    }

    /// An entry that points to a table, APM 2 figures 5-17 to 5-20.
    #[entry(table, levels(Pml5, Pml4, Pdpt, Pd), present = present, software(9..=11, 52..=62), ignored(6))]
    pub struct NptTable {
        #[bits(0, allows = read, default = 1)]    present: bool,
        #[bits(1, allows = write, default = 1)]   write: bool,
        #[bits(2, allows = user, default = 1)]    user: bool,
        #[bits(3)]                                write_through: bool,
        #[bits(4)]                                cache_disable: bool,
        #[bits(5, hardware = accessed)]           accessed: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 0)]
        #[bits(7, levels(Pml5, Pml4), reserved)]  page_size: (),
        #[bits(8, levels(Pml5, Pml4, Pdpt), reserved)]
        #[bits(8, levels(Pd), ignored)]           global: (),
        #[bits(12..=51, frame)]                   table: Hpa,
        #[bits(63, denies = execute, if = nxe)]   no_execute: bool,
    }

    /// Maps the memory of a guest.
    #[table(guest, visible_to(vmm), used_by(cpu), entries(NptLeaf, NptTable), flush = TlbControl,
            every_access = user)]
    pub struct Npt;
}

pub use npt::*;
