//! A page that the host can read is given to a private table: the guest believes it encrypted, and every device can
//! write to it.
//!
//! Seen: KVM mmu.c, `kvm_mmu_faultin_pfn` compares the kinds at run time [kvm-1]

use pt_core::arena::Arena;
use pt_core::pair::{Build, Vm};
use pt_core::{Gpa, Page, Private, Shared};
use pt_tdx::{Pt, SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Build, &'a Arena, &'a Arena, H>;

fn load<H: SeptHooks>(
    vm: &mut Guest<'_, H>,
    at: Gpa<Private>,
    page: Page<Shared, Pt>,
    firmware: Page<Shared, Pt>,
) -> bool {
    vm.add_page(at, page, firmware).is_ok()
}

fn main() {}
