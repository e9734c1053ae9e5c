//! A shared address is given to a function that works on private memory. In KVM both are `gpa_t`, and a
//! maintainer's own patch mixed them up.

use pt_core::{Gpa, Private, Route, Split};
use pt_tdx::Gpaw;

fn accept(address: Gpa<Private>) -> u64 {
    address.as_u64()
}

fn main() {
    let fault = pt_core::RawGpa::new(0x1000);
    match Gpaw::Bits48.route(fault) {
        Ok(Route::Shared(address)) => drop(accept(address)),
        _ => {}
    }
}
