//! Faults of the monitor on purpose: what the engine and the VMM have to live with.

use pt_emulated::Random;
use pt_emulated::monitor::{Fault, Faults};

/// The status of a call that was refused on purpose. It has no meaning to a TDX module.
pub const REFUSED_ON_PURPOSE: u64 = 0xdead_0000_0000_0000;

/// Busy, interrupted and refused calls at random, `rate` of all.
pub fn faults<M: Copy + PartialEq + Send + 'static, V: Copy + 'static>(rate: f64, seed: u64) -> Faults<M, V> {
    let mut random = Random::new(seed);
    Faults::none().when(move |_| {
        let kinds = [Fault::Busy, Fault::Busy, Fault::Interrupt, Fault::Fail(REFUSED_ON_PURPOSE)];
        random.happens(rate).then(|| kinds[random.next() as usize % kinds.len()])
    })
}
