//! The address of a shared leaf, which has the split bit set, is taken for the frame number of a memory slot: in KVM's
//! walk of all roots `iter.gfn` has the bit, everywhere else it has not.

use pt_core::cursor::OldLeaf;
use pt_core::{Gfn, Split};
use pt_tdx::{Gpaw, SharedEpt};

#[derive(Default)]
struct Slot {
    zapped: Vec<Gfn>,
}

fn note_zapped(slot: &mut Slot, geometry: Gpaw, leaf: &OldLeaf<SharedEpt>) {
    let OldLeaf { address, level, .. } = *leaf;
    let frame = geometry.gfn(address);
    println!("zapped {address}, frame {frame:?}, a page of {level:?}");
    slot.zapped.push(frame);
}

fn main() {
    let _ = note_zapped;
    let _ = Slot::default();
}
