//! A page is added with content after the measurement was finalised: the TDX module refuses TDH.MEM.PAGE.ADD, and
//! where nobody refuses, the guest runs code that it did not measure.
//!
//! Seen: KVM tdx.c, the `KVM_BUG_ON`s on `page_add_src` [kvm-29]

use pt_core::arena::Arena;
use pt_core::pair::{Build, Run, Vm};
use pt_core::{Gpa, Page, Private, Shared};
use pt_tdx::{Pt, SeptHooks, Tdx};

type Guest<'a, Phase, H> = Vm<Tdx, Phase, &'a Arena, &'a Arena, H>;

fn load<'a, H: SeptHooks>(
    vm: &mut Guest<'a, Build, H>,
    at: Gpa<Private>,
    page: Page<Private, Pt>,
    firmware: Page<Shared, Pt>,
) -> bool {
    vm.add_page(at, page, firmware).is_ok()
}

fn main() {
    let _: Option<(Build, Run)> = None;
}
