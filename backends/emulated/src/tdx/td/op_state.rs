//! Where a TD is in its life.

use pt_tdx::Leaf;

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

/// The operation state of a TD with configured keys.
///
/// TDX module 1.5 base specification, TD operation state machine (`OP_STATE`).
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs)] // the names are those of the specification
pub enum OpState {
    Uninitialized = 0,
    Initialized = 1,
    Runnable = 2,
    LiveExport = 3,
    PausedExport = 4,
    PostExport = 5,
    MemoryImport = 6,
    StateImport = 7,
    PostImport = 8,
    LiveImport = 9,
    FailedImport = 10,
}

impl OpState {
    const ALL: [Self; 11] = [
        Self::Uninitialized,
        Self::Initialized,
        Self::Runnable,
        Self::LiveExport,
        Self::PausedExport,
        Self::PostExport,
        Self::MemoryImport,
        Self::StateImport,
        Self::PostImport,
        Self::LiveImport,
        Self::FailedImport,
    ];

    /// The state with this number, 0 to 10.
    #[must_use]
    pub fn from_bits(bits: u8) -> Option<Self> {
        Self::ALL.get(usize::from(bits)).copied()
    }

    /// Whether vCPUs may be running, so that what is taken from them must be blocked and tracked first.
    #[inline]
    #[must_use]
    pub const fn needs_tracking(self) -> bool {
        matches!(self, Self::Runnable | Self::LiveExport | Self::LiveImport)
    }

    /// Whether memory is being imported, so that a removed page leaves a mark.
    #[inline]
    #[must_use]
    pub const fn is_importing(self) -> bool {
        matches!(self, Self::MemoryImport | Self::StateImport | Self::PostImport | Self::LiveImport)
    }

    /// Whether `leaf` may be called in this state.
    #[must_use]
    pub const fn allows(self, leaf: Leaf) -> bool {
        use OpState as S;
        match leaf {
            Leaf::VpEnter => matches!(self, S::Runnable | S::LiveExport | S::LiveImport),
            Leaf::MngAddcx | Leaf::MngInit => matches!(self, S::Uninitialized),
            Leaf::MemPageAdd | Leaf::MrExtend | Leaf::MrFinalize | Leaf::VpInit => matches!(self, S::Initialized),
            Leaf::MemSeptAdd => !matches!(self, S::Uninitialized | S::PausedExport | S::PostExport | S::FailedImport),
            Leaf::VpCreate | Leaf::VpAddcx => matches!(self, S::Initialized | S::StateImport),
            Leaf::MemPageAug => matches!(self, S::Initialized | S::Runnable | S::LiveExport | S::LiveImport),
            Leaf::MemPageRelocate
            | Leaf::MemRangeBlock
            | Leaf::MemPageDemote
            | Leaf::MemPagePromote
            | Leaf::MemRangeUnblock => {
                !matches!(self, S::Uninitialized | S::MemoryImport | S::StateImport | S::FailedImport)
            }
            Leaf::MemPageRemove => !matches!(self, S::Uninitialized | S::MemoryImport | S::StateImport),
            Leaf::MemRd | Leaf::MemSeptRd | Leaf::MemSeptRemove => !matches!(self, S::Uninitialized),
            Leaf::MemWr => !matches!(self, S::Uninitialized | S::PausedExport | S::PostExport),
            Leaf::MemTrack => !matches!(self, S::Uninitialized | S::FailedImport),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaf by leaf, the states in which the module's specification allows it.
    #[test]
    fn leaves_are_allowed_in_the_states_of_the_specification() {
        let table: [(Leaf, &[u8]); 19] = [
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
            (Leaf::MemPagePromote, &[1, 2, 3, 4, 5, 8, 9]),
            (Leaf::MemSeptRd, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (Leaf::MemPageRemove, &[1, 2, 3, 4, 5, 8, 9, 10]),
            (Leaf::MemSeptRemove, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            (Leaf::MemTrack, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (Leaf::MemRangeUnblock, &[1, 2, 3, 4, 5, 8, 9]),
        ];
        for (leaf, states) in table {
            let allowed: Vec<u8> = (0..=10).filter(|&bits| OpState::from_bits(bits).unwrap().allows(leaf)).collect();
            assert_eq!(allowed, states, "{leaf}");
        }
    }
}
