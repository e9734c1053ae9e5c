//! The second stage: what `VTTBR_EL2` points to.

use pt_macros::page_tables;

/// The second stage, one module a granule. With `lpa2` (`VTCR_EL2.DS`) and `lpa`, addresses have 52 bits.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables(variants(k4, k4_lpa2, k16, k16_lpa2, k64, k64_lpa))]
pub mod granule {
    use pt_core::flush::TlbiIpa;
    use pt_core::{Bits, Hpa};

    /// Levels, numbered as in the manual. Level -1 is `Lm1`.
    #[levels]
    pub enum Level {
        #[only(k4_lpa2)]
        #[level(index = 48..=51, table)]                           Lm1,
        #[only(k4, k4_lpa2, k16_lpa2)]
        #[level(index = 39..=47, table, only(k4))]
        #[level(index = 39..=47, table, leaf, only(k4_lpa2))]
        #[level(index = 47..=51, table, only(k16_lpa2))]           L0,
        #[level(index = 30..=38, table, leaf, only(k4, k4_lpa2))]
        #[level(index = 36..=46, table, only(k16))]
        #[level(index = 36..=46, table, leaf, only(k16_lpa2))]
        #[level(index = 42..=47, table, only(k64))]
        #[level(index = 42..=51, table, leaf, only(k64_lpa))]      L1,
        #[level(index = 21..=29, table, leaf, only(k4, k4_lpa2))]
        #[level(index = 25..=35, table, leaf, only(k16, k16_lpa2))]
        #[level(index = 29..=41, table, leaf, only(k64, k64_lpa))] L2,
        #[level(index = 12..=20, leaf, only(k4, k4_lpa2))]
        #[level(index = 14..=24, leaf, only(k16, k16_lpa2))]
        #[level(index = 16..=28, leaf, only(k64, k64_lpa))]        L3,
    }

    /// The width of intermediate physical addresses, 64 - `VTCR_EL2.T0SZ`, and where the walk starts: `VTCR_EL2.SL0`
    /// and `SL2`. Up to 16 tables side by side, concatenated, stand in for the level above.
    #[geometry(space = Guest)]
    pub enum Width {
        #[only(k16, k16_lpa2, k64, k64_lpa)]
        #[root(L3, width = 25..=29, tables = 1..=16, only(k16, k16_lpa2))]
        #[root(L3, width = 25..=33, tables = 1..=16, only(k64, k64_lpa))]  StartL3 { bits: u32 },
        #[root(L2, width = 25..=34, tables = 1..=16, only(k4, k4_lpa2))]
        #[root(L2, width = 30..=40, tables = 1..=16, only(k16, k16_lpa2))]
        #[root(L2, width = 34..=46, tables = 1..=16, only(k64, k64_lpa))]  StartL2 { bits: u32 },
        #[root(L1, width = 31..=43, tables = 1..=16, only(k4, k4_lpa2))]
        #[root(L1, width = 41..=48, tables = 1..=2, only(k16))]
        #[root(L1, width = 41..=51, tables = 1..=16, only(k16_lpa2))]
        #[root(L1, width = 43..=48, only(k64))]
        #[root(L1, width = 43..=52, only(k64_lpa))]                        StartL1 { bits: u32 },
        #[only(k4, k4_lpa2, k16_lpa2)]
        #[root(L0, width = 40..=48, only(k4))]
        #[root(L0, width = 40..=52, tables = 1..=16, only(k4_lpa2))]
        #[root(L0, width = 48..=52, only(k16_lpa2))]                       StartL0 { bits: u32 },
        #[only(k4_lpa2)]
        #[root(Lm1, width = 49..=52)]                                      StartLm1 { bits: u32 },
    }

    /// Who may fetch instructions: `XN[1:0]`. A PE without `FEAT_XNX` knows `Any` and `Nobody` only, and bit 53 is reserved.
    #[values]
    pub enum Execute {
        Any = 0,
        #[value(denies = execute)]                El0 = 1,
        #[value(denies = execute | user_execute)] Nobody = 2,
        #[value(denies = user_execute)]           El1 = 3,
    }

    /// A page or block descriptor.
    #[entry(leaf, present = kind, reserved(50), software(55..=58), ignored(59..=63),
        levels(L0, L1, L2, L3, only(k4_lpa2)), levels(L1, L2, L3, only(k4, k16_lpa2, k64_lpa)),
        levels(L2, L3, only(k16, k64)), reserved(48..=49, only(k4, k16, k64, k64_lpa)),
        reserved(12..=13, only(k16, k16_lpa2)), reserved(12..=15, only(k64)))]
    pub struct PageEntry {
        #[bits(0..=1, levels(L2), tag = 1, only(k16, k64))]
        #[bits(0..=1, levels(L1, L2), tag = 1, only(k4, k16_lpa2, k64_lpa))]
        #[bits(0..=1, levels(L0, L1, L2), tag = 1, only(k4_lpa2))]
        #[bits(0..=1, levels(L3), tag = 3)]                        kind: (),
        #[bits(2..=5)]                                             memory_attributes: Bits<4>,
        #[bits(6, allows = read)]                                  read: bool,
        #[bits(7, allows = write)]                                 write: bool,
        #[only(k4, k16, k64, k64_lpa)]
        #[bits(8..=9)]                                             shareability: Bits<2>,
        #[bits(10, hardware = accessed)]                           accessed: bool,
        #[bits(11)]                                                not_xs: bool,
        #[bits(12..=47, frame, only(k4))]
        #[bits([12..=49, 8..=9], frame, only(k4_lpa2))]
        #[bits(14..=47, frame, only(k16))]
        #[bits([14..=49, 8..=9], frame, only(k16_lpa2))]
        #[bits(16..=47, frame, only(k64))]
        #[bits([16..=47, 12..=15], frame, only(k64_lpa))]          frame: Hpa,
        #[bits(51)]                                                dirty_modifier: bool,
        #[bits(52, levels(L1, L2, L3), span = 16, only(k4, k4_lpa2))]
        #[bits(52, levels(L2), span = 32, only(k16, k16_lpa2))]
        #[bits(52, levels(L3), span = 128, only(k16, k16_lpa2))]
        #[bits(52, levels(L2, L3), span = 32, only(k64, k64_lpa))]
        #[bits(52, levels(L0), ignored, only(k4_lpa2))]
        #[bits(52, levels(L1), ignored, only(k16_lpa2, k64_lpa))]  contiguous: bool,
        #[bits(53..=54)]                                           execute: Execute,
    }

    /// A table descriptor.
    #[entry(table, present = kind, ignored(2..=7, 10..=11, 50..=63), ignored(8..=9, only(k4, k16, k64, k64_lpa)),
        levels(Lm1, L0, L1, L2, only(k4_lpa2)), levels(L0, L1, L2, only(k4, k16_lpa2)),
        levels(L1, L2, only(k16, k64, k64_lpa)), reserved(48..=49, only(k4, k16, k64, k64_lpa)),
        reserved(12..=13, only(k16, k16_lpa2)), reserved(12..=15, only(k64)))]
    pub struct TableEntry {
        #[bits(0..=1, tag = 3)]                                    kind: (),
        #[bits(12..=47, frame, only(k4))]
        #[bits([12..=49, 8..=9], frame, only(k4_lpa2))]
        #[bits(14..=47, frame, only(k16))]
        #[bits([14..=49, 8..=9], frame, only(k16_lpa2))]
        #[bits(16..=47, frame, only(k64))]
        #[bits([16..=47, 12..=15], frame, only(k64_lpa))]          table: Hpa,
    }

    /// The translation tables of a guest.
    #[table(guest, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = TlbiIpa,
        live = break_before_make)]
    pub struct Stage2;
}

pub use granule::*;
