//! `aarch64-paging`: other descriptors, the same four levels of 512 entries. It works on ranges only, so that a page
//! is a range of one page.

use crate::memory::{Slot, base};
use crate::peer::{BLOCK, Log, PAGE, Peer, START, Size};
use aarch64_paging::Mapping;
use aarch64_paging::descriptor::{Descriptor, PhysicalAddress, Stage2Attributes, UpdatableDescriptor};
use aarch64_paging::paging::{Constraints, MemoryRegion, PageTable, Stage2, Translation};
use std::ptr::NonNull;

type Table = PageTable<Stage2Attributes>;

const WRITE: Stage2Attributes = Stage2Attributes::S2AP_ACCESS_WO;
const WRITABLE: Stage2Attributes = Stage2Attributes::VALID
    .union(Stage2Attributes::S2AP_ACCESS_RW)
    .union(Stage2Attributes::ACCESS_FLAG)
    .union(Stage2Attributes::MEMATTR_NORMAL_INNER_WB)
    .union(Stage2Attributes::MEMATTR_NORMAL_OUTER_WB);

struct Bump(Slot);

impl Translation<Stage2Attributes> for Bump {
    #[allow(unsafe_code, reason = "the library wants the page zeroed")]
    fn allocate_table(&mut self) -> (NonNull<Table>, PhysicalAddress) {
        let page = PhysicalAddress(self.0.take().expect("a page for a table") as usize);
        let table = self.physical_to_virtual(page);
        // SAFETY: the page was just taken, and 0 is an invalid descriptor.
        unsafe { table.as_ptr().cast::<u8>().write_bytes(0, 4096) };
        (table, page)
    }

    #[allow(unsafe_code, reason = "as the trait declares it")]
    unsafe fn deallocate_table(&mut self, _table: NonNull<Table>) {}

    #[inline]
    #[allow(clippy::cast_ptr_alignment, reason = "pages are aligned to 4 KiB")]
    fn physical_to_virtual(&self, at: PhysicalAddress) -> NonNull<Table> {
        NonNull::new(base().wrapping_add(at.0).cast()).expect("not at 0")
    }
}

/// The tables of stage 2.
pub struct Aarch64(Mapping<Bump, Stage2>);

fn region(at: u64, bytes: u64) -> MemoryRegion {
    MemoryRegion::new(at as usize, (at + bytes) as usize)
}

fn read_only(_: &MemoryRegion, descriptor: &mut UpdatableDescriptor<'_, Stage2Attributes>) -> Result<(), ()> {
    if descriptor.is_table() { Ok(()) } else { descriptor.modify_flags(Stage2Attributes::empty(), WRITE) }
}

impl Aarch64 {
    #[inline(always)]
    fn map_at(&mut self, at: u64, bytes: u64, size: Size) -> Option<()> {
        let frame = PhysicalAddress((at + size.to_frame()) as usize);
        let constraints = if size == Size::Page { Constraints::NO_BLOCK_MAPPINGS } else { Constraints::empty() };
        self.0.map_range(&region(at, bytes), frame, WRITABLE, constraints).ok()
    }

    #[inline(always)]
    fn unmap_at(&mut self, at: u64, bytes: u64) -> Option<()> {
        let (nowhere, invalid) = (PhysicalAddress(0), Stage2Attributes::empty());
        self.0.map_range(&region(at, bytes), nowhere, invalid, Constraints::empty()).ok()
    }
}

impl Peer for Aarch64 {
    const NAME: &'static str = "aarch64-paging";
    type Address = u64;

    fn new(memory: &Slot) -> Self {
        Self(Mapping::new(Bump(memory.clone()), 0, Stage2))
    }

    fn address(at: u64) -> u64 {
        at
    }

    #[inline(always)]
    fn translate(&self, at: u64) -> u64 {
        let mut found = 0;
        let page = at & !(PAGE - 1);
        let visited = self.0.walk_range(&region(page, PAGE), &mut |_, descriptor: &Descriptor<_>, level| {
            if descriptor.is_valid() && (level == 3 || !descriptor.is_table_or_page()) {
                let inside = (PAGE << (9 * (3 - level))) - 1;
                found = descriptor.output_address().0 as u64 | at & inside;
            }
            Ok(())
        });
        if visited.is_ok() { found } else { 0 }
    }

    #[inline(always)]
    fn map(&mut self, pages: &[u64]) -> Option<()> {
        pages.iter().try_for_each(|&at| self.map_at(at, PAGE, Size::Page))
    }

    #[inline(always)]
    fn map_blocks(&mut self, blocks: &[u64]) -> Option<()> {
        blocks.iter().try_for_each(|&at| self.map_at(at, BLOCK, Size::Block))
    }

    #[inline(always)]
    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        // A block of 1 GiB is larger than what is asked for.
        let step = if size == Size::Block { BLOCK * 256 } else { bytes };
        let end = START + bytes;
        (START..end).step_by(step as usize).try_for_each(|at| self.map_at(at, step.min(end - at), size))
    }

    #[inline(always)]
    fn unmap(&mut self, pages: &[u64]) -> Option<u64> {
        // It does not say what was mapped.
        pages.iter().try_for_each(|&at| self.unmap_at(at, PAGE))?;
        Some(pages.iter().fold(0, |frames: u64, &at| frames.wrapping_add(at + Size::Page.to_frame())))
    }

    #[inline(always)]
    fn clear_range(&mut self, at: u64, bytes: u64) -> Option<()> {
        self.unmap_at(at, bytes)
    }

    #[inline(always)]
    fn protect(&mut self, pages: &[u64]) -> Option<()> {
        pages.iter().try_for_each(|&at| self.0.modify_range(&region(at, PAGE), &read_only).ok())
    }

    #[inline(always)]
    fn protect_range(&mut self, bytes: u64) -> Option<()> {
        self.0.modify_range(&region(START, bytes), &read_only).ok()
    }

    fn walk(&self, log: &mut Log) -> Option<()> {
        let all = region(0, 1 << 47);
        let visited = self.0.walk_range(&all, &mut |range, descriptor: &Descriptor<_>, level| {
            if descriptor.is_valid() && (level == 3 || !descriptor.is_table_or_page()) {
                let writable = descriptor.flags().contains(WRITE);
                log.push(range.start().0 as u64, descriptor.output_address().0 as u64, writable);
            }
            Ok(())
        });
        visited.ok()
    }
}
