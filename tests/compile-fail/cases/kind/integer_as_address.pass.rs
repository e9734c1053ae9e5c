//! An integer is used as an address: nobody has said which half it lies in.
//!
//! Seen: asterinas, `type Vaddr = usize`, `type Paddr = usize`; KVM, `gpa_t` [kvm-1]

use pt_core::{Memory, RawGpa, Route, Split, Tree};
use pt_tdx::SharedEpt;

fn frame<M: Memory>(shared: &Tree<SharedEpt, M>, fault: u64) -> Option<pt_core::Hpa> {
    let Ok(Route::Shared(address)) = shared.geometry().route(RawGpa::new(fault)) else {
        return None;
    };
    println!("{address}");
    shared.reader().translate(address).map(|found| found.address)
}

fn main() {
    let _ = frame::<pt_core::arena::Arena>;
}
