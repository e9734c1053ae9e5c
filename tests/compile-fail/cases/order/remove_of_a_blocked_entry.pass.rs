//! A blocked page is removed although CPUs may still hold translations of it: TDH.MEM.PAGE.REMOVE without
//! TDH.MEM.TRACK. The TDX module refuses; elsewhere a vCPU writes to memory of the next owner.
//!
//! Seen: KVM tdx.c, "TDX requires TLB tracking before dropping private page" is a comment [kvm-42]

use pt_core::hook::{Frozen, Outcome, Tracked};
use pt_tdx::{PageRemove, PrivateEpt, SeptHooks};

fn take_away<H: SeptHooks>(hooks: &H, entry: &Tracked<PrivateEpt>) -> Outcome<PageRemove> {
    hooks.page_remove(entry)
}

fn main() {
    let _: Option<(Frozen<PrivateEpt>, Tracked<PrivateEpt>)> = None;
}
