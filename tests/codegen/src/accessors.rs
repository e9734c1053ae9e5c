//! The fields of an entry: what the declaration makes of one getter and one setter, and the masks and shifts of the
//! twins.

use pt_tdx::{EptLeaf, MemoryType, Pt};

/// Reads a field of three bits in which not every value is declared.
#[inline(never)]
#[must_use]
pub fn read_memory_type(leaf: EptLeaf<Pt>) -> Option<MemoryType> {
    leaf.memory_type()
}

/// The twin of [`read_memory_type`].
#[inline(never)]
#[must_use]
pub fn twin_memory_type(leaf: u64) -> Option<MemoryType> {
    match leaf >> 3 & 7 {
        0 => Some(MemoryType::Uncacheable),
        1 => Some(MemoryType::WriteCombining),
        4 => Some(MemoryType::WriteThrough),
        5 => Some(MemoryType::WriteProtected),
        6 => Some(MemoryType::WriteBack),
        _ => None,
    }
}

/// Sets a bit to a value.
#[inline(never)]
pub fn set_writable(leaf: EptLeaf<Pt>, writable: bool) -> EptLeaf<Pt> {
    leaf.with_write(writable)
}

/// The twin of [`set_writable`].
#[inline(never)]
#[must_use]
pub fn twin_writable(leaf: u64, writable: bool) -> u64 {
    leaf & !2 | u64::from(writable) << 1
}
