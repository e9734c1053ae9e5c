//! One Secure EPT entry, as a leaf works on it.

use core::fmt;
use pt_core::states::{Shape, States};
use pt_core::{Bits, Hpa};
use pt_tdx::module::{FREE_ENTRY, Pd, Pt, SeptAbsent, SeptLeaf, SeptOperation, SeptState, SeptTable};
use pt_tdx::{EntryDetails, EntryState, SeptLevel};

/// A Secure EPT entry of the TD itself, as it is in memory.
///
/// The bits are those of the declaration, [`pt_tdx::module`]; what is here is what the module's leaves do with them.
/// Addresses in entries carry no key identifier.
#[derive(Copy, Clone, PartialEq, Eq)]
pub struct Entry(pub u64);

/// What the guest may do through an entry.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Permissions {
    /// Nothing.
    None,
    /// Read and execute, while the page is blocked for writing.
    ReadExecute,
    /// Read, write and execute.
    All,
}

type Leaf4K = SeptLeaf<Pt>;

impl Entry {
    /// A slot in which nothing is mapped.
    pub const FREE: Self = Self(FREE_ENTRY);
    /// TDEL: a leaf is at work on the entry.
    pub const LOCK: u64 = Leaf4K::from_bits(0).with_locked(true).bits();
    /// TDHP: a leaf of the host found the entry locked.
    pub const HOST_PRIORITY: u64 = Leaf4K::from_bits(0).with_host_priority(true).bits();

    const RWX: u64 = Leaf4K::from_bits(0).with_read(true).with_write(true).with_execute(true).bits();
    /// Bits 51:12.
    const FRAME: u64 = 0x000f_ffff_ffff_f000;
    const SUPPRESS_VE: u64 = Leaf4K::from_bits(0).with_suppress_ve(true).bits();
    /// Set in every leaf, whatever its size.
    const LEAF: u64 = 1 << 7;
    /// Memory type and ignore PAT.
    const CACHING: u64 = 0x78;
    const WRITE_BACK: Bits<3> = Bits::from_bits(6);

    /// What the host is told of a leaf.
    const LEAF_TOLD: u64 = Self::RWX | Self::CACHING | Self::LEAF | Self::FRAME | Self::SUPPRESS_VE;
    /// What the host is told of an entry that is neither free nor a leaf: not where the table lies.
    const TABLE_TOLD: u64 = Self::RWX | Self::LEAF;

    /// A leaf that maps `frame`.
    #[must_use]
    pub const fn leaf(state: SeptState, frame: Hpa, permissions: Permissions) -> Self {
        let leaf = Leaf4K::from_bits(0).with_state(state).with_memory_type(Self::WRITE_BACK).with_suppress_ve(true);
        Self(leaf.bits()).with_permissions(permissions).with_frame(frame)
    }

    /// An entry that points to the table at `frame`.
    #[must_use]
    pub const fn table(frame: Hpa) -> Self {
        let table = SeptTable::<Pd>::from_bits(0).with_state(SeptState::NlMapped).with_suppress_ve(true);
        Self(table.bits()).with_permissions(Permissions::All).with_frame(frame)
    }

    /// An entry from which a page was taken in the migration epoch 0 of an import.
    #[must_use]
    pub const fn removed() -> Self {
        let absent = SeptAbsent::<Pt>::from_bits(0).with_state(SeptState::Removed);
        Self(absent.with_migration_epoch_is_valid(true).with_suppress_ve(true).bits())
    }

    /// Takes a word as it is.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The word.
    #[inline]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The state, if the bits are one.
    #[inline]
    #[must_use]
    pub const fn state(self) -> Option<SeptState> {
        SeptState::of(self.0)
    }

    /// Whether `leaf` acts on entries in this state. A combination of state bits that is no state counts as free.
    #[inline]
    #[must_use]
    pub fn is_acted_on_by(self, leaf: SeptOperation) -> bool {
        leaf.acts_on(self.state().unwrap_or(SeptState::Free))
    }

    /// Whether the guest can at least read through it.
    #[inline]
    #[must_use]
    pub fn is_guest_leaf(self) -> bool {
        self.state().is_some_and(|state| state.is_accessible() && state.shape() == Shape::Leaf)
    }

    /// Whether the guest may accept the page.
    #[inline]
    #[must_use]
    pub const fn is_acceptable(self) -> bool {
        match self.state() {
            Some(state) => state.accepted().is_some(),
            None => false,
        }
    }

    /// The entry in another state, everything else unchanged.
    #[must_use]
    pub const fn with_state(self, state: SeptState) -> Self {
        Self(Leaf4K::from_bits(self.0).with_state(state).with_suppress_ve(true).bits())
    }

    /// The entry with these permissions.
    #[must_use]
    pub const fn with_permissions(self, permissions: Permissions) -> Self {
        let (read, write) = match permissions {
            Permissions::None => (false, false),
            Permissions::ReadExecute => (true, false),
            Permissions::All => (true, true),
        };
        Self(Leaf4K::from_bits(self.0).with_read(read).with_write(write).with_execute(read).bits())
    }

    /// Bits 2:0: read, write, execute.
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
        matches!(self.state(), Some(SeptState::Free))
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
    #[inline]
    #[must_use]
    pub const fn base(self, level: SeptLevel) -> Hpa {
        Hpa::new(self.0 & Self::FRAME & !((1 << level.shift()) - 1))
    }

    /// The entry with another address, which is a page's.
    #[must_use]
    pub const fn with_frame(self, frame: Hpa) -> Self {
        Self(self.0 & !Self::FRAME | frame.as_u64() & Self::FRAME)
    }

    /// How many 4 KiB pages of a pending 2 MiB leaf are accepted.
    #[must_use]
    pub const fn accepted(self) -> u64 {
        SeptLeaf::<Pd>::from_bits(self.0).accept_counter().into_bits()
    }

    /// The entry with this number of accepted pages, below 512.
    #[must_use]
    pub const fn with_accepted(self, pages: u64) -> Self {
        Self(SeptLeaf::<Pd>::from_bits(self.0).with_accept_counter(Bits::from_bits(pages)).bits())
    }

    /// The entry without the count of accepted pages, if it is one that may have it.
    #[must_use]
    pub const fn without_accepted(self, level: SeptLevel) -> Self {
        if matches!(level, SeptLevel::Pd) && self.is_acceptable() { self.with_accepted(0) } else { self }
    }

    /// The entry as it was before it was blocked; an entry that is not blocked as it is.
    #[must_use]
    pub const fn unblocked(self) -> Self {
        match self.state() {
            Some(SeptState::NlBlocked) => self
                .with_state(SeptState::NlMapped)
                .with_memory_type(Bits::from_bits(0))
                .with_permissions(Permissions::All),
            Some(SeptState::Blocked) => {
                self.with_state(SeptState::Mapped).with_memory_type(Self::WRITE_BACK).with_permissions(Permissions::All)
            }
            Some(SeptState::PendingBlocked) => self.with_state(SeptState::Pending),
            _ => self,
        }
    }

    const fn with_memory_type(self, memory_type: Bits<3>) -> Self {
        Self(Leaf4K::from_bits(self.0).with_memory_type(memory_type).bits())
    }

    /// What RCX and RDX tell the host of the entry.
    ///
    /// The count of accepted pages of a pending 2 MiB leaf shows in the address, as it does in module 1.5.01.
    #[must_use]
    pub fn details(self, level: SeptLevel) -> EntryDetails {
        let told = match self.state() {
            Some(SeptState::Free) => Self::SUPPRESS_VE,
            _ if self.is_leaf() => self.0 & Self::LEAF_TOLD,
            _ => self.0 & Self::TABLE_TOLD,
        };
        EntryDetails::new(told, level, self.state().map_or(EntryState::Free, SeptState::public))
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
