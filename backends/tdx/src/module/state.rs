//! States: what is more to them than their code in an entry.

use crate::operand::EntryState;

use super::{Pt, SeptAbsent, SeptLeaf, SeptState};
use pt_core::states::{Shape, States};

/// The bit of a leaf's code that says so.
const PENDING: u64 = SeptState::Pending.into_bits() ^ SeptState::Mapped.into_bits();
const BLOCKED_FOR_WRITING: u64 = SeptState::BlockedW.into_bits() ^ SeptState::Mapped.into_bits();
const EXPORTED: u64 = SeptState::ExportedBlockedW.into_bits() ^ SeptState::BlockedW.into_bits();
const DIRTY: u64 = SeptState::ExportedDirtyBlockedW.into_bits() ^ SeptState::ExportedBlockedW.into_bits();

impl SeptState {
    /// The state of an entry, whatever its level; `None` if the bits are no state. The module takes such an entry for
    /// a free one, and shows 0 as its state.
    #[must_use]
    pub const fn of(entry: u64) -> Option<Self> {
        SeptLeaf::<Pt>::from_bits(entry).state()
    }

    /// The state as the module tells it to the host.
    #[must_use]
    pub const fn public(self) -> EntryState {
        match self {
            Self::Free => EntryState::Free,
            Self::Removed => EntryState::Removed,
            Self::NlMapped => EntryState::NlMapped,
            Self::NlBlocked => EntryState::NlBlocked,
            Self::Mapped => EntryState::Mapped,
            Self::Blocked => EntryState::Blocked,
            Self::BlockedW => EntryState::BlockedW,
            Self::ExportedBlockedW => EntryState::ExportedBlockedW,
            Self::ExportedDirty => EntryState::ExportedDirty,
            Self::ExportedDirtyBlockedW => EntryState::ExportedDirtyBlockedW,
            Self::Pending => EntryState::Pending,
            Self::PendingBlocked => EntryState::PendingBlocked,
            Self::PendingBlockedW => EntryState::PendingBlockedW,
            Self::PendingExportedBlockedW => EntryState::PendingExportedBlockedW,
            Self::PendingExportedDirty => EntryState::PendingExportedDirty,
            Self::PendingExportedDirtyBlockedW => EntryState::PendingExportedDirtyBlockedW,
        }
    }

    /// The guest has not accepted the page.
    #[must_use]
    pub fn is_pending(self) -> bool {
        self.leaf_has(PENDING)
    }

    /// The page was exported.
    #[must_use]
    pub fn is_exported(self) -> bool {
        self.leaf_has(EXPORTED)
    }

    /// The page may have been written since it was exported.
    #[must_use]
    pub fn is_dirty(self) -> bool {
        self.leaf_has(DIRTY)
    }

    /// The page is blocked for writing, but not for reading.
    #[must_use]
    pub fn is_blocked_for_writing(self) -> bool {
        self.leaf_has(BLOCKED_FOR_WRITING)
    }

    fn leaf_has(self, bit: u64) -> bool {
        self.shape() == Shape::Leaf && self.into_bits() & bit != 0
    }
}

/// Every entry of a new table, as TDH.MEM.SEPT.ADD writes it. It is not zero: a zero entry is a table that nothing
/// passes.
pub const FREE_ENTRY: u64 = SeptAbsent::<Pt>::from_bits(0).with_state(SeptState::INITIAL).with_suppress_ve(true).bits();
