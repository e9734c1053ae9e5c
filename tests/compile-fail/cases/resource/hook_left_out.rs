//! A hook is not there yet, and a missing hook counts as success: pages are mapped that the monitor never heard of.
//!
//! Seen: KVM kvm-x86-ops.h: the hooks of the external table are optional, and one that is not set returns 0 [kvm-54]

use pt_core::hook::{Busy, Drained, Filled, Frozen, Occupied, Outcome, Tracked};
use pt_core::{Hpa, Protected, TablePage};
use pt_tdx::*;

struct Unreachable;

#[rustfmt::skip] // one hook a line
impl SeptHooks for Unreachable {
    fn sept_add(&self, _: &Frozen<PrivateEpt>, _: &TablePage<Protected>) -> Outcome<SeptAdd> { Outcome::Busy(Busy) }
    fn page_add(&self, _: &Frozen<PrivateEpt>, _: Hpa, _: Hpa) -> Outcome<PageAdd> { Outcome::Busy(Busy) }
    fn page_aug(&self, _: &Frozen<PrivateEpt>, _: Hpa) -> Outcome<PageAug> { Outcome::Busy(Busy) }
    fn range_block(&self, _: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock> { Outcome::Busy(Busy) }
    fn range_unblock(&self, _: &Tracked<PrivateEpt>) -> Outcome<RangeUnblock> { Outcome::Busy(Busy) }
    #[cfg(any())] fn track(&self) -> Outcome<Track> { Outcome::Busy(Busy) }
    fn page_remove(&self, _: &Tracked<PrivateEpt>) -> Outcome<PageRemove> { Outcome::Busy(Busy) }
    fn sept_remove(&self, _: &Drained<PrivateEpt>) -> Outcome<SeptRemove> { Outcome::Busy(Busy) }
    fn page_demote(&self, _: &Tracked<PrivateEpt>, _: &Filled<PrivateEpt>) -> Outcome<PageDemote> { Outcome::Busy(Busy) }
    fn page_promote(&self, _: &Tracked<PrivateEpt>) -> Outcome<PagePromote> { Outcome::Busy(Busy) }
    fn page_reclaim(&self, _: Hpa) -> Outcome<PageReclaim> { Outcome::Busy(Busy) }
}

fn main() {
    let _ = Unreachable.page_reclaim(Hpa::new(0));
}

