//! A private block is split into a table whose private twin has no entries: the monitor maps 512 pages that the VMM
//! does not know of.
//!
//! Seen: KVM tdp_mmu.c, `tdp_mmu_split_huge_page`: the children are filled before the split by the order of the lines
//! [kvm-44]

use pt_core::hook::{Filled, Outcome, Tracked};
use pt_core::{Protected, TablePage};
use pt_tdx::{PageDemote, PrivateEpt, SeptHooks};

type Fresh = TablePage<Protected>;
type Full = Filled<PrivateEpt>;

fn split(hooks: &impl SeptHooks, block: &Tracked<PrivateEpt>, table: &Fresh) -> Outcome<PageDemote> {
    hooks.page_demote(block, table)
}

fn main() {
    let _: Option<(Fresh, Full)> = None;
}

