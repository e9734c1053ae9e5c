//! A range is tracked that was not blocked: new translations can be made right behind the track.
//!
//! Seen: KVM tdx.c, `tdx_sept_zap_private_spte` and `tdx_track` are called by hand, in order [kvm-42]

use pt_core::arena::Arena;
use pt_core::pair::{BlockedBatch, NoVcpus, Removal};
use pt_core::{AddressRange, Private};
use pt_tdx::{PrivateEpt, SeptHooks};

type Session<'id, 'vm, H> = Removal<'id, 'vm, PrivateEpt, &'vm Arena, &'vm Arena, H, NoVcpus>;

fn begin_epoch<'id, H: SeptHooks>(
    session: &mut Session<'id, '_, H>,
    range: AddressRange<Private>,
    blocked: BlockedBatch<'id>,
) -> bool {
    println!("{blocked:?} of {range:?}");
    session.track([blocked]).is_ok()
}

fn main() {}
