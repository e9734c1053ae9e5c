//! The bits of a Secure EPT entry.

use super::State;
use core::fmt;
use pt_core::Hpa;
use pt_tdx::{EntryDetails, EntryState, SeptLevel};

/// A Secure EPT entry of the TD itself, as it is in memory.
///
/// Addresses in entries carry no key identifier. TDX module 1.5 base specification, Secure EPT entry format.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Entry(pub(crate) u64);

impl Entry {
    /// A slot in which nothing is mapped: state `FREE`, suppress #VE.
    pub const FREE: Self = Self(0x80e0_0000_0000_0000);

    /// Read, write and execute.
    pub const RWX: u64 = 7;
    const MEMORY_TYPE: u64 = 7 << 3;
    const WRITE_BACK: u64 = 6 << 3;
    const LEAF: u64 = 1 << 7;
    /// TDEL: a leaf is at work on the entry.
    pub const LOCK: u64 = 1 << 11;
    const FRAME: u64 = 0x000f_ffff_ffff_f000;
    /// TDHP: a leaf of the host found the entry locked.
    pub const HOST_PRIORITY: u64 = 1 << 52;
    const SUPPRESS_VE: u64 = 1 << 63;
    /// D, TDEX, TDBW, TDB, TDP, ignore PAT, leaf.
    const STATE: u64 = 0x01e0_0000_0000_02c0;
    /// Of a pending 2 MiB leaf: how many of its 4 KiB pages the guest has accepted so far.
    const ACCEPTED: u64 = 0x1f_f000;
    const ACCEPTED_ONE: u64 = 1 << 12;

    /// What the host is told of a leaf.
    const LEAF_TOLD: u64 = Self::RWX | 0x78 | Self::LEAF | Self::FRAME | Self::SUPPRESS_VE;
    /// What the host is told of any other entry: not where the table lies.
    const TABLE_TOLD: u64 = Self::RWX | Self::LEAF;

    const fn state_bits(state: State) -> u64 {
        let code = state as u64;
        (code & 1) << 9 | (code >> 1 & 0xf) << 53 | (code >> 5) << 6
    }

    /// A leaf that maps `frame`, with the given permissions.
    #[must_use]
    pub const fn leaf(state: State, frame: Hpa, rwx: u64) -> Self {
        Self(Self::state_bits(state) | Self::WRITE_BACK | Self::SUPPRESS_VE | frame.as_u64() | rwx)
    }

    /// An entry that points to the table at `frame`.
    #[must_use]
    pub const fn table(frame: Hpa) -> Self {
        Self(Self::state_bits(State::NlMapped) | Self::RWX | Self::SUPPRESS_VE | frame.as_u64())
    }

    /// An entry from which a page was taken during an import. The epoch of the migration is 0 and valid.
    #[must_use]
    pub const fn removed() -> Self {
        Self(Self::state_bits(State::Removed) | Self::SUPPRESS_VE | 1 << 44)
    }

    /// The state, if the bits are one.
    #[inline]
    #[must_use]
    pub const fn state(self) -> Option<State> {
        State::from_code((self.0 >> 9 & 1 | (self.0 >> 53 & 0xf) << 1 | (self.0 >> 6 & 3) << 5) as u8)
    }

    /// The entry in another state, everything else unchanged.
    #[must_use]
    pub const fn with_state(self, state: State) -> Self {
        Self(self.0 & !Self::STATE | Self::state_bits(state) | Self::SUPPRESS_VE)
    }

    /// The entry with these permissions.
    #[must_use]
    pub const fn with_permissions(self, rwx: u64) -> Self {
        Self(self.0 & !Self::RWX | rwx)
    }

    /// Read, write, execute.
    #[inline]
    #[must_use]
    pub const fn permissions(self) -> u64 {
        self.0 & Self::RWX
    }

    /// Whether it maps a page; bit 7 is set in leaves of every size.
    #[inline]
    #[must_use]
    pub const fn is_leaf(self) -> bool {
        self.0 & Self::LEAF != 0
    }

    /// Whether it is free: an encoding that is no state is not.
    #[inline]
    #[must_use]
    pub const fn is_free(self) -> bool {
        self.0 & Self::STATE == Self::FREE.0 & Self::STATE
    }

    /// The entry as it is when no leaf is at work on it.
    #[inline]
    #[must_use]
    pub const fn unlocked(self) -> Self {
        Self(self.0 & !Self::LOCK)
    }

    /// The address in the entry.
    #[inline]
    #[must_use]
    pub const fn frame(self) -> Hpa {
        Hpa::new(self.0 & Self::FRAME)
    }

    /// The first address that a leaf at `level` maps: the address bits below its size are not part of it.
    #[must_use]
    pub const fn base(self, level: SeptLevel) -> Hpa {
        Hpa::new(self.0 & Self::FRAME & !((1 << level.shift()) - 1))
    }

    /// The entry with another address.
    #[must_use]
    pub const fn with_frame(self, frame: Hpa) -> Self {
        Self(self.0 & !Self::FRAME | frame.as_u64())
    }

    /// How many 4 KiB pages of a pending 2 MiB leaf are accepted.
    #[must_use]
    pub const fn accepted(self) -> u64 {
        (self.0 & Self::ACCEPTED) / Self::ACCEPTED_ONE
    }

    /// The entry with this number of accepted pages, below 512.
    #[must_use]
    pub const fn with_accepted(self, pages: u64) -> Self {
        Self(self.0 & !Self::ACCEPTED | ((pages * Self::ACCEPTED_ONE) & Self::ACCEPTED))
    }

    /// The entry without the count of accepted pages, if it is one that may have it.
    #[must_use]
    pub fn without_accepted(self, level: SeptLevel) -> Self {
        if level == SeptLevel::Pd && self.is(State::is_acceptable) { self.with_accepted(0) } else { self }
    }

    /// The entry as it was before it was blocked; an entry that is not blocked as it is.
    #[must_use]
    pub fn unblocked(self) -> Self {
        match self.state() {
            Some(State::NlBlocked) => {
                Self(self.with_state(State::NlMapped).0 & !Self::MEMORY_TYPE).with_permissions(Self::RWX)
            }
            Some(State::Blocked) => {
                let mapped = self.with_state(State::Mapped).with_permissions(Self::RWX);
                Self(mapped.0 & !Self::MEMORY_TYPE | Self::WRITE_BACK)
            }
            Some(State::PendingBlocked) => self.with_state(State::Pending),
            _ => self,
        }
    }

    /// What RCX and RDX tell the host of the entry.
    ///
    /// The count of accepted pages of a pending 2 MiB leaf shows in the address, as it does in module 1.5.01.
    #[must_use]
    pub fn details(self, level: SeptLevel) -> EntryDetails {
        let told = match self.state() {
            _ if self.is_free() => Self::SUPPRESS_VE,
            _ if self.is_leaf() => self.0 & Self::LEAF_TOLD,
            _ => self.0 & Self::TABLE_TOLD,
        };
        EntryDetails::new(told, level, self.state().map_or(EntryState::Free, State::told))
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state() {
            Some(state) => write!(f, "{state:?}({:#018x})", self.0),
            None => write!(f, "{:#018x}", self.0),
        }
    }
}
