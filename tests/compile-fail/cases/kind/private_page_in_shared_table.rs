//! A page that belongs to the guest alone is mapped where the VMM and every device can read: the host would see
//! ciphertext, and the guest an integrity failure.
//!
//! Seen: KVM mmu.c, `kvm_mmu_faultin_pfn` compares the kinds at run time [kvm-1]

use pt_core::arena::Arena;
use pt_core::{Gpa, Page, Private, Shared, Tree};
use pt_tdx::{EptLeafFields, Pt, SharedEpt};

fn share(tree: &mut Tree<SharedEpt, &Arena>, arena: &Arena, at: Gpa<Shared>, page: Page<Private, Pt>) {
    let fields = EptLeafFields { read: true, write: true, ..EptLeafFields::new() };
    let _ = tree.exclusive(arena).map::<Pt, _>(at, page, fields);
}

fn main() {
    let _ = share;
    let _: Option<(Page<Private, Pt>, Page<Shared, Pt>)> = None;
}
