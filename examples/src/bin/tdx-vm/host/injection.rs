//! SEAMCALLs that fail on purpose: what the engine and the VMM have to live with.

use pt_emulated::Random;
use pt_emulated::monitor::{Fault, Faults};
use pt_tdx::{Leaf, SeptLevel};

/// The status of a call that was refused on purpose. It has no meaning to a TDX module.
pub const REFUSED_ON_PURPOSE: u64 = 0xdead_0000_0000_0000;

/// The leaves that can fail: those that the engine calls.
const FAILING: [Leaf; 11] = [
    Leaf::MemSeptAdd,
    Leaf::MemPageAdd,
    Leaf::MemPageAug,
    Leaf::MemRangeBlock,
    Leaf::MemRangeUnblock,
    Leaf::MemTrack,
    Leaf::MemPageRemove,
    Leaf::MemSeptRemove,
    Leaf::MemPageDemote,
    Leaf::MemPagePromote,
    Leaf::PhymemPageReclaim,
];

/// Busy, interrupted and refused calls at random, `rate` of all that the engine makes.
pub fn faults(rate: f64, seed: u64) -> Faults<Leaf, SeptLevel> {
    let mut random = Random::new(seed);
    Faults::none().when(move |call| {
        let kinds = [Fault::Busy, Fault::Busy, Fault::Interrupt, Fault::Fail(REFUSED_ON_PURPOSE)];
        let fails = FAILING.contains(&call.method) && random.happens(rate);
        fails.then(|| kinds[random.next() as usize % kinds.len()])
    })
}
