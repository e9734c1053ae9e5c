//! A tree whose entries depend on what the machine has is made without saying it: an entry that this machine calls
//! malformed is written, and the guest dies of it when it comes there.
//!
//! Seen: x86_64, `PageTableFlags::NO_EXECUTE`: a comment says that the bit needs EFER.NXE, and no mapper asks

use pt_core::error::TreeError;
use pt_core::{Arena, Table, Tree};
use pt_ept::Ept;
use pt_tdx::SharedEpt;

/// Those of an ordinary guest, or the shared ones of a TD, which have no options.
type Tables = SharedEpt;

fn empty(geometry: <Tables as Table>::Geometry, arena: &Arena) -> Result<Tree<Tables, &Arena>, TreeError> {
    Tree::new(geometry, arena, arena)
}

fn main() {
    let _ = empty;
    let _ = (Ept, SharedEpt);
}
