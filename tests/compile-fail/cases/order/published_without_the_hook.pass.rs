//! The private entry says that a page is mapped, and the monitor was never asked: the guest faults for ever on a page
//! that the VMM takes for mapped.
//!
//! Seen: KVM tdp_mmu.c: four places decide by hand whether the hook is called before the write or after it, which its
//! maintainer calls "confusing and brittle" [kvm-41]

use pt_core::pair::Freeze;
use pt_core::{Arena, Page, Private};
use pt_tdx::{PrivateEpt, Pt, SeptHooks};

type Entry<'a> = Freeze<'a, PrivateEpt, Pt, Arena>;

fn map(entry: Entry<'_>, page: Page<Private, Pt>, hooks: &impl SeptHooks) -> bool {
    let permission = entry.frozen();
    let answer = hooks.page_aug(permission, page.frame());
    println!("{answer:?} for {permission:?}");
    entry.publish(page, answer).is_ok()
}

fn main() {}

