//! A table that must break before it makes, with leaves of three sizes, for tests that need no particular machine.

use pt_macros::page_tables;

/// Guest-physical memory.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod stage2 {
    use pt_core::Hpa;
    use pt_core::flush::TlbiIpa;

    /// Levels.
    #[levels]
    pub enum Level {
        #[level(index = 48..=51, table)]       Start,
        #[level(index = 39..=47, table)]       Top,
        #[level(index = 30..=38, table, leaf)] Large,
        #[level(index = 21..=29, table, leaf)] Middle,
        #[level(index = 12..=20, leaf)]        Small,
    }

    /// Widths of input addresses.
    #[geometry(space = Guest)]
    pub enum Width {
        /// Four levels.
        #[root(Top)]   Bits48,
        /// Five levels.
        #[root(Start)] Bits52,
    }

    /// A page.
    #[entry(leaf, levels(Large, Middle, Small), present = valid, ignored(3..=4, 8..=11, 52..=63))]
    pub struct Mapping {
        #[bits(0)]                                 valid: bool,
        #[bits(1, allows = write)]                 write: bool,
        #[bits(2, allows = execute)]               execute: bool,
        #[bits(5, hardware = accessed)]            accessed: bool,
        #[bits(6, hardware = dirty)]               dirty: bool,
        #[bits(7, levels(Large, Middle), tag = 1)]
        #[bits(7, levels(Small), ignored)]         block: (),
        #[bits(12..=51, frame)]                    frame: Hpa,
    }

    /// A table.
    #[entry(table, levels(Start, Top, Large, Middle), present = valid, ignored(1..=6, 8..=11, 52..=63))]
    pub struct Link {
        #[bits(0, default = 1)]                    valid: bool,
        #[bits(7, tag = 0)]                        block: (),
        #[bits(12..=51, frame)]                    table: Hpa,
    }

    /// The tables.
    #[table(guest, visible_to(vmm), used_by(cpu), entries(Mapping, Link), flush = TlbiIpa, live = break_before_make)]
    pub struct Stage2;
}
