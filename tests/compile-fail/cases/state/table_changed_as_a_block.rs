//! The permissions of a block of 2 MiB are changed where a table hangs: the entry becomes a block over 2 MiB of memory
//! that begins with that table.
//!
//! Seen: x86_64 0.15.4, `update_flags::<Size2MiB>`: returns `Ok` on a slot that links a table [peer-1]

use pt_core::{Entry, LevelOf};
use pt_tdx::{EptLeaf, Pd, SharedEpt};

fn write_protected(block: EptLeaf<Pd>) -> u64 {
    block.with_write(false).bits()
}

fn update(entry: u64) -> Option<u64> {
    if let Entry::Subtable(block) = <Pd as LevelOf<SharedEpt>>::decode(entry) {
        return Some(write_protected(block));
    }
    None
}

fn main() {
    let _ = update(0);
}

