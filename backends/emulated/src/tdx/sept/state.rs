//! The sixteen states of a Secure EPT entry, and which leaf works on which.
//!
//! TDX module 1.5 base specification, Secure EPT entry states; the numbers told to the host are `SEPT_STATE` of the ABI
//! specification.

use super::Entry;
use pt_tdx::{EntryState, Leaf};

macro_rules! states {
    ($($(#[doc = $doc:literal])* $state:ident = $code:literal, $told:ident;)*) => {
        /// What an entry is. The discriminant is the code that the entry's state bits 9, 56:53 and 7:6 spell.
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum State {
            $($(#[doc = $doc])* $state = $code,)*
        }

        impl State {
            /// All states.
            pub const ALL: [Self; 16] = [$(Self::$state),*];

            /// The state with this code.
            #[inline]
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$state),)*
                    _ => None,
                }
            }

            /// What the host is told.
            #[inline]
            #[must_use]
            pub const fn told(self) -> EntryState {
                match self {
                    $(Self::$state => EntryState::$told,)*
                }
            }
        }
    };
}

states! {
    /// Nothing is mapped.
    Free = 0x0e, Free;
    /// Taken away during an import.
    Removed = 0x0c, Removed;
    /// Points to a table.
    NlMapped = 0x00, NlMapped;
    /// Points to a table, blocked.
    NlBlocked = 0x08, NlBlocked;
    /// Maps a page that the guest has.
    Mapped = 0x60, Mapped;
    /// Mapped, blocked.
    Blocked = 0x68, Blocked;
    /// Mapped, blocked for writing.
    BlockedW = 0x64, BlockedW;
    /// Exported, blocked for writing.
    ExportedBlockedW = 0x66, ExportedBlockedW;
    /// Exported, written since.
    ExportedDirty = 0x63, ExportedDirty;
    /// Exported, written since, blocked for writing.
    ExportedDirtyBlockedW = 0x67, ExportedDirtyBlockedW;
    /// Maps a page that the guest has not accepted.
    Pending = 0x70, Pending;
    /// Pending, blocked.
    PendingBlocked = 0x78, PendingBlocked;
    /// Pending, blocked for writing.
    PendingBlockedW = 0x74, PendingBlockedW;
    /// Pending, exported, blocked for writing.
    PendingExportedBlockedW = 0x76, PendingExportedBlockedW;
    /// Pending, exported, changed since.
    PendingExportedDirty = 0x73, PendingExportedDirty;
    /// Pending, exported, changed since, blocked for writing.
    PendingExportedDirtyBlockedW = 0x77, PendingExportedDirtyBlockedW;
}

impl State {
    /// Whether the guest can reach nothing through it until it is unblocked.
    #[inline]
    #[must_use]
    pub const fn is_blocked(self) -> bool {
        matches!(self, Self::NlBlocked | Self::Blocked | Self::PendingBlocked)
    }

    /// Whether the guest has yet to accept the page.
    #[inline]
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(
            self,
            Self::Pending
                | Self::PendingBlocked
                | Self::PendingBlockedW
                | Self::PendingExportedBlockedW
                | Self::PendingExportedDirty
                | Self::PendingExportedDirtyBlockedW
        )
    }

    /// Whether the guest may accept the page.
    #[inline]
    #[must_use]
    pub const fn is_acceptable(self) -> bool {
        matches!(self, Self::Pending | Self::PendingExportedDirty)
    }

    /// Whether the guest can at least read and execute through it.
    #[inline]
    #[must_use]
    pub const fn is_guest_leaf(self) -> bool {
        matches!(
            self,
            Self::Mapped | Self::BlockedW | Self::ExportedBlockedW | Self::ExportedDirty | Self::ExportedDirtyBlockedW
        )
    }

    /// Whether a CPU may hold a translation that was made through it, so that taking it away needs tracking.
    #[inline]
    #[must_use]
    pub const fn needs_tracking(self) -> bool {
        !matches!(self, Self::Free | Self::Removed | Self::ExportedBlockedW | Self::PendingExportedBlockedW)
    }

    /// The state in which the entry is while it is blocked.
    #[must_use]
    pub const fn blocked(self) -> Self {
        match self {
            Self::NlMapped | Self::NlBlocked => Self::NlBlocked,
            state if state.is_pending() => Self::PendingBlocked,
            _ => Self::Blocked,
        }
    }

    /// Whether `leaf` may be called on an entry in this state.
    #[must_use]
    pub const fn allows(self, leaf: Leaf) -> bool {
        use State as S;
        match leaf {
            Leaf::MemPageAdd => matches!(self, S::Free),
            Leaf::MemSeptAdd => matches!(self, S::Free | S::NlMapped),
            Leaf::MemPageRelocate => !matches!(self, S::Free | S::Removed | S::NlMapped | S::NlBlocked),
            Leaf::MemPageAug => matches!(self, S::Free | S::Removed),
            Leaf::MemRangeBlock => {
                matches!(self, S::NlMapped | S::Mapped | S::BlockedW | S::Pending | S::PendingBlockedW)
            }
            Leaf::MemRd => self.is_guest_leaf(),
            Leaf::MemWr => matches!(self, S::Mapped | S::ExportedDirty),
            Leaf::MemPageDemote => matches!(self, S::Mapped | S::Blocked | S::Pending | S::PendingBlocked),
            Leaf::MrExtend => matches!(self, S::Mapped),
            Leaf::MemPagePromote | Leaf::MemSeptRemove => matches!(self, S::NlMapped | S::NlBlocked),
            Leaf::MemSeptRd => true,
            Leaf::MemPageRemove => {
                matches!(
                    self,
                    S::Mapped | S::Blocked | S::BlockedW | S::Pending | S::PendingBlocked | S::PendingBlockedW
                )
            }
            Leaf::MemRangeUnblock => self.is_blocked(),
            _ => false,
        }
    }
}

impl Entry {
    /// Whether `leaf` may be called on the entry. A combination of state bits that is no state counts as free.
    #[inline]
    #[must_use]
    pub fn allows(self, leaf: Leaf) -> bool {
        self.state().unwrap_or(State::Free).allows(leaf)
    }

    /// Whether the state is one of those that `test` finds.
    #[inline]
    #[must_use]
    pub fn is(self, test: impl FnOnce(State) -> bool) -> bool {
        self.state().is_some_and(test)
    }
}
