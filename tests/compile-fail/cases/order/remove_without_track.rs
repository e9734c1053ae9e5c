//! Blocked pages are removed without a track: vCPUs that entered before the block still write to them.
//!
//! Seen: KVM tdx.c, `tdx_sept_zap_private_spte` and `tdx_track` are called by hand, in order [kvm-42]

use pt_core::arena::Arena;
use pt_core::pair::{BlockedBatch, NoVcpus, PageSink, Removal, TrackedBatch};
use pt_tdx::{PrivateEpt, SeptHooks};

type Session<'id, 'vm, H> = Removal<'id, 'vm, PrivateEpt, &'vm Arena, &'vm Arena, H, NoVcpus>;

fn take_away<'id, H: SeptHooks, S: PageSink>(
    session: &mut Session<'id, '_, H>,
    blocked: BlockedBatch<'id>,
    tracked: TrackedBatch<'id>,
    sink: &mut S,
) -> u64 {
    println!("{blocked:?} and {tracked:?}");
    session.remove(blocked, sink).map_or(0, |removed| removed.leaves)
}

fn main() {}
