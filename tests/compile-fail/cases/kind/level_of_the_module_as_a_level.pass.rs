//! The level of a refusal, counted from 0 in the TDX module's encoding and from 1 in KVM's, is an `int` in both: the
//! wrong one maps 2 MiB where 4 KiB were meant. "NOT clear that int level refers to the TDX-Module's level", says a
//! review.

use pt_core::{Arena, Levels, Tree};
use pt_tdx::{Level, SharedEpt};

fn map_no_larger_than(tree: &mut Tree<SharedEpt, &Arena>, tables: &Arena, module_level: u8) -> Option<Level> {
    let level = Level::from_number(module_level)?;
    let cursor = tree.exclusive(tables).limit_blocks(level);
    println!("mapping with {cursor:?}");
    Some(level)
}

fn main() {
    let _ = map_no_larger_than;
}
