//! One record of the PAMT.

use crate::tdx::lock::HostPriorityLock;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use pt_core::Hpa;

/// What a page is used for.
///
/// TDX module 1.5 ABI specification, page types (`PT`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum PageKind {
    /// The module does not use it.
    Free = 0,
    /// It lies in a reserved area.
    Reserved = 1,
    /// Memory of a TD.
    Regular = 3,
    /// The root of a TD's control structure.
    Tdr = 4,
    /// Part of a TD's control structure.
    Tdcx = 5,
    /// The root of a vCPU's control structure.
    Tdvpr = 6,
    /// A table of a Secure EPT.
    SecureEpt = 8,
}

impl PageKind {
    const fn from_bits(bits: u8) -> Self {
        match bits {
            1 => Self::Reserved,
            3 => Self::Regular,
            4 => Self::Tdr,
            5 => Self::Tdcx,
            6 => Self::Tdvpr,
            8 => Self::SecureEpt,
            _ => Self::Free,
        }
    }
}

/// The metadata of one page of 4 KiB, 2 MiB or 1 GiB: lock, kind, owner, blocking epoch.
///
/// Kind, owner and epoch change only under the exclusive lock, except that blocking writes the epoch under the tree
/// lock of the TD alone. Owner and epoch outlive the use of the page.
#[derive(Debug)]
pub struct Record {
    /// The lock of the record.
    pub lock: HostPriorityLock,
    kind: AtomicU8,
    /// Of a page that is the root of a control structure: the number of the structure.
    control: AtomicU32,
    owner: AtomicU64,
    epoch: AtomicU64,
}

impl Record {
    pub(super) const fn new(kind: PageKind) -> Self {
        Self {
            lock: HostPriorityLock::new(),
            kind: AtomicU8::new(kind as u8),
            control: AtomicU32::new(0),
            owner: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
        }
    }

    /// What the page is used for.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> PageKind {
        PageKind::from_bits(self.kind.load(Ordering::Acquire))
    }

    pub(super) fn set_kind(&self, kind: PageKind) {
        self.kind.store(kind as u8, Ordering::Release);
    }

    /// The TDR page of the TD that has the page, or had it last.
    #[inline]
    #[must_use]
    pub fn owner(&self) -> Hpa {
        Hpa::new(self.owner.load(Ordering::Acquire))
    }

    pub(crate) fn set_owner(&self, tdr: Hpa) {
        self.owner.store(tdr.as_u64(), Ordering::Release);
    }

    /// The epoch in which the page, or the range behind the table that it is, was blocked last.
    #[inline]
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    pub(crate) fn set_epoch(&self, epoch: u64) {
        self.epoch.store(epoch, Ordering::Release);
    }

    /// The number of the control structure of which the page is the root.
    #[inline]
    pub(crate) fn control(&self) -> u32 {
        self.control.load(Ordering::Acquire)
    }

    pub(crate) fn set_control(&self, number: u32) {
        self.control.store(number, Ordering::Release);
    }
}
