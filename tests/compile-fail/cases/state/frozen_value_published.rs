//! The value that marks an entry as being changed is stored in it for good: each later fault there is tried again for
//! ever.
//!
//! Seen: KVM tdp_mmu.c, the checks that no setter gets `FROZEN_SPTE` as the new value [kvm-21]

use pt_core::{Arena, Gpa, Page, Private, Tree, Visible};
use pt_tdx::{PrivateEpt, Pt, SeptHooks};

fn install<H: SeptHooks>(
    private: &Tree<PrivateEpt, &Arena>,
    hooks: &H,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
) -> Option<bool> {
    let marker = PrivateEpt::FROZEN;
    let freeze = private.freeze::<Pt>(at).ok()?;
    let answer = hooks.page_aug(freeze.frozen(), page.frame());
    println!("{page:?} goes where {marker:#x} is now");
    Some(freeze.publish(marker, answer).is_ok())
}

fn main() {}
