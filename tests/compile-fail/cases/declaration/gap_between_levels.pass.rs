//! A bit of the address indexes no level.

use pt_macros::page_tables;

#[rustfmt::skip] // one field a line
#[page_tables]
pub mod ept {
    use pt_core::Hpa;
    use pt_core::flush::Invept;

    #[levels]
    pub enum Level {
        #[level(index = 30..=38, table)]       Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    #[geometry]
    pub enum Geometry {
        #[root(Pdpt)] Bits39,
    }

    #[values]
    pub enum MemoryType { Uncacheable = 0, WriteThrough = 4, WriteBack = 6 }

    #[entry(leaf, levels(Pd, Pt), present = read | write | execute, software(11, 52..=56), ignored(10, 57..=62))]
    pub struct EptLeaf {
        #[bits(0, allows = read)]             read: bool,
        #[bits(1, allows = write)]            write: bool,
        #[bits(2, allows = execute)]          execute: bool,
        #[bits(3..=5, default = WriteBack)]   memory_type: MemoryType,
        #[bits(6)]                            ignore_pat: bool,
        #[bits(7, levels(Pd), tag = 1)]
        #[bits(7, levels(Pt), ignored)]       page_size: (),
        #[bits(8, hardware = accessed)]       accessed: bool,
        #[bits(9, hardware = dirty)]          dirty: bool,
        #[bits(12..=51, frame)]               frame: Hpa,
        #[bits(63, absent = 1, default = 1)]  suppress_ve: bool,
    }

    #[entry(table, levels(Pdpt, Pd), present = read | write | execute, reserved(3..=6), ignored(8..=11, 52..=63))]
    pub struct EptTable {
        #[bits(0, allows = read, default = 1)]    read: bool,
        #[bits(1, allows = write, default = 1)]   write: bool,
        #[bits(2, allows = execute, default = 1)] execute: bool,
        #[bits(7, tag = 0)]                   page_size: (),
        #[bits(12..=51, frame)]               table: Hpa,
    }

    #[table(guest, visible_to(vmm), used_by(cpu), entries(EptLeaf, EptTable), flush = Invept)]
    pub struct Ept;
}

fn main() {}
