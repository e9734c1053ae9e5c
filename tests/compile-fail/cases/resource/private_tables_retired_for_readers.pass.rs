//! Tables of the private tree are unlinked under readers, and freed by a callback that knows nothing of their partners:
//! the monitor keeps a page of a table that is gone.
//!
//! Seen: KVM tdp_mmu.c, `tdp_mmu_free_sp_rcu_callback`: a warning if `external_spt` is still set, proposed in review
//! [kvm-52]

use pt_core::reclaim::Pinned;
use pt_core::{AddressRange, Arena, Deferred, Invalidate};
use pt_tdx::{PrivateEpt, SharedEpt};

fn zap<R: Deferred, C: Invalidate<SharedEpt>>(
    tree: &Pinned<'_, SharedEpt, Arena, R>,
    tables: &Arena,
) -> String {
    format!("{:?}", tree.parallel(tables))
}

fn main() {
    let _: (PrivateEpt, SharedEpt) = (PrivateEpt, SharedEpt);
    let _: Option<AddressRange<pt_core::Private>> = None;
}

