//! What was blocked in one VM is tracked in another: the first one's vCPUs keep their translations. Each session of a
//! VM has a lifetime of its own, which its tokens carry: the compiler says that the two must be the same.
//!
//! Seen: KVM tdx.c: every step takes `struct kvm *` anew [kvm-42]
#![allow(unused_variables)]

use pt_core::arena::Arena;
use pt_core::pair::{BlockedBatch, NoVcpus, Removal};
use pt_tdx::{PrivateEpt, SeptHooks};

type Session<'vm, 'a, H> = Removal<'vm, 'a, PrivateEpt, &'a Arena, &'a Arena, H, NoVcpus>;

fn wait_for_vcpus<'one_vm, 'other_vm, H: SeptHooks>(
    one: &mut Session<'one_vm, '_, H>,
    other: &mut Session<'other_vm, '_, H>,
    blocked: BlockedBatch<'one_vm>,
) -> Option<u64> {
    let [tracked] = one.track([blocked]).ok()?;
    Some(tracked.leaves())
}

fn main() {}
