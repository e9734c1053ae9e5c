//! RCX and RDX of a refusal that shows the Secure EPT entry it met, and of TDH.MEM.SEPT.RD.

use super::SeptLevel;
use core::fmt;
use pt_macros::values;

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

/// A Secure EPT entry as a leaf shows it to the host: RCX and RDX.
///
/// RCX is the architectural part of the entry. Of an entry that points to a table it does not have the address, which
/// the module keeps to itself. RDX holds the level in bits 2:0, the state in 15:8, and the VM in 17:16 (0 is the TD
/// itself, 1 to 3 are its L2 VMs).
///
/// TDX module 1.5 ABI specification, RCX and RDX of the TDH.MEM.SEPT.RD leaf.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct EntryDetails {
    rcx: u64,
    rdx: u64,
}

impl EntryDetails {
    const STATE: u32 = 8;
    const VM: u32 = 16;

    /// The details of an entry of the TD's own Secure EPT.
    #[must_use]
    pub const fn new(entry: u64, level: SeptLevel, state: EntryState) -> Self {
        Self { rcx: entry, rdx: level.into_bits() | state.into_bits() << Self::STATE }
    }

    /// Takes the registers as they are.
    #[inline]
    #[must_use]
    pub const fn from_registers(rcx: u64, rdx: u64) -> Self {
        Self { rcx, rdx }
    }

    /// The registers: RCX and RDX.
    #[inline]
    #[must_use]
    pub const fn registers(self) -> (u64, u64) {
        (self.rcx, self.rdx)
    }

    /// Whether the leaf showed an entry at all: it clears both registers before it begins, and no entry that a walk can
    /// meet leaves them both clear (`TDX_OPERAND_BUSY|RCX` is about the entry or about a page).
    #[inline]
    #[must_use]
    pub const fn are_given(self) -> bool {
        self.rcx | self.rdx != 0
    }

    /// The architectural part of the entry.
    #[inline]
    #[must_use]
    pub const fn entry(self) -> u64 {
        self.rcx
    }

    /// The level of the entry; where a walk failed, the level at which it stopped.
    #[inline]
    #[must_use]
    pub const fn level(self) -> Option<SeptLevel> {
        SeptLevel::from_bits(self.rdx & 7)
    }

    /// The state of the entry; `None` for a number that the specification does not list.
    #[inline]
    #[must_use]
    pub const fn state(self) -> Option<EntryState> {
        EntryState::from_bits(self.rdx >> Self::STATE & 0xff)
    }

    /// Whose Secure EPT the entry is in: 0 for the TD, 1 to 3 for its L2 VMs.
    #[inline]
    #[must_use]
    pub const fn vm(self) -> u8 {
        (self.rdx >> Self::VM & 3) as u8
    }
}

impl fmt::Debug for EntryDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("EntryDetails");
        debug.field("entry", &format_args!("{:#018x}", self.rcx));
        match (self.level(), self.state()) {
            (Some(level), Some(state)) => debug.field("level", &level).field("state", &state),
            _ => debug.field("rdx", &format_args!("{:#x}", self.rdx)),
        };
        debug.finish()
    }
}

/// `NlBlocked at Pd (0x0000000000000000)`.
impl fmt::Display for EntryDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.level(), self.state()) {
            (Some(level), Some(state)) => write!(f, "{state:?} at {level} ({:#018x})", self.rcx),
            _ => write!(f, "rcx={:#x} rdx={:#x}", self.rcx, self.rdx),
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
            assert_eq!((details.level(), details.state(), details.vm()), (Some(level), Some(state), 0));
            assert_eq!(EntryDetails::new(0x80, level, state), details);
        }
    }

    #[test]
    fn what_the_specification_does_not_list_is_no_state() {
        let details = EntryDetails::from_registers(0, 0x2_0607);
        assert_eq!((details.level(), details.state(), details.vm()), (None, None, 2));
    }
}
