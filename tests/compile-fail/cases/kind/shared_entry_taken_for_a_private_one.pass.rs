//! An entry of the shared tree is handled as one of the private tree: the monitor is asked to remove a page that it
//! never had.
//!
//! Seen: KVM tdp_mmu.c, `is_mirror_sptep`: asked at each write by three loads, from the entry to its page to its role
//! [kvm-5]

use pt_core::Hpa;
use pt_tdx::{EptLeaf, PrivateLeaf, Pt};

/// The frame that the monitor has to remove.
fn frame_to_remove(entry: PrivateLeaf<Pt>) -> Hpa {
    entry.frame()
}

fn zap(shared: EptLeaf<Pt>, private: PrivateLeaf<Pt>) -> Hpa {
    println!("zapping {shared:?} and {private:?}");
    frame_to_remove(private)
}

fn main() {
    let _ = zap;
}
