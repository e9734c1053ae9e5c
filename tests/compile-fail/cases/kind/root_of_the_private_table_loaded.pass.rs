//! The root of the private table is given to the CPU: it holds the VMM's notes, and a vCPU that walks them maps the
//! guest's memory for everybody.
//!
//! Seen: KVM tdx.c, `tdx_load_mmu_pgd`: which of the two roots is loaded is checked at run time [kvm-14]

use pt_core::pair::{Run, Vm};
use pt_core::{Arena, Hpa};
use pt_tdx::Tdx;

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

struct Vcpu {
    shared_ept_pointer: Hpa,
}

fn load_root<H>(vm: &Guest<'_, H>, vcpu: &mut Vcpu) {
    let root = vm.shared().root_frame();
    if vcpu.shared_ept_pointer != root {
        vcpu.shared_ept_pointer = root;
    }
}

fn main() {
    let _ = load_root::<()>;
    let _ = Vcpu { shared_ept_pointer: Hpa::new(0) };
}
