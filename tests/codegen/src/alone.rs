//! The shared EPT of `pt-tdx`, word for word, in a declaration that has no other table and no hooks.

use pt_macros::page_tables;

/// Extended page tables, SDM 3C 29.3.2.
#[rustfmt::skip]
#[page_tables]
pub mod alone {
    use pt_core::Hpa;
    use pt_core::flush::Invept;

    /// The levels.
    #[levels]
    pub enum Level {
        #[level(index = 48..=51, table)]       Pml5,
        #[level(index = 39..=47, table)]       Pml4,
        #[level(index = 30..=38, table)]       Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// The widths.
    #[geometry]
    pub enum Gpaw {
        /// 48 bits, four levels.
        #[root(Pml4, split(bit = 47, shared = 1))]             Bits48,
        /// 48 bits, five levels.
        #[root(Pml5, width = 48, split(bit = 47, shared = 1))] Bits48FiveLevels,
        /// 52 bits, five levels.
        #[root(Pml5, split(bit = 51, shared = 1))]             Bits52,
    }

    /// EPT memory types, SDM 3C 29.3.7.
    #[values]
    pub enum MemoryType { Uncacheable = 0, WriteCombining = 1, WriteThrough = 4, WriteProtected = 5, WriteBack = 6 }

    /// A shared EPT entry that maps a page, SDM 3C tables 29-5 and 29-6.
    #[entry(leaf, levels(Pd, Pt), present = read | write | execute, software(11, 52..=56), ignored(10, 57..=62))]
    pub struct EptLeaf {
        #[bits(0, allows = read)]                            read: bool,
        #[bits(1, allows = write)]                           write: bool,
        #[bits(2, allows = execute)]                         execute: bool,
        #[bits(3..=5, default = WriteBack)]                  memory_type: MemoryType,
        #[bits(6)]                                           ignore_pat: bool,
        #[bits(7, levels(Pd), tag = 1)]
        #[bits(7, levels(Pt), ignored)]                      page_size: (),
        #[bits(8, hardware = accessed)]                      accessed: bool,
        #[bits(9, hardware = dirty)]                         dirty: bool,
        #[bits(12..=51, frame)]                              frame: Hpa,
        #[bits(63, absent = 1, default = 1)]                 suppress_ve: bool,
    }

    /// A shared EPT entry that points to a table, SDM 3C tables 29-2 to 29-4.
    #[entry(table, levels(Pml5, Pml4, Pdpt, Pd), present = read | write | execute,
            reserved(3..=6), software(11, 52..=56), ignored(9..=10, 57..=62))]
    pub struct EptTable {
        #[bits(0, allows = read, default = 1)]               read: bool,
        #[bits(1, allows = write, default = 1)]              write: bool,
        #[bits(2, allows = execute, default = 1)]            execute: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 0)]
        #[bits(7, levels(Pml5, Pml4), reserved)]             page_size: (),
        #[bits(8, hardware = accessed)]                      accessed: bool,
        #[bits(12..=51, frame)]                              table: Hpa,
        #[bits(63, absent = 1, default = 1)]                 suppress_ve: bool,
    }

    /// Maps memory that the VMM can read.
    #[table(shared, visible_to(vmm), used_by(cpu), entries(EptLeaf, EptTable), flush = Invept)]
    pub struct SharedEpt;
}
