//! x86 PAE: the 3-level page tables of 32-bit kernels, declared.
//!
//! It is the variant that `backends/README.md` declares step by step.
//!
//! The processor keeps the four topmost entries in registers, and reads them when CR3 is loaded and at no other time
//! (SDM 3A 4.4.1). Whoever maps the first page of a gigabyte that is in use loads CR3 again, although nothing was
//! mapped there before. The root lies below 4 GiB, because CR3 has 32 bits.
//!
//! Sources: Intel SDM volume 3A chapter 4.4.
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// Paging with CR4.PAE outside of long mode.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod pae {
    use pt_core::Hpa;
    use pt_core::flush::Invlpg;

    /// Levels, SDM 3A figure 4-5.
    #[levels]
    pub enum Level {
        #[level(index = 30..=31, table)]       Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// Linear addresses have 32 bits.
    #[geometry(space = Virtual)]
    pub enum Paging {
        /// Three levels.
        #[root(Pdpt)] Pae,
    }

    /// What is switched on, and how wide physical addresses are.
    #[config]
    pub struct Features {
        /// EFER.NXE: entries may forbid execution.
        nxe: bool,
        /// MAXPHYADDR, `CPUID.80000008H:EAX[7:0]`.
        #[frames(width = 36..=52)] phys_bits: u32,
    }

    /// An entry that maps a page, SDM 3A tables 4-9 and 4-11.
    #[entry(leaf, levels(Pd, Pt), present = present, software(9..=11), reserved(52..=62))]
    pub struct PageEntry {
        #[bits(0, allows = read)]                             present: bool,
        #[bits(1, allows = write)]                            write: bool,
        #[bits(2, allows = user)]                             user: bool,
        #[bits(3)]                                            write_through: bool,
        #[bits(4)]                                            cache_disable: bool,
        #[bits(5, hardware = accessed)]                       accessed: bool,
        #[bits(6, hardware = dirty)]                          dirty: bool,
        #[bits(7, levels(Pd), tag = 1)]                       page_size: (),
        #[bits(7, levels(Pt))] #[bits(12, levels(Pd))]        pat: bool,
        #[bits(8)]                                            global: bool,
        #[bits(12..=51, frame)]                               frame: Hpa,
        #[bits(63, denies = execute, if = nxe)]               no_execute: bool,
    }

    /// An entry that points to a table, SDM 3A tables 4-8 and 4-10. The four topmost have no permissions, and much of
    /// them is reserved.
    #[entry(table, levels(Pdpt, Pd), present = present, software(9..=11), reserved(52..=62),
            reserved(6, 8, levels(Pdpt)), ignored(6, 8, levels(Pd)))]
    pub struct TableEntry {
        #[bits(0, allows = read)]                             present: bool,
        #[bits(1, levels(Pd), allows = write, default = true)]
        #[bits(1, levels(Pdpt), reserved)]                    write: bool,
        #[bits(2, levels(Pd), allows = user, default = true)]
        #[bits(2, levels(Pdpt), reserved)]                    user: bool,
        #[bits(3)]                                            write_through: bool,
        #[bits(4)]                                            cache_disable: bool,
        #[bits(5, levels(Pd), hardware = accessed)]
        #[bits(5, levels(Pdpt), reserved)]                    accessed: bool,
        #[bits(7, levels(Pd), tag = 0)]
        #[bits(7, levels(Pdpt), reserved)]                    page_size: (),
        #[bits(12..=51, frame)]                               table: Hpa,
        #[bits(63, levels(Pd), denies = execute, if = nxe)]
        #[bits(63, levels(Pdpt), reserved)]                   no_execute: bool,
    }

    /// The page tables of an address space.
    #[table(virtual, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = Invlpg)]
    pub struct PageTables;
}

pub use pae::*;
