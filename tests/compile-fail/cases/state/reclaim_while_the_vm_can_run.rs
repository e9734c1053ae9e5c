//! Pages are reclaimed while the VM's key lives: TDH.PHYMEM.PAGE.RECLAIM is for a TD whose key is freed.
//!
//! Seen: KVM tdx.c, `KVM_BUG_ON(is_hkid_assigned)` in `tdx_sept_free_private_spt` [kvm-30]

use pt_core::arena::Arena;
use pt_core::pair::{PageSink, Run, Teardown, Vm};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, Phase, H> = Vm<Tdx, Phase, &'a Arena, &'a Arena, H>;

fn shut_down<'a, H: SeptHooks, S: PageSink>(vm: &mut Guest<'a, Run, H>, sink: &mut S) -> u64 {
    vm.reclaim(sink).pages
}

fn main() {
    let _: Option<(Run, Teardown)> = None;
}
