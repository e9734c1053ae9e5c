//! What TDH.VP.ENTER returns of an EPT violation.

use super::{EntryState, SeptLevel};
use pt_core::{Bits, RawGpa};
use pt_macros::{register, values};

/// RCX: what the guest tried, and what the entries on the way to the address allowed together.
///
/// Intel SDM volume 3C, exit qualification for EPT violations; TDX module 1.5 ABI specification, TDH.VP.ENTER leaf.
#[register(reserved(9..=11, 13..=31, 34..=63))]
pub struct ExitQualification {
    /// The guest read.
    #[bits(0)]
    pub read: bool,
    /// The guest wrote.
    #[bits(1)]
    pub write: bool,
    /// The guest fetched an instruction.
    #[bits(2)]
    pub fetch: bool,
    /// The entries allow reads.
    #[bits(3)]
    pub readable: bool,
    /// The entries allow writes.
    #[bits(4)]
    pub writable: bool,
    /// The entries allow instruction fetches.
    #[bits(5)]
    pub executable: bool,
    /// The entries allow instruction fetches of user code.
    #[bits(6)]
    pub user_executable: bool,
    /// There is a linear address. The host does not learn it, and finds the bit clear.
    #[bits(7)]
    pub has_linear_address: bool,
    /// The access was to the page at the linear address, and not part of its page walk. Clear for the host.
    #[bits(8)]
    pub translated: bool,
    /// An IRET unblocked NMIs. Clear for the host.
    #[bits(12)]
    pub nmi_unblocked: bool,
    /// The VM that was running: 0 is the TD itself, 1 to 3 are its L2 VMs.
    #[bits(32..=33)]
    pub vm: Bits<2>,
}

/// What an [`ExtendedQualification`] tells.
///
/// TDX module 1.5 ABI specification, RDX of the TDH.VP.ENTER leaf, bits 3:0.
#[values]
pub enum QualificationType {
    /// Nothing.
    None = 0,
    /// TDG.MEM.PAGE.ACCEPT met an entry that it cannot accept.
    Accept = 1,
    /// More about the address.
    GpaDetails = 2,
    /// TDG.MEM.PAGE.ATTR.WR met an entry whose attributes it cannot change.
    AttributesWrite = 5,
    /// The guest used a page that it has not accepted, and wants no #VE for it.
    PendingEptViolation = 6,
}

/// RDX: what the hardware does not say of an EPT violation.
///
/// TDX module 1.5 ABI specification, RDX of the TDH.VP.ENTER leaf.
#[register(reserved(4..=31, 47..=51, 54..=63))]
pub struct ExtendedQualification {
    /// What the other fields are about; `None` for a number that the specification does not list.
    #[bits(0..=3, values, default = None)]
    pub kind: QualificationType,
    /// The level that the guest asked for.
    #[bits(32..=34, values, default = Pt)]
    pub requested: SeptLevel,
    /// The level of the entry that was met.
    #[bits(35..=37, values, default = Pt)]
    pub level: SeptLevel,
    /// The state of that entry.
    #[bits(38..=45, values, default = Free)]
    pub state: EntryState,
    /// Whether that entry is a leaf.
    #[bits(46)]
    pub is_leaf: bool,
    /// Whose Secure EPT the entry is in: 0 for the TD, 1 to 3 for its L2 VMs.
    #[bits(52..=53)]
    pub vm: Bits<2>,
}

/// An EPT violation that the host has to resolve.
///
/// TDX module 1.5 ABI specification, TDH.VP.ENTER leaf: RCX qualification, RDX extended qualification, R8 address.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct EptViolation {
    /// What the guest tried.
    pub qualification: ExitQualification,
    /// What the module adds.
    pub extended: ExtendedQualification,
    /// The address, bits 11:0 clear: shared or private is for the TD's geometry to say.
    pub gpa: RawGpa,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TDG.MEM.PAGE.ACCEPT of 4 KiB where 2 MiB are pending, as module 1.5.01 shows it.
    #[test]
    fn an_accept_shows_the_entry_it_met() {
        let extended = ExtendedQualification::from_bits(0x4088_0000_0001);
        assert_eq!(extended.kind(), Some(QualificationType::Accept));
        assert_eq!((extended.requested(), extended.level()), (Some(SeptLevel::Pt), Some(SeptLevel::Pd)));
        assert_eq!((extended.state(), extended.is_leaf()), (Some(EntryState::Pending), true));
        assert!(ExtendedQualification::try_from_bits(extended.bits()).is_ok());
        assert!(ExitQualification::from_bits(2).write());
    }
}
