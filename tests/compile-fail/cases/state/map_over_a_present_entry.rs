//! A page is mapped over one that is there: the monitor has two owners for one address, and the first page is lost.
//!
//! Seen: KVM tdp_mmu.c, `KVM_BUG_ON(was_present)` where the mirror is set [kvm-18]

use pt_core::Hpa;
use pt_core::hook::{Frozen, Occupied, Outcome};
use pt_tdx::{PageAug, PrivateEpt, SeptHooks};

type Present = Frozen<PrivateEpt, Occupied>;
type Absent = Frozen<PrivateEpt>;

/// Moves a page to another place of the guest's memory.
fn move_page<H: SeptHooks>(hooks: &H, old: &Present, new: &Absent, page: Hpa) -> Option<Outcome<PageAug>> {
    println!("{page} goes from {} to {}", old.address(), new.address());
    hooks.range_block(old).into_result().ok()?;
    Some(hooks.page_aug(old, page))
}

fn main() {}
