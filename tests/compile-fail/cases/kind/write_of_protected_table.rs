//! The VMM writes the protected table with a store. Only the monitor changes it, through the declared hooks.

use pt_core::Tree;
use pt_core::arena::Arena;
use pt_tdx::{SecureEpt, SharedEpt};

fn begin(tree: &mut Tree<SecureEpt, &Arena>, arena: &Arena) {
    let _ = tree.exclusive(arena);
}

fn main() {
    let _ = begin;
    let _: (SharedEpt, SecureEpt) = (SharedEpt, SecureEpt);
}
