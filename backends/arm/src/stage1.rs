//! The first stage of the EL1&0 regime: what `TTBR0_EL1` and `TTBR1_EL1` point to.
//!
//! Each end of the address space has its own type of addresses and of tables, and its own width:
//!
//! ```
//! use pt_arm::stage1::k4::Width;
//! use pt_core::{End, TwoRoots};
//!
//! const ENDS: TwoRoots<Width> = TwoRoots { lower: Width::StartL0 { bits: 48 }, upper: Width::StartL1 { bits: 39 } };
//! assert!(matches!(ENDS.route(0x1000), Ok(End::Lower(_))));
//! assert!(matches!(ENDS.route(0xffff_ffff_ffff_f000), Ok(End::Upper(_))));
//! assert!(ENDS.route(0xffff_0000_0000_0000).is_err(), "the upper end is narrower");
//! ```
//!
//! An address of one end is not looked up in the tables of the other:
//!
//! ```compile_fail,E0277
//! use pt_arm::stage1::k4::Stage1;
//! use pt_core::{Address, Memory, Reader, Upper};
//!
//! fn is_mapped<M: Memory>(tables: Reader<'_, Stage1, M>, at: Address<Upper>) -> bool {
//!     tables.translate(at).is_some()
//! }
//! ```

use pt_macros::page_tables;

/// The first stage, one module a granule. With `lpa2` (`TCR_EL1.DS`) and `lpa`, addresses have 52 bits.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables(variants(k4, k4_lpa2, k16, k16_lpa2, k64, k64_lpa))]
pub mod granule {
    use pt_core::flush::TlbiVa;
    use pt_core::{Bits, Hpa};

    /// Levels, numbered as in the manual. Level -1 is `Lm1`.
    #[levels]
    pub enum Level {
        #[only(k4_lpa2)]
        #[level(index = 48..=51, table)]                           Lm1,
        #[only(k4, k4_lpa2, k16, k16_lpa2)]
        #[level(index = 39..=47, table, only(k4))]
        #[level(index = 39..=47, table, leaf, only(k4_lpa2))]
        #[level(index = 47..=47, table, only(k16))]
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

    /// The width of virtual addresses at one end, 64 - `TCR_EL1.TnSZ`, which says where the walk starts.
    #[geometry(extend = halves)]
    pub enum Width {
        #[only(k64, k64_lpa)]
        #[root(L3, width = 25..=29)]                          StartL3 { bits: u32 },
        #[root(L2, width = 25..=30, only(k4, k4_lpa2))]
        #[root(L2, width = 26..=36, only(k16, k16_lpa2))]
        #[root(L2, width = 30..=42, only(k64, k64_lpa))]      StartL2 { bits: u32 },
        #[root(L1, width = 31..=39, only(k4, k4_lpa2))]
        #[root(L1, width = 37..=47, only(k16, k16_lpa2))]
        #[root(L1, width = 43..=48, only(k64))]
        #[root(L1, width = 43..=52, only(k64_lpa))]           StartL1 { bits: u32 },
        #[only(k4, k4_lpa2, k16, k16_lpa2)]
        #[root(L0, width = 40..=48, only(k4, k4_lpa2))]
        #[root(L0, width = 48..=48, only(k16))]
        #[root(L0, width = 48..=52, only(k16_lpa2))]          StartL0 { bits: u32 },
        #[only(k4_lpa2)]
        #[root(Lm1, width = 49..=52)]                         StartLm1 { bits: u32 },
    }

    /// A page or block descriptor.
    #[entry(leaf, present = kind, software(55..=58), ignored(59..=63),
        levels(L0, L1, L2, L3, only(k4_lpa2)), levels(L1, L2, L3, only(k4, k16_lpa2, k64_lpa)),
        levels(L2, L3, only(k16, k64)), reserved(48..=49, only(k4, k16, k64, k64_lpa)),
        reserved(12..=13, only(k16, k16_lpa2)), reserved(12..=15, only(k64)))]
    pub struct PageEntry {
        #[bits(0..=1, levels(L2), tag = 1, only(k16, k64))]
        #[bits(0..=1, levels(L1, L2), tag = 1, only(k4, k16_lpa2, k64_lpa))]
        #[bits(0..=1, levels(L0, L1, L2), tag = 1, only(k4_lpa2))]
        #[bits(0..=1, levels(L3), tag = 3)]                        kind: (),
        #[bits(2..=4)]                                             attribute_index: Bits<3>,
        #[bits(5)]                                                 non_secure: bool,
        #[bits(6, allows = user)]                                  user: bool,
        #[bits(7, denies = write)]                                 read_only: bool,
        #[only(k4, k16, k64, k64_lpa)]
        #[bits(8..=9)]                                             shareability: Bits<2>,
        #[bits(10, hardware = accessed)]                           accessed: bool,
        #[bits(11)]                                                not_global: bool,
        #[bits(12..=47, frame, only(k4))]
        #[bits([12..=49, 8..=9], frame, only(k4_lpa2))]
        #[bits(14..=47, frame, only(k16))]
        #[bits([14..=49, 8..=9], frame, only(k16_lpa2))]
        #[bits(16..=47, frame, only(k64))]
        #[bits([16..=47, 12..=15], frame, only(k64_lpa))]          frame: Hpa,
        #[bits(50)]                                                guarded: bool,
        #[bits(51)]                                                dirty_modifier: bool,
        #[bits(52, levels(L1, L2, L3), span = 16, only(k4, k4_lpa2))]
        #[bits(52, levels(L2), span = 32, only(k16, k16_lpa2))]
        #[bits(52, levels(L3), span = 128, only(k16, k16_lpa2))]
        #[bits(52, levels(L2, L3), span = 32, only(k64, k64_lpa))]
        #[bits(52, levels(L0), ignored, only(k4_lpa2))]
        #[bits(52, levels(L1), ignored, only(k16_lpa2, k64_lpa))]  contiguous: bool,
        #[bits(53, denies = execute)]                              privileged_execute_never: bool,
        #[bits(54, denies = user_execute)]                         execute_never: bool,
    }

    /// A table descriptor. What it denies is denied for all that lies behind it: hierarchical attributes.
    #[entry(table, present = kind, ignored(2..=7, 10..=11, 50..=58), ignored(8..=9, only(k4, k16, k64, k64_lpa)),
        levels(Lm1, L0, L1, L2, only(k4_lpa2)), levels(L0, L1, L2, only(k4, k16, k16_lpa2)),
        levels(L1, L2, only(k64, k64_lpa)), reserved(48..=49, only(k4, k16, k64, k64_lpa)),
        reserved(12..=13, only(k16, k16_lpa2)), reserved(12..=15, only(k64)))]
    pub struct TableEntry {
        #[bits(0..=1, tag = 3)]                                    kind: (),
        #[bits(12..=47, frame, only(k4))]
        #[bits([12..=49, 8..=9], frame, only(k4_lpa2))]
        #[bits(14..=47, frame, only(k16))]
        #[bits([14..=49, 8..=9], frame, only(k16_lpa2))]
        #[bits(16..=47, frame, only(k64))]
        #[bits([16..=47, 12..=15], frame, only(k64_lpa))]          table: Hpa,
        #[bits(59, denies = execute)]                              privileged_execute_never: bool,
        #[bits(60, denies = user_execute)]                         execute_never: bool,
        #[bits(61, denies = user)]                                 no_user: bool,
        #[bits(62, denies = write)]                                read_only: bool,
        #[bits(63)]                                                non_secure: bool,
    }

    /// The translation tables of the lower end of an address space, `TTBR0_EL1`.
    #[table(virtual, select(lower), visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = TlbiVa,
        live = break_before_make)]
    pub struct Stage1;

    /// The translation tables of the upper end, `TTBR1_EL1`, which holds no bits below bit 6 where addresses have 52 bits.
    #[table(virtual, select(upper), visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = TlbiVa,
        live = break_before_make, root(align = 64, only(k4_lpa2, k16_lpa2, k64_lpa)))]
    pub struct Stage1Upper;
}

pub use granule::*;
