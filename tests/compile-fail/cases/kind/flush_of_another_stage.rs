//! EPT translations are dropped by INVLPG: a hypervisor did so, and its guest kept the old translations.
//!
//! Seen: axaddrspace 0.1.5, `flush_tlb` of its x86 EPT [peer-7]

use pt_core::flush::Scope;
use pt_core::{Flush, Invalidate, Shared, Virtual};
use pt_tdx::SharedEpt;

struct GuestTlb;
impl GuestTlb {
    fn invlpg(&mut self, _scope: Scope<Virtual>) {}
}

struct EptTlb;
impl Invalidate<SharedEpt> for EptTlb {
    fn invalidate(&mut self, _scope: Scope<Shared>) {}
}

fn discharge(flush: Flush<SharedEpt>, by: &mut GuestTlb) {
    flush.flush(by);
}

fn main() {
    let _ = discharge;
    GuestTlb.invlpg(Scope::Nothing);
    let _ = EptTlb;
}
