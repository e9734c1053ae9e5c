//! The second hook fails, and the entry that was published after the first one is put back: the private table says
//! "absent", the monitor has the page.
//!
//! Seen: KVM tdp_mmu.c, `tdp_mmu_set_spte_atomic`: each path restores or publishes by hand [kvm-22]

use pt_core::hook::Outcome;
use pt_core::pair::Freeze;
use pt_core::{Arena, Page, Private};
use pt_tdx::{PrivateEpt, Pt, SeptHooks};

type Entry<'a> = Freeze<'a, PrivateEpt, Pt, &'a Arena>;

/// Maps two neighbours.
fn install<H: SeptHooks>(hooks: &H, first: Entry<'_>, second: Entry<'_>, pages: [Page<Private, Pt>; 2]) -> Option<()> {
    let [one, two] = pages;
    let answer = hooks.page_aug(first.frozen(), one.frame());
    first.publish(one, answer).ok()?;
    let answer = hooks.page_aug(second.frozen(), two.frame());
    if let Outcome::Busy(_) = answer {
        second.roll_back();
        return None;
    }
    second.publish(two, answer).ok()?;
    Some(())
}

fn main() {}
