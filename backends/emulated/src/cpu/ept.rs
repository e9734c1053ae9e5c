//! EPT entries as the CPU reads them: bits of Intel SDM volume 3C, section 29.3.2, tables 29-1 to 29-7.
//!
//! Nothing here comes from a declaration: a mistake in one shows as a walk that goes wrong.

/// Bit 0: read access.
pub const READ: u64 = 1;
/// Bit 1: write access.
pub const WRITE: u64 = 1 << 1;
/// Bit 2: execute access.
pub const EXECUTE: u64 = 1 << 2;
/// Bits 2:0. If all are clear, the entry is not present (29.3.2).
pub const PRESENT: u64 = READ | WRITE | EXECUTE;
/// Bits 5:3 of an entry that maps a page: the memory type.
pub const MEMORY_TYPE: u64 = 7 << 3;
/// Bits 6:3 of an entry that points to a table: reserved.
pub const TABLE_RESERVED: u64 = 0xf << 3;
/// Bit 7: the entry maps a page, in a page-directory-pointer table or a page directory.
pub const LARGE: u64 = 1 << 7;
/// Bit 8: accessed, if EPTP bit 6 is set.
pub const ACCESSED: u64 = 1 << 8;
/// Bit 9 of an entry that maps a page: dirty, if EPTP bit 6 is set.
pub const DIRTY: u64 = 1 << 9;
/// Bits 51:12: the frame, as far as the CPU has address bits.
pub const FRAME: u64 = 0x000f_ffff_ffff_f000;
/// Bit 63: suppress #VE.
pub const SUPPRESS_VE: u64 = 1 << 63;

/// The lowest address bit that an entry of this level translates; level 0 is the page table.
pub const fn shift(level: u32) -> u32 {
    12 + 9 * level
}

/// Whether an entry of this level that is present maps a page. A page table has nothing else; bit 7 is ignored there.
pub const fn maps_page(entry: u64, level: u32) -> bool {
    level == 0 || (level <= 2 && entry & LARGE != 0)
}

/// Whether the value of a present entry is not supported: an EPT misconfiguration, section 29.3.3.1.
///
/// Execute-only translations are supported, as on every CPU with TDX. `width` is the number of physical address
/// bits.
pub const fn is_misconfigured(entry: u64, level: u32, width: u32) -> bool {
    let writable_only = entry & (READ | WRITE) == WRITE;
    let beyond = FRAME & !((1 << width) - 1);
    let reserved = if maps_page(entry, level) {
        FRAME & ((1 << shift(level)) - 1)
    } else {
        TABLE_RESERVED | if level >= 3 { LARGE } else { 0 }
    };
    let type_reserved = maps_page(entry, level) && matches!((entry & MEMORY_TYPE) >> 3, 2 | 3 | 7);
    writable_only || entry & (reserved | beyond) != 0 || type_reserved
}
