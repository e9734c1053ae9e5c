//! The firmware is added as a block of 2 MiB: the monitor adds pages of 4 KiB only, and refuses.
//!
//! Seen: KVM tdx.c, the checks that the level is that of 4 KiB pages in `tdx_sept_set_private_spte` [kvm-31]

use pt_core::pair::{Build, Vm};
use pt_core::{Arena, Gpa, Page, Private, Shared};
use pt_tdx::{Pd, Pt, SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Build, &'a Arena, &'a Arena, H>;
type Firmware = (Page<Private, Pd>, Page<Shared, Pd>);
type Sectors = (Page<Private, Pt>, Page<Shared, Pt>);

fn load<H: SeptHooks>(vm: &mut Guest<'_, H>, at: Gpa<Private>, (page, content): Firmware) -> bool {
    vm.add_page(at, page, content).is_ok()
}

fn main() {
    let _: Option<(Firmware, Sectors)> = None;
}
