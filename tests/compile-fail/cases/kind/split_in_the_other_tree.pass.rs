//! The guest accepts 4 KiB of a private 2 MiB page, and the page is split in the shared tree: the draft of
//! `kvm_tdp_mmu_split_huge_pages` took `mmu->root.hpa`, which is the shared root.

use pt_core::pair::{Run, Vm};
use pt_core::{Arena, Gpa, Invalidate, Private, Shared};
use pt_tdx::{Pd, SharedEpt, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn split_before_accept<H, C: Invalidate<SharedEpt>>(
    vm: &mut Guest<'_, H>,
    tables: &Arena,
    accepted: Gpa<Shared>,
    cpus: &mut C,
) -> bool {
    match vm.shared_mut().exclusive(tables).split::<Pd>(accepted, cpus) {
        Ok(stale) => stale.flush(cpus),
        Err(obstacle) => return obstacle.is_retry(),
    }
    true
}

fn main() {
    let _: Option<(Gpa<Private>, Gpa<Shared>)> = None;
}
