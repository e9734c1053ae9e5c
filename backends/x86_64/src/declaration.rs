//! The declaration. Ranges of bits are inclusive, lowest bit first.

use pt_macros::page_tables;

/// Long-mode paging.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod long_mode {
    use pt_core::flush::Invlpg;
    use pt_core::{Bits, Hpa};

    /// Levels, SDM 3A 4.5.
    #[levels]
    pub enum Level {
        #[level(index = 48..=56, table)]                        Pml5,
        #[level(index = 39..=47, table)]                        Pml4,
        #[level(index = 30..=38, table, leaf(if = pages_1g))]   Pdpt,
        #[level(index = 21..=29, table, leaf)]                  Pd,
        #[level(index = 12..=20, leaf)]                         Pt,
    }

    /// CR4.LA57. Linear addresses are canonical.
    #[geometry(extend = sign)]
    pub enum Paging {
        /// 48 bits.
        #[root(Pml4)] FourLevels,
        /// 57 bits.
        #[root(Pml5)] FiveLevels,
    }

    /// What the CPU has, and what is switched on.
    #[config]
    pub struct Features {
        /// EFER.NXE: entries may forbid execution.
        nxe: bool,
        /// 1-GiB pages, `CPUID.80000001H:EDX[26]`.
        pages_1g: bool,
        /// CR4.PKE or CR4.PKS: pages have protection keys.
        protection_keys: bool,
        /// MAXPHYADDR, `CPUID.80000008H:EAX[7:0]`.
        #[frames(width = 36..=52)] phys_bits: u32,
    }

    /// An entry that maps a page, SDM 3A tables 4-16, 4-18 and 4-20.
    #[entry(leaf, levels(Pdpt, Pd, Pt), present = present)]
    pub struct PageEntry {
        #[bits(0, allows = read)]                 present: bool,
        #[bits(1, allows = write)]                write: bool,
        #[bits(2, allows = user)]                 user: bool,
        #[bits(3)]                                write_through: bool,
        #[bits(4)]                                cache_disable: bool,
        #[bits(5, hardware = accessed)]           accessed: bool,
        #[bits(6, hardware = dirty)]              dirty: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 1)]     page_size: (),
        #[bits(7, levels(Pt))]
        #[bits(12, levels(Pdpt, Pd))]             pat: bool,
        #[bits(8)]                                global: bool,
        #[bits([9..=11, 52..=58], software)]      available: Bits<10>,
        #[bits(12..=51, frame, levels(Pt))]
        #[bits(13..=51, frame, levels(Pdpt, Pd))] frame: Hpa,
        #[bits(59..=62, if = protection_keys, else = software)] protection_key: Bits<4>,
        #[bits(63, denies = execute, if = nxe)]   no_execute: bool,
    }

    /// An entry that points to a table, SDM 3A tables 4-14, 4-15, 4-17 and 4-19.
    #[entry(table, levels(Pml5, Pml4, Pdpt, Pd), present = present, software(8..=11, 52..=62), ignored(6))]
    pub struct TableEntry {
        #[bits(0, allows = read, default = 1)]    present: bool,
        #[bits(1, allows = write, default = 1)]   write: bool,
        #[bits(2, allows = user, default = 1)]    user: bool,
        #[bits(3)]                                write_through: bool,
        #[bits(4)]                                cache_disable: bool,
        #[bits(5, hardware = accessed)]           accessed: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 0)]
        #[bits(7, levels(Pml5, Pml4), reserved)]  page_size: (),
        #[bits(12..=51, frame)]                   table: Hpa,
        #[bits(63, denies = execute, if = nxe)]   no_execute: bool,
    }

    /// The page tables of an address space.
    #[table(virtual, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = Invlpg)]
    pub struct PageTables;
}
