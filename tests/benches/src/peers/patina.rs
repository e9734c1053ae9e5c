//! `patina_paging`, unmodified: what touches CR0, CR3 and TLBs in it is compiled for UEFI only.
//!
//! It reaches its tables at their physical addresses, so that it is given addresses of this process for those. Of its
//! calls only the iterator says what an address maps to.

use crate::memory::{Slot, base};
use crate::peer::{BLOCK, Log, PAGE, Peer, START, Size};
use patina_paging::page_allocator::PageAllocator;
use patina_paging::x64::X64PageTable;
use patina_paging::{MemoryAttributes, PageTable, PagingType, PtError};

struct Bump(Slot);

impl PageAllocator for Bump {
    fn allocate_page(&mut self, _align: u64, _size: u64, _is_root: bool) -> Result<u64, PtError> {
        let page = self.0.take().ok_or(PtError::OutOfResources)?;
        Ok(base().wrapping_add(page as usize).expose_provenance() as u64)
    }
}

/// The table.
pub struct Patina(X64PageTable<Bump>);

impl Patina {
    #[inline(always)]
    fn map_at(&mut self, at: u64, bytes: u64, size: Size, attributes: MemoryAttributes) -> Option<()> {
        self.0.map_aliased_memory_region(at, at + size.to_frame(), bytes, attributes).ok()
    }
}

impl Peer for Patina {
    const NAME: &'static str = "patina";
    type Address = u64;

    fn new(memory: &Slot) -> Self {
        let table = X64PageTable::new(Bump(memory.clone()), PagingType::Paging4Level);
        Self(table.expect("pages for the root and what it maps for itself"))
    }

    fn address(at: u64) -> u64 {
        at
    }

    #[inline(always)]
    fn translate(&self, at: u64) -> u64 {
        let found = self.0.iter_mapped_regions(Some(at)).next();
        found.filter(|found| found.va <= at && at - found.va < found.size).map_or(0, |found| found.pa + (at - found.va))
    }

    #[inline(always)]
    fn map(&mut self, pages: &[u64]) -> Option<()> {
        pages.iter().try_for_each(|&at| self.map_at(at, PAGE, Size::Page, MemoryAttributes::empty()))
    }

    #[inline(always)]
    fn map_blocks(&mut self, blocks: &[u64]) -> Option<()> {
        blocks.iter().try_for_each(|&at| self.map_at(at, BLOCK, Size::Block, MemoryAttributes::empty()))
    }

    #[inline(always)]
    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        // A block of 1 GiB is larger than what is asked for.
        let step = if size == Size::Block { BLOCK * 256 } else { bytes };
        (START..START + bytes)
            .step_by(step as usize)
            .try_for_each(|at| self.map_at(at, step.min(START + bytes - at), size, MemoryAttributes::empty()))
    }

    #[inline(always)]
    fn unmap(&mut self, pages: &[u64]) -> Option<u64> {
        // It does not say what was mapped.
        pages.iter().try_for_each(|&at| self.0.unmap_memory_region(at, PAGE).ok())?;
        Some(pages.iter().fold(0, |frames: u64, &at| frames.wrapping_add(at + Size::Page.to_frame())))
    }

    #[inline(always)]
    fn clear_range(&mut self, at: u64, bytes: u64) -> Option<()> {
        self.0.unmap_memory_region(at, bytes).ok()
    }

    #[inline(always)]
    fn protect(&mut self, pages: &[u64]) -> Option<()> {
        pages.iter().try_for_each(|&at| self.map_at(at, PAGE, Size::Page, MemoryAttributes::ReadOnly))
    }

    #[inline(always)]
    fn protect_range(&mut self, bytes: u64) -> Option<()> {
        self.map_at(START, bytes, Size::Page, MemoryAttributes::ReadOnly)
    }

    fn walk(&self, log: &mut Log) -> Option<()> {
        for found in self.0.iter_mapped_regions(None) {
            log.push(found.va, found.pa, !found.attributes.contains(MemoryAttributes::ReadOnly));
        }
        Some(())
    }
}
