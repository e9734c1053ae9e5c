//! A fault's raw address is used before anybody looked at its split bit: the shared bit then becomes part of a frame
//! number.

use pt_core::{Gpa, Private, RawGpa, Route, Split};
use pt_tdx::Gpaw;

fn slot_of(address: Gpa<Private>) -> u64 {
    Gpaw::Bits48.gfn(address).number()
}

fn main() {
    let raw = RawGpa::new(0x8000_0000_1000);
    if let Ok(Route::Private(routed)) = Gpaw::Bits48.route(raw) {
        println!("frame {}, for {routed}", slot_of(raw));
    }
}
