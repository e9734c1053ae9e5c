//! A function returns early, and nobody frees the root that it took out of use: its tables leak.
//!
//! Seen: KVM, "TDX: Dynamic PAMT + S-EPT Hugepage", patch 44: `kvm_tdp_mmu_put_root` is missing where a loop is left
//! early [kvm-28]
#![deny(unused_must_use)]

use pt_core::pair::{Run, Vm};
use pt_core::{Arena, Invalid, Tree};
use pt_tdx::{SharedEpt, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn zap_all<'a, H>(vm: &mut Guest<'a, H>) -> Tree<SharedEpt, &'a Arena, Invalid> {
    vm.renew_shared().expect("a page for the root was set aside")
}

fn zap_all_and_free<H>(vm: &mut Guest<'_, H>) {
    let tables = *vm.allocator();
    zap_all(vm).free(tables);
}

fn memory_slot_deleted<H>(vm: &mut Guest<'_, H>) {
    zap_all_and_free(vm);
}

fn main() {
    let _ = (memory_slot_deleted::<()>, zap_all_and_free::<()>);
}
