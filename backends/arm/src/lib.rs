//! Arm VMSAv8-64: the translation tables of both stages, declared.
//!
//! Sources: Arm ARM (DDI 0487) chapters D8.2 (the translation process), D8.3 (descriptors), D8.16 (TLB maintenance
//! and break-before-make).
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// The first stage of the EL1&0 regime, with a granule of 4 KiB: what `TTBR0_EL1` points to.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod stage1 {
    use pt_core::flush::TlbiVa;
    use pt_core::{Bits, Hpa};

    /// Levels, numbered as in the manual.
    #[levels]
    pub enum Level {
        #[level(index = 39..=47, table)]       L0,
        #[level(index = 30..=38, table, leaf)] L1,
        #[level(index = 21..=29, table, leaf)] L2,
        #[level(index = 12..=20, leaf)]        L3,
    }

    /// The width of virtual addresses, 64 - `TCR_EL1.T0SZ`, which says where the walk starts.
    #[geometry(space = Virtual)]
    pub enum Width {
        #[root(L2, width = 25..=30)] StartL2 { bits: u32 },
        #[root(L1, width = 31..=39)] StartL1 { bits: u32 },
        #[root(L0, width = 40..=48)] StartL0 { bits: u32 },
    }

    /// A page or block descriptor.
    #[entry(leaf, levels(L1, L2, L3), present = kind, reserved(48..=49), software(55..=58), ignored(59..=63))]
    pub struct PageEntry {
        #[bits(0..=1, levels(L1, L2), tag = 1)]
        #[bits(0..=1, levels(L3), tag = 3)]    kind: (),
        #[bits(2..=4)]                         attribute_index: Bits<3>,
        #[bits(5)]                             non_secure: bool,
        #[bits(6, allows = user)]              user: bool,
        #[bits(7, denies = write)]             read_only: bool,
        #[bits(8..=9)]                         shareability: Bits<2>,
        #[bits(10, hardware = accessed)]       accessed: bool,
        #[bits(11)]                            not_global: bool,
        #[bits(12..=47, frame)]                frame: Hpa,
        #[bits(50)]                            guarded: bool,
        #[bits(51)]                            dirty_modifier: bool,
        #[bits(52)]                            contiguous: bool,
        #[bits(53, denies = execute)]          privileged_execute_never: bool,
        #[bits(54, denies = user_execute)]     execute_never: bool,
    }

    /// A table descriptor. What it denies is denied for all that lies behind it: hierarchical attributes.
    #[entry(table, levels(L0, L1, L2), present = kind, ignored(2..=11, 50..=58), reserved(48..=49))]
    pub struct TableEntry {
        #[bits(0..=1, tag = 3)]                kind: (),
        #[bits(12..=47, frame)]                table: Hpa,
        #[bits(59, denies = execute)]          privileged_execute_never: bool,
        #[bits(60, denies = user_execute)]     execute_never: bool,
        #[bits(61, denies = user)]             no_user: bool,
        #[bits(62, denies = write)]            read_only: bool,
        #[bits(63)]                            non_secure: bool,
    }

    /// The translation tables of an address space.
    #[table(virtual, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = TlbiVa,
        live = break_before_make)]
    pub struct Stage1;
}

/// The second stage, with a granule of 4 KiB: what `VTTBR_EL2` points to.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod stage2 {
    use pt_core::flush::TlbiIpa;
    use pt_core::{Bits, Hpa};

    /// Levels, numbered as in the manual.
    #[levels]
    pub enum Level {
        #[level(index = 39..=47, table)]       L0,
        #[level(index = 30..=38, table, leaf)] L1,
        #[level(index = 21..=29, table, leaf)] L2,
        #[level(index = 12..=20, leaf)]        L3,
    }

    /// The width of intermediate physical addresses, 64 - `VTCR_EL2.T0SZ`, and where the walk starts: `VTCR_EL2.SL0`.
    /// Up to 16 tables side by side at one level stand in for the level above.
    #[geometry(space = Guest)]
    pub enum Width {
        #[root(L2, width = 25..=34, tables = 1..=16)] StartL2 { bits: u32 },
        #[root(L1, width = 31..=43, tables = 1..=16)] StartL1 { bits: u32 },
        #[root(L0, width = 40..=48)]                  StartL0 { bits: u32 },
    }

    /// A page or block descriptor. Without `FEAT_XNX`, one bit denies the fetch at both exception levels.
    #[entry(leaf, levels(L1, L2, L3), present = kind, reserved(48..=50, 53), software(55..=58), ignored(59..=63))]
    pub struct PageEntry {
        #[bits(0..=1, levels(L1, L2), tag = 1)]
        #[bits(0..=1, levels(L3), tag = 3)]    kind: (),
        #[bits(2..=5)]                         memory_attributes: Bits<4>,
        #[bits(6, allows = read)]              read: bool,
        #[bits(7, allows = write)]             write: bool,
        #[bits(8..=9)]                         shareability: Bits<2>,
        #[bits(10, hardware = accessed)]       accessed: bool,
        #[bits(11)]                            not_xs: bool,
        #[bits(12..=47, frame)]                frame: Hpa,
        #[bits(51)]                            dirty_modifier: bool,
        #[bits(52)]                            contiguous: bool,
        #[bits(54, denies = execute)]          execute_never: bool,
    }

    /// A table descriptor.
    #[entry(table, levels(L0, L1, L2), present = kind, ignored(2..=11, 50..=63), reserved(48..=49))]
    pub struct TableEntry {
        #[bits(0..=1, tag = 3)]                kind: (),
        #[bits(12..=47, frame)]                table: Hpa,
    }

    /// The translation tables of a guest.
    #[table(guest, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = TlbiIpa,
        live = break_before_make)]
    pub struct Stage2;
}
