//! A private block is split as soon as it is blocked: a vCPU still writes through the translation of the whole block,
//! and TDH.MEM.PAGE.DEMOTE refuses or splits under it.
//!
//! Seen: KVM, `tdx_sept_split_private_spte` of "TDX: Dynamic PAMT + S-EPT Hugepage": block, track and kick by hand
//! before `tdh_mem_page_demote` [kvm-44]

use pt_core::hook::{Filled, Frozen, Outcome, Tracked};
use pt_tdx::{PageDemote, PrivateEpt, SeptHooks};

fn split(hooks: &impl SeptHooks, block: &Frozen<PrivateEpt>, table: &Filled<PrivateEpt>) -> Outcome<PageDemote> {
    hooks.page_demote(block, table)
}

fn main() {
    let _: Option<(Frozen<PrivateEpt>, Tracked<PrivateEpt>)> = None;
}

