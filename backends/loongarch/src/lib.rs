//! `LoongArch`: the page tables that LDDIR and LDPTE walk, declared for pages of 4 and of 16 KiB.
//!
//! | module | pages | levels | addresses |
//! |---|---|---|---|
//! | `k4` | 4 KiB, 2 MiB | four or three, of 9 bits | 48 or 39 bits |
//! | `k16` | 16 KiB, 32 MiB | three or two, of 11 bits | 47 or 36 bits |
//!
//! The walk is a program, the handler of TLB refills, made of two instructions; where its levels are is said by the
//! registers PWCL and PWCH, at run time. The language has levels that are fixed: those that Linux uses are declared here,
//! and [`walk`] has the registers for them.
//!
//! What follows from LDDIR, and is the caller's:
//!
//! - It does not ask whether there is a table. One that is missing is sought at physical address 0: keep a page of zeroes
//!   there, or let the handler ask. No table may lie there.
//! - It looks at just the bits that index a level. The handler, or the width of virtual addresses (VALEN), refuses
//!   others.
//! - A translation is one of two pages side by side. It is global if both are.
//!
//! Sources: `LoongArch` reference manual volume 1, chapters 4.2.5 (LDDIR, LDPTE), 5.4 (the format of page tables) and 7.5
//! (PGDL, PGDH, PWCL, PWCH).
#![no_std]
#![forbid(unsafe_code)]

pub mod walk;

use pt_macros::page_tables;

/// Page tables, one module a size of pages.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables(variants(k4, k16))]
pub mod pages {
    use pt_core::Hpa;
    use pt_core::flush::Invtlb;

    /// Levels, by the operand that LDDIR has for them. Large pages are at the lowest directory. With pages of 16 KiB
    /// there is no `Dir2`: PWCL has no room for a base above bit 31.
    #[levels]
    pub enum Level {
        #[level(index = 39..=47, table, only(k4))]
        #[level(index = 36..=46, table, only(k16))]       Dir3,
        #[only(k4)]
        #[level(index = 30..=38, table)]                  Dir2,
        #[level(index = 21..=29, table, leaf, only(k4))]
        #[level(index = 25..=35, table, leaf, only(k16))] Dir1,
        #[level(index = 12..=20, leaf, only(k4))]
        #[level(index = 14..=24, leaf, only(k16))]        Pt,
    }

    /// How many levels there are, at either end of the address space: PGDL and PGDH.
    #[geometry(extend = halves)]
    pub enum Depth {
        #[only(k4)]  #[root(Dir3)]    FourLevels,
        #[root(Dir2, only(k4))]
        #[root(Dir3, only(k16))]      ThreeLevels,
        #[only(k16)] #[root(Dir1)]    TwoLevels,
    }

    /// What the processor has.
    #[config]
    pub struct Features {
        /// PALEN: bits of a physical address.
        #[frames(width = 32..=48)] physical_bits: u32,
    }

    /// The least privileged level that may use the page, or, with `only_this_level`, the only one.
    #[values]
    pub enum Privilege {
        #[value(denies = user)] Plv0 = 0,
        #[value(denies = user)] Plv1 = 1,
        #[value(denies = user)] Plv2 = 2,
        Plv3 = 3,
    }

    /// The memory access type.
    #[values]
    pub enum MemoryType { StronglyOrdered = 0, Coherent = 1, WeaklyOrdered = 2 }

    /// An entry that maps a page.
    #[entry(leaf, levels(Dir1, Pt), present = valid, software(9..=11), reserved(48..=60), illegal(memory_type = 3),
        reserved(12..=13, levels(Pt), only(k16)), reserved(13, levels(Dir1), only(k16)))]
    pub struct PageEntry {
        #[bits(0)]                                   valid: bool,
        /// D: without it, a store is an exception.
        #[bits(1, allows = write)]                   write: bool,
        #[bits(2..=3)]                               privilege: Privilege,
        #[bits(4..=5, default = Coherent)]           memory_type: MemoryType,
        #[bits(6, levels(Pt))]
        #[bits(12, levels(Dir1))]                    global: bool,
        #[bits(6, levels(Dir1), tag = 1)]            huge: (),
        /// P: for the handlers of exceptions.
        #[bits(7)]                                   physical: bool,
        /// W: for the handlers of exceptions, which may set D.
        #[bits(8)]                                   writable: bool,
        #[bits(12..=47, levels(Pt), frame, only(k4))]
        #[bits(13..=47, levels(Dir1), frame, only(k4))]
        #[bits(14..=47, frame, only(k16))]           frame: Hpa,
        #[bits(61, denies = read)]                   no_read: bool,
        #[bits(62, denies = execute)]                no_execute: bool,
        /// RPLV.
        #[bits(63)]                                  only_this_level: bool,
    }

    /// An entry that points to a table: its address. LDDIR does not look at the bits above those of an address; the
    /// topmost says that there is a table.
    #[entry(table, present = linked, reserved(0..=5, 7..=11), ignored(48..=62), reserved(12..=13, only(k16)),
        levels(Dir3, Dir2, Dir1, only(k4)), levels(Dir3, Dir1, only(k16)))]
    pub struct TableEntry {
        #[bits(6, tag = 0)]                          huge: (),
        #[bits(12..=47, frame, only(k4))]
        #[bits(14..=47, frame, only(k16))]           table: Hpa,
        #[bits(63)]                                  linked: bool,
    }

    /// The page tables of the lower end of an address space, PGDL.
    #[table(virtual, select(lower), visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = Invtlb)]
    pub struct Tables;

    /// The page tables of the upper end, PGDH.
    #[table(virtual, select(upper), visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = Invtlb)]
    pub struct TablesUpper;
}

pub use pages::*;
