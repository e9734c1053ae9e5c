//! Where a TD is in its life.

use pt_tdx::Leaf;
use pt_tdx::module::{OpState, SeptOperation};

/// The state of the TD's key.
///
/// TDX module 1.5 base specification, TD life cycle (`LIFECYCLE_STATE`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Lifecycle {
    /// It has a key identifier.
    KeyIdAssigned = 0,
    /// The key is on every package: the TD can be built and run.
    KeysConfigured = 1,
    /// No vCPU can run any more, and the key is to be flushed.
    Blocked = 2,
    /// The key is gone: pages can be taken back.
    Teardown = 3,
}

impl Lifecycle {
    pub(crate) const fn from_bits(bits: u8) -> Self {
        match bits {
            0 => Self::KeyIdAssigned,
            1 => Self::KeysConfigured,
            2 => Self::Blocked,
            _ => Self::Teardown,
        }
    }
}

/// Whether `leaf` may be called in this operation state.
///
/// TDX module 1.5 base specification, TD operation state machine (`OP_STATE`).
#[inline]
#[must_use]
pub fn allows(state: OpState, leaf: Leaf) -> bool {
    SeptOperation::from_bits(leaf.number().into()).is_some_and(|operation| operation.exists_in(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaf by leaf, the numbers of the states in which the module's specification allows it.
    #[test]
    fn leaves_are_allowed_in_the_states_of_the_specification() {
        let table: [(Leaf, &[u64]); 22] = [
            (Leaf::VpEnter, &[2, 3, 9]),
            (Leaf::MngAddcx, &[0]),
            (Leaf::MemPageAdd, &[1]),
            (Leaf::MemSeptAdd, &[1, 2, 3, 6, 7, 8, 9]),
            (Leaf::VpAddcx, &[1, 7]),
            (Leaf::MemPageRelocate, &[1, 2, 3, 4, 5, 8, 9]),
            (Leaf::MemPageAug, &[1, 2, 3, 9]),
            (Leaf::MemRangeBlock, &[1, 2, 3, 4, 5, 8, 9]),
            (Leaf::VpCreate, &[1, 7]),
            (Leaf::MemRd, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (Leaf::MemWr, &[1, 2, 3, 6, 7, 8, 9, 10]),
            (Leaf::MemPageDemote, &[1, 2, 3, 4, 5, 8, 9]),
            (Leaf::MrExtend, &[1]),
            (Leaf::MrFinalize, &[1]),
            (Leaf::MngInit, &[0]),
            (Leaf::VpInit, &[1]),
            (Leaf::MemPagePromote, &[1, 2, 3, 4, 5, 8, 9]),
            (Leaf::MemSeptRd, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (Leaf::MemPageRemove, &[1, 2, 3, 4, 5, 8, 9, 10]),
            (Leaf::MemSeptRemove, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (Leaf::MemTrack, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (Leaf::MemRangeUnblock, &[1, 2, 3, 4, 5, 8, 9]),
        ];
        for (leaf, states) in table {
            let allowed = OpState::ALL.iter().filter(|&&state| allows(state, leaf)).map(|state| state.into_bits());
            assert!(allowed.eq(states.iter().copied()), "{leaf}");
        }
    }
}
