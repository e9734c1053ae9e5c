//! Both roots are one type, and an `if` picks the one to walk: a private fault is answered from the shared root. KVM
//! did so in the first hugepage series for private memory, where nobody but a reviewer noticed.

use pt_core::pair::{Run, Vm};
use pt_core::{Arena, Hpa, RawGpa, Route, Split};
use pt_tdx::Tdx;

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn frame_behind_fault<H>(vm: &Guest<'_, H>, fault: RawGpa) -> Option<Hpa> {
    let found = match vm.geometry().route(fault).ok()? {
        Route::Shared(address) => vm.shared().reader().translate(address)?,
        Route::Private(address) => vm.private().reader().translate(address)?,
    };
    Some(found.address)
}

fn main() {
    let _ = frame_behind_fault::<()>;
}
