//! A fault is resolved while the VM is still built: pages would come in that the measurement does not know.
//!
//! Seen: KVM tdx.c, `tdx_sept_map_leaf_spte` asks for the state of the TD [kvm-29]

use pt_core::arena::Arena;
use pt_core::format::Access;
use pt_core::pair::{Build, PageSource, Run, Vm};
use pt_core::RawGpa;
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, Phase, H> = Vm<Tdx, Phase, &'a Arena, &'a Arena, H>;

fn resolve<'a, H: SeptHooks, S: PageSource<Tdx>>(vm: &Guest<'a, Build, H>, fault: RawGpa, source: &mut S) -> bool {
    vm.fault(fault, Access::WRITE, source).is_ok()
}

fn main() {
    let _: Option<(Build, Run)> = None;
}
