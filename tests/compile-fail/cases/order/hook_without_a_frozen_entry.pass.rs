//! A hook is called about an entry that this thread does not hold: another fault maps the same address at the same
//! time, and the protected table gets two pages for one entry.
//!
//! Seen: KVM tdp_mmu.c, `FROZEN_SPTE` is set by each caller of the hook [kvm-21]

use pt_core::hook::{Frozen, Outcome};
use pt_core::{Absent, Hpa};
use pt_tdx::{PageAug, PrivateEpt, SeptHooks};

type Place = Frozen<PrivateEpt>;

fn augment<H: SeptHooks>(hooks: &H, entry: &Place, page: Hpa) -> Outcome<PageAug> {
    hooks.page_aug(entry, page)
}

fn main() {
    let _: Option<(Absent, Place)> = None;
}
