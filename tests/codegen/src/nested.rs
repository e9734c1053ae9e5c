//! A declaration with one geometry: four levels of extended page tables of a machine that does not split its
//! address space, with pages of three sizes.

use pt_macros::page_tables;

/// Extended page tables, SDM 3C 29.3.2.
#[rustfmt::skip]
#[page_tables]
pub mod nested {
    use pt_core::flush::Invept;
    use pt_core::{Bits, Hpa};

    /// The levels.
    #[levels]
    pub enum Level {
        #[level(index = 39..=47, table)]       Pml4,
        #[level(index = 30..=38, table, leaf)] Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// The only geometry.
    #[geometry]
    pub enum Width {
        /// 48 bits, four levels.
        #[root(Pml4)] Bits48,
    }

    /// An entry that maps a page.
    #[entry(leaf, levels(Pdpt, Pd, Pt), present = read | write | execute, software(11, 52..=56), ignored(10, 57..=63))]
    pub struct Leaf {
        #[bits(0, allows = read)]               read: bool,
        #[bits(1, allows = write)]              write: bool,
        #[bits(2, allows = execute)]            execute: bool,
        #[bits(3..=5)]                          memory_type: Bits<3>,
        #[bits(6)]                              ignore_pat: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 1)]
        #[bits(7, levels(Pt), ignored)]         page_size: (),
        #[bits(8, hardware = accessed)]         accessed: bool,
        #[bits(9, hardware = dirty)]            dirty: bool,
        #[bits(12..=51, frame)]                 frame: Hpa,
    }

    /// An entry that points to a table.
    #[entry(table, levels(Pml4, Pdpt, Pd), present = read | write | execute,
            reserved(3..=6), software(11, 52..=56), ignored(9..=10, 57..=63))]
    pub struct Link {
        #[bits(0, allows = read, default = 1)]    read: bool,
        #[bits(1, allows = write, default = 1)]   write: bool,
        #[bits(2, allows = execute, default = 1)] execute: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 0)]
        #[bits(7, levels(Pml4), reserved)]        page_size: (),
        #[bits(8, hardware = accessed)]           accessed: bool,
        #[bits(12..=51, frame)]                   table: Hpa,
    }

    /// The table.
    #[table(guest, visible_to(vmm), used_by(cpu), entries(Leaf, Link), flush = Invept)]
    pub struct Ept;
}
