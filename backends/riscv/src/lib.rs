//! RISC-V: the page tables of a supervisor, and those of a hypervisor for its guests, declared.
//!
//! | module | what points to its root | tables |
//! |---|---|---|
//! | `supervisor` | satp, vsatp | Sv39, Sv48, Sv57 |
//! | `g_stage` | hgatp | Sv39x4, Sv48x4, Sv57x4 |
//!
//! Sources: RISC-V privileged architecture 1.13 chapters 12.3 to 12.6 (Sv39 to Sv57), 13 (Svnapot), 14 (Svpbmt) and 18.5
//! (Sv39x4 to Sv57x4).
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// Both stages of translation. Their formats differ in what user code and global pages mean.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables(variants(supervisor, g_stage))]
pub mod stage {
    use pt_core::Hpa;
    #[only(supervisor)]
    use pt_core::flush::SfenceVma;
    #[only(g_stage)]
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

    /// The MODE field of satp or hgatp. Virtual addresses repeat their topmost bit; the root of a guest's tables is four
    /// of them side by side, which index two bits more.
    #[geometry(extend = sign, only(supervisor))]
    #[geometry(space = Guest, only(g_stage))]
    pub enum Mode {
        /// 39 bits, three levels.
        #[only(supervisor)] #[root(L2)]          Sv39,
        /// 48 bits, four levels.
        #[only(supervisor)] #[root(L3)]          Sv48,
        /// 57 bits, five levels.
        #[only(supervisor)] #[root(L4)]          Sv57,
        /// 41 bits, three levels.
        #[only(g_stage)] #[root(L2, tables = 4)] Sv39x4,
        /// 50 bits, four levels.
        #[only(g_stage)] #[root(L3, tables = 4)] Sv48x4,
        /// 59 bits, five levels.
        #[only(g_stage)] #[root(L4, tables = 4)] Sv57x4,
    }

    /// The extensions that the hart has, and that are switched on for the stage.
    #[config]
    pub struct Features {
        /// Svnapot: sixteen pages may be one translation.
        svnapot: bool,
        /// Svpbmt, with menvcfg.PBMTE or henvcfg.PBMTE: pages have memory types.
        svpbmt: bool,
    }

    /// The memory type that a page overrides that of its physical memory with: Svpbmt.
    #[values]
    pub enum MemoryType { Pma = 0, NonCacheable = 1, Io = 2 }

    /// An entry that maps a page. In the G-stage every access is one of user code, and nothing is global.
    #[entry(leaf, levels(L4, L3, L2, L1, L0), present = valid, software(8..=9), reserved(54..=60),
        reserved(63, levels(L4, L3, L2, L1)), ignored(5, only(g_stage)),
        illegal(write & !read), illegal(memory_type = 3, if = svpbmt))]
    pub struct PageEntry {
        #[bits(0, tag = 1)]                                  valid: (),
        #[bits(1, allows = read)]                            read: bool,
        #[bits(2, allows = write)]                           write: bool,
        #[bits(3, allows = execute)]                         execute: bool,
        #[only(supervisor)] #[bits(4, allows = user)]        user: bool,
        #[only(g_stage)] #[bits(4, reserved = 1)]            user: (),
        #[only(supervisor)] #[bits(5)]                       global: bool,
        #[bits(6, hardware = accessed)]                      accessed: bool,
        #[bits(7, hardware = dirty)]                         dirty: bool,
        #[bits(10..=53, frame, shift = 12)]                  frame: Hpa,
        #[bits(61..=62, if = svpbmt)]                        memory_type: MemoryType,
        #[bits(63, levels(L0), napot = 16, if = svnapot)]    napot: bool,
    }

    /// An entry that points to a table: one without a permission.
    #[entry(table, levels(L4, L3, L2, L1), present = valid, software(8..=9), reserved(4, 6..=7, 54..=63),
        ignored(5, only(g_stage)))]
    pub struct TableEntry {
        #[bits(0, tag = 1)]                                  valid: (),
        #[bits(1..=3, tag = 0)]                              permissions: (),
        #[only(supervisor)] #[bits(5)]                       global: bool,
        #[bits(10..=53, frame, shift = 12)]                  table: Hpa,
    }

    /// The page tables of an address space.
    #[only(supervisor)]
    #[table(virtual, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = SfenceVma)]
    pub struct PageTables;

    /// The page tables of a guest's physical memory.
    #[only(g_stage)]
    #[table(guest, visible_to(vmm), used_by(cpu), entries(PageEntry, TableEntry), flush = HfenceGvma)]
    pub struct GuestTables;
}

pub use stage::*;
