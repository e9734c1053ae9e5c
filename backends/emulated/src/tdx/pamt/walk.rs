//! Finding and locking the record that describes a page; splitting and merging records.

use super::{PageSize, Pamt, Record, Records};
use crate::tdx::lock::{Busy, Held, HostPriorityLock, Mode};
use pt_core::Hpa;
use pt_tdx::PageType;

type HeldRecord<'p> = Held<'p, HostPriorityLock>;

/// A record with its lock, and the records above it, held until this value is dropped.
#[derive(Debug)]
pub(crate) struct Walked<'p> {
    /// The record's lock, then those above it: the order in which they are dropped.
    _locks: [Option<HeldRecord<'p>>; 3],
    records: Records<'p>,
    size: PageSize,
}

impl<'p> Walked<'p> {
    /// The record.
    #[inline]
    pub fn record(&self) -> &'p Record {
        self.records.of(self.size)
    }

    /// The size that the record describes.
    #[inline]
    pub const fn size(&self) -> PageSize {
        self.size
    }

    /// The page, by the address that was walked to.
    #[inline]
    pub const fn address(&self) -> Hpa {
        self.records.address
    }

    /// Whether every 4 KiB page of the 2 MiB block is free.
    pub fn is_block_free(&self) -> bool {
        self.records.is_block_free()
    }

    /// Changes what the page is used for.
    pub fn set_kind(&self, kind: PageType) {
        self.records.set_kind(self.size, kind);
    }

    /// The page becomes one of the TD at `tdr`. The blocking epoch stays as it was when the record was last in use.
    pub fn assign(&self, kind: PageType, tdr: Hpa) {
        self.set_kind(kind);
        self.record().set_owner(tdr);
    }

    /// The page becomes one of the TD at `tdr`, never blocked yet.
    pub fn give(&self, kind: PageType, tdr: Hpa) {
        self.assign(kind, tdr);
        self.record().set_epoch(0);
    }
}

impl<'p> Records<'p> {
    /// Walks from the record of 1 GiB down to the one that describes the page, or to that of `target` size if it comes
    /// first, and locks it in `mode`, those above it shared.
    ///
    /// # Errors
    /// [`Busy`] if one of the locks is; nothing is then held.
    pub fn walk(self, mode: Mode, target: PageSize) -> Result<Walked<'p>, Busy> {
        let end = |size: PageSize| self.of(size).kind() == PageType::Regular || target == size;
        let mut huge = Held::take(&self.huge.lock, Mode::Shared)?;
        if end(PageSize::Huge) {
            promote(&mut huge, mode)?;
            return Ok(Walked { _locks: [Some(huge), None, None], records: self, size: PageSize::Huge });
        }
        let mut large = Held::take(&self.large.record.lock, Mode::Shared)?;
        if end(PageSize::Large) {
            promote(&mut large, mode)?;
            return Ok(Walked { _locks: [Some(large), Some(huge), None], records: self, size: PageSize::Large });
        }
        let small = Held::take(&self.of(PageSize::Small).lock, mode)?;
        Ok(Walked { _locks: [Some(small), Some(large), Some(huge)], records: self, size: PageSize::Small })
    }

    /// Locks the record of a page that is in use, whose size the Secure EPT tells. The records above are not locked.
    ///
    /// # Errors
    /// [`Busy`] if the lock is.
    pub fn lock(self, size: PageSize) -> Result<Walked<'p>, Busy> {
        self.lock_in(size, Mode::Exclusive)
    }

    /// [`lock`](Self::lock) in another mode.
    ///
    /// # Errors
    /// [`Busy`] if the lock is.
    pub fn lock_in(self, size: PageSize, mode: Mode) -> Result<Walked<'p>, Busy> {
        let held = Held::take(&self.of(size).lock, mode)?;
        Ok(Walked { _locks: [Some(held), None, None], records: self, size })
    }

    /// Splits the page of this size into 512: they inherit kind and owner, and were never blocked.
    ///
    /// # Errors
    /// [`Busy`] if the record's lock is; nothing has then changed.
    pub fn split(self, size: PageSize) -> Result<(), Busy> {
        let whole = self.lock(size)?;
        let (kind, owner) = (whole.record().kind(), whole.record().owner());
        let part_size = if size == PageSize::Huge { PageSize::Large } else { PageSize::Small };
        for part in self.parts(size) {
            part.set_kind(part_size, kind);
            part.of(part_size).set_owner(owner);
            part.of(part_size).set_epoch(0);
        }
        whole.set_kind(PageType::Nda);
        Ok(())
    }

    /// Merges the 512 parts into one page of this size, which inherits kind and owner of the first. The blocking epoch
    /// stays as it was when the record was last in use.
    ///
    /// # Errors
    /// [`Busy`] if the record's lock is; nothing has then changed.
    pub fn merge(self, size: PageSize) -> Result<(), Busy> {
        let whole = self.lock(size)?;
        let part_size = if size == PageSize::Huge { PageSize::Large } else { PageSize::Small };
        for (number, part) in self.parts(size).into_iter().enumerate() {
            if number == 0 {
                whole.set_kind(part.of(part_size).kind());
                whole.record().set_owner(part.of(part_size).owner());
            }
            part.set_kind(part_size, PageType::Nda);
        }
        Ok(())
    }
}

#[inline]
fn promote(held: &mut HeldRecord<'_>, mode: Mode) -> Result<(), Busy> {
    if mode == Mode::Exclusive { held.promote() } else { Ok(()) }
}

impl Pamt {
    /// [`Records::walk`] to the record that describes the page now, whatever its size.
    pub(crate) fn walk(&self, address: Hpa, mode: Mode) -> Option<Result<Walked<'_>, Busy>> {
        Some(self.records(address)?.walk(mode, PageSize::Small))
    }
}
