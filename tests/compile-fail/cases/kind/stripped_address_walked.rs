//! A frame number, the fault's address without its split bit, is looked up in a table: a walk of the shared root with
//! a stripped address ends in the private half.
//!
//! Seen: KVM, `kvm_is_gfn_alias`: stripped and raw numbers are both `gfn_t` [kvm-1]

use pt_core::pair::{Run, Vm};
use pt_core::{Arena, Hpa, RawGpa, Route, Split};
use pt_tdx::Tdx;

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn frame_behind_fault<H>(vm: &Guest<'_, H>, fault: RawGpa) -> Option<Hpa> {
    let Ok(Route::Shared(address)) = vm.geometry().route(fault) else { return None };
    let frame = vm.geometry().gfn(address);
    println!("fault in the memory slot of {frame:?}");
    let found = vm.shared().reader().translate(frame)?;
    Some(found.address)
}

fn main() {
    let _ = frame_behind_fault::<()>;
}
