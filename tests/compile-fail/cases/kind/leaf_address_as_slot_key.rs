//! The address of a shared leaf, which has the split bit, is taken for the frame number of a memory slot: the slot is
//! never found.
//!
//! Seen: KVM tdp_iter.c: `iter.gfn` has the shared bit in a walk of all roots, and nowhere else [kvm-4]

use pt_core::cursor::OldLeaf;
use pt_core::{Gfn, Split};
use pt_tdx::{Gpaw, SharedEpt};

#[derive(Default)]
struct Slot {
    zapped: Vec<Gfn>,
}

impl Slot {
    fn zapped(&mut self, frame: Gfn) {
        self.zapped.push(frame);
    }
}

fn note_zapped(slot: &mut Slot, geometry: Gpaw, leaf: &OldLeaf<SharedEpt>) {
    let OldLeaf { address, level, .. } = *leaf;
    let frame = geometry.gfn(address);
    println!("zapped {address}, frame {frame:?}, a page of {level:?}");
    slot.zapped(address);
}

fn main() {
    let _ = note_zapped;
    let _ = Slot::default();
}
