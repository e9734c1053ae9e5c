//! A fault's raw address is translated before anybody looked at its split bit.
//!
//! Seen: KVM mmu.h, `kvm_is_addr_direct` [kvm-1]

use pt_core::{Memory, RawGpa, Route, Split, Tree};
use pt_tdx::PrivateEpt;

fn resolve<M: Memory>(private: &Tree<PrivateEpt, M>, raw: RawGpa) -> bool {
    match private.geometry().route(raw) {
        Ok(Route::Private(address)) => {
            println!("a private fault at {address}");
            private.reader().translate(raw).is_some()
        }
        _ => false,
    }
}

fn main() {
    let _ = resolve::<pt_core::arena::Arena>;
}
