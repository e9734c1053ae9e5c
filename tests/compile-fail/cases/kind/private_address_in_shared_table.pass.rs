//! A private address is looked up in the shared tree: the walk finds nothing, or a neighbour's page where the split
//! bit was stripped on the way.
//!
//! Seen: KVM tdp_mmu.h, `tdp_mmu_get_root_for_fault` [kvm-1]

use pt_core::{Gpa, Hpa, Memory, Private, Shared, Tree};
use pt_tdx::SharedEpt;

fn frame_of<M: Memory>(shared: &Tree<SharedEpt, M>, address: Gpa<Shared>) -> Option<Hpa> {
    shared.reader().translate(address).map(|found| found.address)
}

fn main() {
    let _ = frame_of::<pt_core::arena::Arena>;
    let _: Option<(Gpa<Private>, Gpa<Shared>)> = None;
}
