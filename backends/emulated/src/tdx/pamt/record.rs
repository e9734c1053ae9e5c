//! One record of the PAMT.

use crate::tdx::lock::HostPriorityLock;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use pt_core::Hpa;
use pt_tdx::PageType;

/// The metadata of one page of 4 KiB, 2 MiB or 1 GiB: lock, kind, owner, blocking epoch.
///
/// Kind, owner and epoch change only under the exclusive lock, except that blocking writes the epoch under the tree
/// lock of the TD alone. Owner and epoch outlive the use of the page.
#[derive(Debug)]
pub struct Record {
    /// The lock of the record.
    pub lock: HostPriorityLock,
    kind: AtomicU64,
    /// Of a page that is the root of a control structure: the number of the structure.
    control: AtomicU32,
    owner: AtomicU64,
    epoch: AtomicU64,
}

impl Record {
    pub(super) const fn new(kind: PageType) -> Self {
        Self {
            lock: HostPriorityLock::new(),
            kind: AtomicU64::new(kind.into_bits()),
            control: AtomicU32::new(0),
            owner: AtomicU64::new(0),
            epoch: AtomicU64::new(0),
        }
    }

    /// What the page is used for.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> PageType {
        PageType::from_bits(self.kind.load(Ordering::Acquire)).unwrap_or(PageType::Nda)
    }

    pub(super) fn set_kind(&self, kind: PageType) {
        self.kind.store(kind.into_bits(), Ordering::Release);
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
