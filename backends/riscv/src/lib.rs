//! RISC-V: the page tables of a supervisor, and those of a hypervisor for its guests, declared.
//!
//! Sources: RISC-V privileged architecture 1.13 chapters 12.3 to 12.6 (Sv39 to Sv57), 13 (Svnapot), 14 (Svpbmt) and 18.5 (Sv39x4 to
//! Sv57x4).
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// The first stage of translation, or the only one: what satp and vsatp point to.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod supervisor {
    use pt_core::Hpa;
    use pt_core::flush::SfenceVma;

    /// Levels, numbered as in the manual.
    #[levels]
    pub enum Level {
        #[level(index = 48..=56, table, leaf)] L4,
        #[level(index = 39..=47, table, leaf)] L3,
        #[level(index = 30..=38, table, leaf)] L2,
        #[level(index = 21..=29, table, leaf)] L1,
        #[level(index = 12..=20, leaf)]        L0,
    }

    /// satp.MODE. Virtual addresses repeat their topmost bit.
    #[geometry(extend = sign)]
    pub enum Mode {
        /// 39 bits, three levels.
        #[root(L2)] Sv39,
        /// 48 bits, four levels.
        #[root(L3)] Sv48,
        /// 57 bits, five levels.
        #[root(L4)] Sv57,
    }

    /// The memory type that a page overrides that of its physical memory with: Svpbmt.
    #[values]
    pub enum MemoryType { Pma = 0, NonCacheable = 1, Io = 2 }

    /// An entry that maps a page.
    #[entry(leaf, levels(L4, L3, L2, L1, L0), present = valid, software(8..=9), reserved(54..=60), reserved(63, levels(L4, L3, L2, L1)))]
    pub struct PageEntry {
        #[bits(0, tag = 1)]                    valid: (),
        #[bits(1, allows = read)]              read: bool,
        #[bits(2, allows = write)]             write: bool,
        #[bits(3, allows = execute)]           execute: bool,
        #[bits(4, allows = user)]              user: bool,
        #[bits(5)]                             global: bool,
        #[bits(6, hardware = accessed)]        accessed: bool,
        #[bits(7, hardware = dirty)]           dirty: bool,
        #[bits(10..=53, frame, shift = 12)]    frame: Hpa,
        #[bits(61..=62)]                       memory_type: MemoryType,
        #[bits(63, levels(L0), napot = 16)]    napot: bool,
    }

    /// An entry that points to a table: one without a permission.
    #[entry(table, levels(L4, L3, L2, L1), present = valid, software(8..=9), reserved(4, 6..=7, 54..=63))]
    pub struct TableEntry {
        #[bits(0, tag = 1)]                    valid: (),
        #[bits(1..=3, tag = 0)]                permissions: (),
        #[bits(5)]                             global: bool,
        #[bits(10..=53, frame, shift = 12)]    table: Hpa,
    }

    /// The page tables of an address space.
    #[table(virtual, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = SfenceVma)]
    pub struct PageTables;
}

/// The G-stage: what hgatp points to.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod g_stage {
    use pt_core::Hpa;
    use pt_core::flush::HfenceGvma;

    /// Levels, numbered as in the manual.
    #[levels]
    pub enum Level {
        #[level(index = 48..=56, table, leaf)] L4,
        #[level(index = 39..=47, table, leaf)] L3,
        #[level(index = 30..=38, table, leaf)] L2,
        #[level(index = 21..=29, table, leaf)] L1,
        #[level(index = 12..=20, leaf)]        L0,
    }

    /// hgatp.MODE. The root is four tables side by side, which index two bits more.
    #[geometry(space = Guest)]
    pub enum Mode {
        /// 41 bits, three levels.
        #[root(L2, tables = 4)] Sv39x4,
        /// 50 bits, four levels.
        #[root(L3, tables = 4)] Sv48x4,
        /// 59 bits, five levels.
        #[root(L4, tables = 4)] Sv57x4,
    }

    /// The memory type that a page overrides that of its physical memory with: Svpbmt.
    #[values]
    pub enum MemoryType { Pma = 0, NonCacheable = 1, Io = 2 }

    /// An entry that maps a page. Every access is one of user code; nothing is global.
    #[entry(leaf, levels(L4, L3, L2, L1, L0), present = valid, ignored(5), software(8..=9), reserved(54..=60), reserved(63, levels(L4, L3, L2, L1)))]
    pub struct PageEntry {
        #[bits(0, tag = 1)]                    valid: (),
        #[bits(1, allows = read)]              read: bool,
        #[bits(2, allows = write)]             write: bool,
        #[bits(3, allows = execute)]           execute: bool,
        #[bits(4, reserved = 1)]               user: (),
        #[bits(6, hardware = accessed)]        accessed: bool,
        #[bits(7, hardware = dirty)]           dirty: bool,
        #[bits(10..=53, frame, shift = 12)]    frame: Hpa,
        #[bits(61..=62)]                       memory_type: MemoryType,
        #[bits(63, levels(L0), napot = 16)]    napot: bool,
    }

    /// An entry that points to a table: one without a permission.
    #[entry(table, levels(L4, L3, L2, L1), present = valid, ignored(5), software(8..=9), reserved(4, 6..=7, 54..=63))]
    pub struct TableEntry {
        #[bits(0, tag = 1)]                    valid: (),
        #[bits(1..=3, tag = 0)]                permissions: (),
        #[bits(10..=53, frame, shift = 12)]    table: Hpa,
    }

    /// The page tables of a guest's physical memory.
    #[table(guest, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = HfenceGvma)]
    pub struct GuestTables;
}
