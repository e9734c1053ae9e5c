//! An entry of the shared tree is handled as one of the private tree. KVM asks `is_mirror_sp` at every write, three
//! loads from the entry to its page to its role; where the question is forgotten, both kinds compile.

use pt_core::Hpa;
use pt_tdx::{EptLeaf, PrivateLeaf, Pt};

/// The frame that the monitor has to remove.
fn frame_to_remove(entry: PrivateLeaf<Pt>) -> Hpa {
    entry.frame()
}

fn zap(shared: EptLeaf<Pt>, private: PrivateLeaf<Pt>) -> Hpa {
    println!("zapping {shared:?} and {private:?}");
    frame_to_remove(shared)
}

fn main() {
    let _ = zap;
}
