//! A fault is resolved in a root that was invalidated meanwhile: no vCPU loads it, and the guest faults again and
//! again.
//!
//! Seen: KVM mmu.c, `is_page_fault_stale`, which looks at one root for faults of both kinds [kvm-11, kvm-27]

use pt_core::pair::{Run, Vm};
use pt_core::{Arena, Gpa, Page, Shared};
use pt_tdx::{EptLeafFields, Pt, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn fault_after_zap_all<H>(vm: &mut Guest<'_, H>, tables: &Arena, at: Gpa<Shared>, page: Page<Shared, Pt>) -> bool {
    let fields = EptLeafFields { read: true, write: true, ..EptLeafFields::new() };
    let Ok(mut old) = vm.renew_shared() else { return false };
    let new = vm.shared_mut();
    println!("vCPUs go from {old:?} to {new:?}");
    let mapped = new.exclusive(tables).map::<Pt, _>(at, page, fields).is_ok();
    old.free(tables);
    mapped
}

fn main() {
    let _ = fault_after_zap_all::<()>;
}
