//! `page-table-generic`, with an x86-64 entry written for it.

use super::entry::{ACCESSED, DIRTY, FRAME, LARGE, PRESENT, WRITE};
use crate::memory::{Slot, base};
use crate::peer::{Log, PAGE, Peer, START, Size};
use page_table_generic::{
    FrameAllocator, MapConfig, PageTable, PageTableEntry, PhysAddr, TableMeta, VirtAddr, WalkConfig,
};
use std::sync::Arc;
use std::sync::Mutex;

/// An entry of x86-64.
#[derive(Copy, Clone, Debug)]
#[repr(transparent)]
pub struct Entry(u64);

impl PageTableEntry for Entry {
    /// Whether a page is writable.
    type PteConfig = bool;

    #[inline]
    fn new_page(frame: PhysAddr, writable: bool, large: bool) -> Self {
        let large = if large { LARGE } else { 0 };
        Self(frame.as_usize() as u64 | PRESENT | ACCESSED | DIRTY | large | if writable { WRITE } else { 0 })
    }
    #[inline]
    fn new_table(frame: PhysAddr) -> Self {
        Self(frame.as_usize() as u64 | PRESENT | WRITE)
    }
    #[inline]
    fn paddr(&self, _directory: bool) -> PhysAddr {
        PhysAddr::from_usize((self.0 & FRAME) as usize)
    }
    #[inline]
    fn config(&self, _directory: bool) -> bool {
        self.0 & WRITE != 0
    }
    #[inline]
    fn present(&self) -> bool {
        self.0 & PRESENT != 0
    }
    #[inline]
    fn huge(&self, directory: bool) -> bool {
        directory && self.0 & LARGE != 0
    }
    #[inline]
    fn unused(&self) -> bool {
        self.0 == 0
    }
    #[inline]
    fn clear(&mut self) {
        self.0 = 0;
    }
}

/// Four levels of 512 entries.
#[derive(Copy, Clone, Debug)]
pub struct Meta;

impl TableMeta for Meta {
    type P = Entry;
    const PAGE_SIZE: usize = PAGE as usize;
    const LEVEL_BITS: &[usize] = &[9, 9, 9, 9];
    const MAX_BLOCK_LEVEL: usize = 2;
    #[inline]
    fn flush(_at: Option<VirtAddr>) {}
}

/// Its allocator is shared between threads by its type.
#[derive(Clone, Debug)]
pub struct Bump(Arc<Mutex<Slot>>);

impl FrameAllocator for Bump {
    fn alloc_frame(&self) -> Option<PhysAddr> {
        let slot = self.0.lock().expect("nobody panics with it");
        slot.take().map(|page| PhysAddr::from_usize(page as usize))
    }
    fn dealloc_frame(&self, _frame: PhysAddr) {}
    #[inline]
    fn phys_to_virt(&self, at: PhysAddr) -> *mut u8 {
        base().wrapping_add(at.as_usize())
    }
}

/// The table.
pub struct Generic(PageTable<Meta, Bump>);

fn frame(at: VirtAddr, size: Size) -> PhysAddr {
    PhysAddr::from_usize(at.as_usize() + size.to_frame() as usize)
}

impl Peer for Generic {
    const NAME: &'static str = "pt-generic";
    type Address = VirtAddr;

    fn new(memory: &Slot) -> Self {
        let allocator = Bump(Arc::new(Mutex::new(memory.clone())));
        Self(PageTable::new(allocator).expect("a page for the root"))
    }

    fn address(at: u64) -> VirtAddr {
        VirtAddr::from_usize(at as usize)
    }

    #[inline(always)]
    fn translate(&self, at: VirtAddr) -> u64 {
        self.0.translate_phys(at).map_or(0, |found| found.as_usize() as u64)
    }

    #[inline(always)]
    fn map(&mut self, pages: &[VirtAddr]) -> Option<()> {
        pages.iter().try_for_each(|&at| self.0.map_page(at, frame(at, Size::Page), PAGE as usize, true).ok())
    }

    #[inline(always)]
    fn map_blocks(&mut self, blocks: &[VirtAddr]) -> Option<()> {
        let bytes = Size::Block.bytes() as usize;
        blocks.iter().try_for_each(|&at| self.0.map_page(at, frame(at, Size::Block), bytes, true).ok())
    }

    #[inline(always)]
    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        let vaddr = Self::address(START);
        let paddr = frame(vaddr, size);
        let range = MapConfig { vaddr, paddr, size: bytes as usize, pte: true, allow_huge: true, flush: true };
        self.0.map(&range).ok()
    }

    #[inline(always)]
    fn unmap(&mut self, pages: &[VirtAddr]) -> Option<u64> {
        pages.iter().try_fold(0_u64, |frames, &at| {
            let (frame, _, _) = self.0.unmap_page(at).ok()?;
            Some(frames.wrapping_add(frame.as_usize() as u64))
        })
    }

    #[inline(always)]
    fn clear_range(&mut self, at: VirtAddr, bytes: u64) -> Option<()> {
        self.0.unmap(at, bytes as usize).ok()
    }

    #[inline(always)]
    fn protect(&mut self, pages: &[VirtAddr]) -> Option<()> {
        pages.iter().try_for_each(|&at| self.0.protect_page(at, false).ok().map(drop))
    }

    #[inline(always)]
    fn protect_range(&mut self, bytes: u64) -> Option<()> {
        self.0.protect_region(Self::address(START), bytes as usize, false).ok()
    }

    fn walk(&self, log: &mut Log) -> Option<()> {
        let all = WalkConfig { start_vaddr: Self::address(0), end_vaddr: Self::address(1 << 47) };
        for found in self.0.walk_all(all).filter(|found| found.is_final_mapping) {
            let directory = found.level > 1;
            let frame = found.pte.paddr(directory).as_usize() as u64;
            log.push(found.vaddr.as_usize() as u64, frame, found.pte.config(directory));
        }
        Some(())
    }
}
