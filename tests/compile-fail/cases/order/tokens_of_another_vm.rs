//! What was blocked in one VM is tracked in another: the first one's vCPUs keep their translations.
//!
//! Seen: KVM tdx.c: every step takes `struct kvm *` anew [kvm-42]

use pt_core::AddressRange;
use pt_core::arena::Arena;
use pt_core::pair::{NoVcpus, Run, Vm};
use pt_core::{Private, TableAllocator};
use pt_tdx::{SeptHooks, Tdx};

type Guest<'a, H> = Vm<Tdx, Run, &'a Arena, &'a Arena, H>;

fn withdraw<H: SeptHooks>(one: &mut Guest<'_, H>, other: &mut Guest<'_, H>, range: AddressRange<Private>) -> bool {
    one.removal(&mut NoVcpus, |ours| {
        other.removal(&mut NoVcpus, |theirs| {
            let _ = &theirs;
            let Ok(blocked) = ours.block(range) else { return false };
            theirs.track([blocked]).is_ok()
        })
    })
}

fn main() {
    let _: Option<&dyn TableAllocator> = None;
}
