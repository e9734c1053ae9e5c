//! A flush is expected after private memory was removed: no CPU walks the private table, and the monitor has
//! tracked the protected one already. A global INVEPT would cost every other vCPU its TLB for nothing.
//!
//! Seen: KVM tdx.c, the comment in `tdx_flush_tlb_all` [kvm-47]

use pt_core::Flush;
use pt_tdx::{PrivateEpt, SharedEpt};

struct Gathered {
    _flush: Flush<SharedEpt>,
}

fn main() {
    let _: Option<Gathered> = None;
    let _: (SharedEpt, PrivateEpt) = (SharedEpt, PrivateEpt);
}
