//! The PAMT: what each page of TD memory is used for, in three sizes.
//!
//! Each GiB of a TDMR has one record for itself, 512 for its 2 MiB blocks and 512 times 512 for its 4 KiB pages. A page
//! is described by the record of its own size; the records of its size's parts are then free. A walk goes from
//! the largest size down, holding what it passes shared, so that nobody merges or splits a block that another leaf is
//! working inside.
//!
//! Records of 4 KiB pages are made when a block is first looked into. A counter in each 2 MiB block replaces the
//! module's scan of 512 records before it maps a block.
//!
//! TDX module 1.5 base specification, physical memory management: PAMT.

mod record;
mod walk;

pub use record::Record;
pub(crate) use walk::Walked;

use super::Platform;
use core::sync::atomic::{AtomicU16, Ordering};
use pt_core::Hpa;
use pt_tdx::{PageType, SeptLevel};
use std::sync::OnceLock;

const PARTS: usize = 512;

/// The size of a page, as the module numbers it.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PageSize {
    /// 4 KiB.
    Small,
    /// 2 MiB.
    Large,
    /// 1 GiB.
    Huge,
}

impl PageSize {
    /// The lowest address bit that numbers pages of this size.
    #[inline]
    #[must_use]
    pub const fn shift(self) -> u32 {
        12 + 9 * self as u32
    }

    /// The size of a page that a leaf entry at this level maps; the largest one at higher levels, which have no leaves.
    #[inline]
    #[must_use]
    pub const fn of(level: SeptLevel) -> Self {
        match level {
            SeptLevel::Pt => Self::Small,
            SeptLevel::Pd => Self::Large,
            SeptLevel::Pdpt | SeptLevel::Pml4 | SeptLevel::Pml5 => Self::Huge,
        }
    }

    /// How many pages of 4 KiB it is.
    #[inline]
    #[must_use]
    pub const fn small_pages(self) -> u64 {
        1 << (self.shift() - 12)
    }
}

/// The records of one 2 MiB block.
#[derive(Debug)]
struct Large {
    record: Record,
    /// How many of the small records are not free.
    used: AtomicU16,
    small: OnceLock<Box<[Record]>>,
}

/// The records of one TDMR.
#[derive(Debug)]
struct Region {
    base: u64,
    size: u64,
    huge: Box<[Record]>,
    large: Box<[Large]>,
}

/// All records.
#[derive(Debug)]
pub struct Pamt {
    platform: Platform,
    regions: Box<[Region]>,
}

/// The records that describe one address.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Records<'p> {
    pamt: &'p Pamt,
    region: usize,
    huge: &'p Record,
    large: &'p Large,
    address: Hpa,
}

impl Pamt {
    /// The PAMT of a platform all of whose TDMRs are initialised.
    pub(crate) fn new(platform: Platform) -> Self {
        let regions = platform.tdmrs.iter().map(|tdmr| Region {
            base: tdmr.base.as_u64(),
            size: tdmr.size,
            huge: (0..tdmr.size >> PageSize::Huge.shift()).map(|_| Record::new(PageType::Nda)).collect(),
            large: (0..tdmr.size >> PageSize::Large.shift())
                .map(|_| Large { record: Record::new(PageType::Nda), used: AtomicU16::new(0), small: OnceLock::new() })
                .collect(),
        });
        let regions = regions.collect();
        Self { platform, regions }
    }

    pub(crate) const fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The records for an address; `None` if it is in no TDMR.
    #[inline]
    pub(crate) fn records(&self, address: Hpa) -> Option<Records<'_>> {
        let within = |region: &Region| address.as_u64().wrapping_sub(region.base);
        let number = self.regions.iter().position(|region| within(region) < region.size)?;
        let region = &self.regions[number];
        let offset = within(region);
        let huge = &region.huge[(offset >> PageSize::Huge.shift()) as usize];
        let large = &region.large[(offset >> PageSize::Large.shift()) as usize];
        Some(Records { pamt: self, region: number, huge, large, address })
    }
}

impl<'p> Records<'p> {
    /// The record of a size. Nothing is locked.
    #[inline]
    pub fn of(&self, size: PageSize) -> &'p Record {
        match size {
            PageSize::Small => &self.small()[(self.address.as_u64() >> PageSize::Small.shift()) as usize % PARTS],
            PageSize::Large => &self.large.record,
            PageSize::Huge => self.huge,
        }
    }

    /// The records of the 4 KiB pages of the 2 MiB block.
    #[inline]
    fn small(&self) -> &'p [Record] {
        self.large.small.get_or_init(|| {
            let tdmr = &self.pamt.platform.tdmrs[self.region];
            let block = self.address.as_u64() & !(PageSize::Large.small_pages() * 4096 - 1);
            let kind = |page: usize| {
                let reserved = tdmr.is_reserved(Hpa::new(block + 4096 * page as u64));
                if reserved { PageType::Reserved } else { PageType::Nda }
            };
            let records: Box<[Record]> = (0..PARTS).map(|page| Record::new(kind(page))).collect();
            let used = records.iter().filter(|record| record.kind() != PageType::Nda).count();
            self.large.used.fetch_add(used as u16, Ordering::AcqRel);
            records
        })
    }

    /// The records of the next smaller size.
    fn parts(&self, size: PageSize) -> Vec<Records<'p>> {
        let step = 1_u64 << (size.shift() - 9);
        let base = self.address.as_u64() & !((1 << size.shift()) - 1);
        (0..PARTS as u64).filter_map(|part| self.pamt.records(Hpa::new(base + part * step))).collect()
    }

    /// Whether every 4 KiB page of the 2 MiB block is free.
    pub fn is_block_free(&self) -> bool {
        self.small();
        self.large.used.load(Ordering::Acquire) == 0
    }

    /// Changes what the page of this size is used for.
    pub fn set_kind(&self, size: PageSize, kind: PageType) {
        let record = self.of(size);
        if size == PageSize::Small {
            match (record.kind(), kind) {
                (PageType::Nda, PageType::Nda) => {}
                (PageType::Nda, _) => _ = self.large.used.fetch_add(1, Ordering::AcqRel),
                (_, PageType::Nda) => _ = self.large.used.fetch_sub(1, Ordering::AcqRel),
                _ => {}
            }
        }
        record.set_kind(kind);
    }
}
