//! RCX and RDX of a refusal that shows the Secure EPT entry it met, and of TDH.MEM.SEPT.RD.

use super::SeptLevel;
use core::fmt;
use pt_core::Bits;
use pt_macros::{register, values};

/// The state of a Secure EPT entry as the module tells it to the host.
///
/// These are not the bits of the entry: they are a numbering of their own. `Nl` stands for an entry that is no leaf,
/// a trailing `W` for blocked for writing, `L2` for the entries of a nested VM.
///
/// TDX module 1.5 ABI specification, RDX of the TDH.MEM.SEPT.RD leaf, bits 15:8.
#[values]
pub enum EntryState {
    /// Nothing is mapped.
    Free = 0,
    /// Mapped and blocked.
    Blocked = 1,
    /// Mapped; the guest has not accepted the page.
    Pending = 2,
    /// Pending and blocked.
    PendingBlocked = 3,
    /// Mapped: the guest can use the page.
    Mapped = 4,
    /// Taken away during an import.
    Removed = 5,
    /// Mapped, blocked for writing.
    BlockedW = 8,
    /// Exported, blocked for writing.
    ExportedBlockedW = 9,
    /// Exported, and written since.
    ExportedDirty = 11,
    /// Exported, written since, blocked for writing.
    ExportedDirtyBlockedW = 12,
    /// Pending, blocked for writing.
    PendingBlockedW = 16,
    /// Pending, exported, blocked for writing.
    PendingExportedBlockedW = 17,
    /// Pending, exported, and changed since.
    PendingExportedDirty = 19,
    /// Pending, exported, changed since, blocked for writing.
    PendingExportedDirtyBlockedW = 20,
    /// Of an L2 VM: nothing is mapped.
    L2Free = 64,
    /// Of an L2 VM: a blocked leaf.
    L2Blocked = 65,
    /// Of an L2 VM: a leaf.
    L2Mapped = 68,
    /// Points to a table, blocked.
    NlBlocked = 129,
    /// Points to a table.
    NlMapped = 132,
    /// Of an L2 VM: points to a table, blocked.
    L2NlBlocked = 193,
    /// Of an L2 VM: points to a table.
    L2NlMapped = 196,
}

/// What RDX says of an entry that is shown.
///
/// TDX module 1.5 ABI specification, RDX of the TDH.MEM.SEPT.RD leaf.
#[register(reserved(3..=7, 18..=63))]
pub struct EntryInfo {
    /// The level of the entry; where a walk failed, the level at which it stopped.
    #[bits(0..=2, values, default = Pt)]
    pub level: SeptLevel,
    /// The state of the entry; `None` for a number that the specification does not list.
    #[bits(8..=15, values, default = Free)]
    pub state: EntryState,
    /// Whose Secure EPT the entry is in: 0 for the TD, 1 to 3 for its L2 VMs.
    #[bits(16..=17)]
    pub vm: Bits<2>,
}

/// A Secure EPT entry as a leaf shows it to the host, in RCX and RDX.
///
/// TDX module 1.5 ABI specification, RCX and RDX of the TDH.MEM.SEPT.RD leaf.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct EntryDetails {
    /// RCX: the architectural part of the entry. Of an entry that points to a table it lacks the address, which the
    /// module keeps to itself.
    pub entry: u64,
    /// RDX: where the entry is, and its state.
    pub info: EntryInfo,
}

impl EntryDetails {
    /// The details of an entry of the TD's own Secure EPT.
    #[must_use]
    pub const fn new(entry: u64, level: SeptLevel, state: EntryState) -> Self {
        Self { entry, info: EntryInfo::new().with_level(level).with_state(state) }
    }

    /// Takes RCX and RDX as they are.
    #[inline]
    #[must_use]
    pub const fn from_registers(rcx: u64, rdx: u64) -> Self {
        Self { entry: rcx, info: EntryInfo::from_bits(rdx) }
    }

    /// RCX and RDX.
    #[inline]
    #[must_use]
    pub const fn registers(self) -> (u64, u64) {
        (self.entry, self.info.bits())
    }

    /// Whether the leaf showed an entry at all: it clears both registers before it begins, and no entry that a walk can
    /// meet leaves them both clear (`TDX_OPERAND_BUSY|RCX` is about the entry or about a page).
    #[inline]
    #[must_use]
    pub const fn are_given(self) -> bool {
        self.entry | self.info.bits() != 0
    }

    /// The level of the entry: see [`EntryInfo::level`].
    #[inline]
    #[must_use]
    pub const fn level(self) -> Option<SeptLevel> {
        self.info.level()
    }

    /// The state of the entry: see [`EntryInfo::state`].
    #[inline]
    #[must_use]
    pub const fn state(self) -> Option<EntryState> {
        self.info.state()
    }
}

impl fmt::Debug for EntryDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryDetails({self})")
    }
}

/// `NlBlocked at Pd (0x0000000000000000)`.
impl fmt::Display for EntryDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.level(), self.state()) {
            (Some(level), Some(state)) => write!(f, "{state:?} at {level} ({:#018x})", self.entry),
            _ => write!(f, "rcx={:#x} rdx={:#x}", self.entry, self.info.bits()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_and_level_are_read_from_rdx() {
        for (rdx, level, state) in [
            (0x8402, SeptLevel::Pdpt, EntryState::NlMapped),
            (0x8101, SeptLevel::Pd, EntryState::NlBlocked),
            (0x0100, SeptLevel::Pt, EntryState::Blocked),
            (0x1400, SeptLevel::Pt, EntryState::PendingExportedDirtyBlockedW),
            (0x0004, SeptLevel::Pml5, EntryState::Free),
        ] {
            let details = EntryDetails::from_registers(0x80, rdx);
            assert_eq!((details.level(), details.state()), (Some(level), Some(state)));
            assert_eq!(EntryDetails::new(0x80, level, state), details);
        }
    }

    #[test]
    fn what_the_specification_does_not_list_is_no_state() {
        let details = EntryDetails::from_registers(0, 0x2_0607);
        assert_eq!((details.level(), details.state(), details.info.vm().get()), (None, None, 2));
    }
}
