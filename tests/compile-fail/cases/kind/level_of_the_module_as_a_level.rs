//! A level that the TDX module counts from 0 is taken for one that KVM counts from 1: 2 MiB are mapped where 4 KiB
//! were meant.
//!
//! Seen: KVM, "TDX: Dynamic PAMT + S-EPT Hugepage", patch 1: "NOT clear that int level refers to the TDX-Module's
//! level" [kvm-16]

use pt_core::{Arena, Levels, Tree};
use pt_tdx::{Level, SharedEpt};

fn map_no_larger_than(tree: &mut Tree<SharedEpt, &Arena>, tables: &Arena, module_level: u8) -> Option<Level> {
    let level = Level::from_number(module_level)?;
    let cursor = tree.exclusive(tables).limit_blocks(module_level);
    println!("mapping with {cursor:?}");
    Some(level)
}

fn main() {
    let _ = map_no_larger_than;
}
