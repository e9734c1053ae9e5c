//! A table entry is read as a leaf: three libraries walked a data page as a table, or made a table a leaf over
//! memory of somebody else.
//!
//! Seen: x86_64 0.15.4, `update_flags::<Size2MiB>` of a slot that links a table [peer-1]

use pt_core::{Entry, LevelOf};
use pt_tdx::{MemoryType, Pd, SharedEpt};

fn memory_type(raw: u64) -> Option<MemoryType> {
    match <Pd as LevelOf<SharedEpt>>::decode(raw) {
        Entry::Subtable(entry) => entry.memory_type(),
        _ => None,
    }
}

fn main() {
    let _ = memory_type(0);
}
