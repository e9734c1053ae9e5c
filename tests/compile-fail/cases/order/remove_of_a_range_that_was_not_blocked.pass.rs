//! A whole block is removed where only a part of it was to be converted: the guest loses what it has in the rest.
//!
//! Seen: KVM, `tdx_gmem_convert` of "TDX: Dynamic PAMT + S-EPT Hugepage": that head and tail are split before the zap is
//! a comment, "mustn't overzap" [kvm-45]

use pt_core::pair::{NoVcpus, PageSink, Removal, TrackedBatch};
use pt_core::{AddressRange, Arena, Private};
use pt_tdx::{PrivateEpt, SeptHooks};

type Session<'id, 'vm, H> = Removal<'id, 'vm, PrivateEpt, &'vm Arena, &'vm Arena, H, NoVcpus>;

fn zap<'id, H: SeptHooks>(
    session: &mut Session<'id, '_, H>,
    whole_blocks: AddressRange<Private>,
    split_and_tracked: TrackedBatch<'id>,
    sink: &mut impl PageSink,
) -> u64 {
    println!("{whole_blocks:?} around {split_and_tracked:?}");
    session.remove(split_and_tracked, sink).map_or(0, |removed| removed.leaves)
}

fn main() {}

