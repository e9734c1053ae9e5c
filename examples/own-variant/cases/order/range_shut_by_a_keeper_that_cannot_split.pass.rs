//! A range is shut whose edges cut through blocks, and the keeper has no operation to split them: with a hook that does
//! nothing, the whole block would be gone.

use pt_core::pair::{NoVcpus, Removal};
use pt_core::{AddressRange, Arena, Private};
use pt_own_variant::{Keeper, Ledger};

type Session<'id, 'vm, K> = Removal<'id, 'vm, Ledger, &'vm Arena, &'vm Arena, K, NoVcpus>;

fn shut<K: Keeper>(session: &mut Session<'_, '_, K>, range: AddressRange<Private>) -> u64 {
    session.block_whole(range).map_or(0, |shut| shut.leaves())
}

fn main() {}
