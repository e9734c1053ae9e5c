//! `page_table_multiarch`, with its own x86-64 format. Its flushes are compiled for bare metal only.

use crate::memory::{OFFSET, Slot};
use crate::peer::{BLOCK, Log, Peer, START, Size};
use memory_addr::{PhysAddr, VirtAddr};
use page_table_multiarch::x86_64::X64PageTable;
use page_table_multiarch::{GenericPTE, MappingFlags, PageSize, PagingHandler};
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

const WRITABLE: MappingFlags = MappingFlags::READ.union(MappingFlags::WRITE);

/// Its allocator is a type and not a value. The next page of the slot that the tables lie in, and the end of that.
static NEXT: AtomicU64 = AtomicU64::new(0);
static END: AtomicU64 = AtomicU64::new(0);

struct Handler;

impl PagingHandler for Handler {
    fn alloc_frames(number: usize, _align: usize) -> Option<PhysAddr> {
        let page = NEXT.fetch_add(number as u64 * 4096, Ordering::Relaxed);
        (page < END.load(Ordering::Relaxed)).then(|| PhysAddr::from(page as usize))
    }
    fn dealloc_frames(_first: PhysAddr, _number: usize) {}
    #[inline]
    fn phys_to_virt(at: PhysAddr) -> VirtAddr {
        VirtAddr::from(at.as_usize() + OFFSET as usize)
    }
}

/// The table.
pub struct Multiarch(X64PageTable<Handler>);

fn frame(at: VirtAddr, size: Size) -> PhysAddr {
    PhysAddr::from(at.as_usize() + size.to_frame() as usize)
}

impl Peer for Multiarch {
    const NAME: &'static str = "multiarch";
    type Address = VirtAddr;

    fn new(memory: &Slot) -> Self {
        NEXT.store(memory.first(), Ordering::Relaxed);
        END.store(memory.first() + memory.pages() as u64 * 4096, Ordering::Relaxed);
        Self(X64PageTable::try_new().expect("a page for the root"))
    }

    fn address(at: u64) -> VirtAddr {
        VirtAddr::from(at as usize)
    }

    #[inline(always)]
    fn translate(&self, at: VirtAddr) -> u64 {
        self.0.query(at).map_or(0, |(found, _, _)| found.as_usize() as u64)
    }

    #[inline(always)]
    fn map(&mut self, pages: &[VirtAddr]) -> Option<()> {
        let mut cursor = self.0.cursor();
        pages.iter().try_for_each(|&at| cursor.map(at, frame(at, Size::Page), PageSize::Size4K, WRITABLE).ok())
    }

    #[inline(always)]
    fn map_blocks(&mut self, blocks: &[VirtAddr]) -> Option<()> {
        let mut cursor = self.0.cursor();
        blocks.iter().try_for_each(|&at| cursor.map(at, frame(at, Size::Block), PageSize::Size2M, WRITABLE).ok())
    }

    #[inline(always)]
    fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
        let start = Self::address(START);
        // A block of 1 GiB is larger than what is asked for.
        let step = if size == Size::Block { BLOCK * 256 } else { bytes };
        let mut cursor = self.0.cursor();
        (0..bytes).step_by(step as usize).try_for_each(|offset| {
            let part = step.min(bytes - offset) as usize;
            cursor.map_region(start + offset as usize, |at| frame(at, size), part, WRITABLE, true).ok()
        })
    }

    #[inline(always)]
    fn unmap(&mut self, pages: &[VirtAddr]) -> Option<u64> {
        let mut cursor = self.0.cursor();
        pages.iter().try_fold(0_u64, |frames, &at| {
            let (frame, _, _) = cursor.unmap(at).ok()?;
            Some(frames.wrapping_add(frame.as_usize() as u64))
        })
    }

    #[inline(always)]
    fn clear_range(&mut self, at: VirtAddr, bytes: u64) -> Option<()> {
        self.0.cursor().unmap_region(at, bytes as usize).ok()
    }

    #[inline(always)]
    fn protect(&mut self, pages: &[VirtAddr]) -> Option<()> {
        let mut cursor = self.0.cursor();
        pages.iter().try_for_each(|&at| cursor.protect(at, MappingFlags::READ).ok().map(drop))
    }

    #[inline(always)]
    fn protect_range(&mut self, bytes: u64) -> Option<()> {
        self.0.cursor().protect_region(Self::address(START), bytes as usize, MappingFlags::READ).ok()
    }

    fn walk(&self, log: &mut Log) -> Option<()> {
        // Its visitor is a shared closure.
        self.0.walk(usize::MAX, Some(&log_leaves(&RefCell::new(log))), None);
        Some(())
    }
}

fn log_leaves<E: GenericPTE>(log: &RefCell<&mut Log>) -> impl Fn(usize, usize, VirtAddr, &E) {
    |level, _, at, entry| {
        if level == 3 || entry.is_huge() {
            let writable = entry.flags().contains(MappingFlags::WRITE);
            log.borrow_mut().push(at.as_usize() as u64, entry.paddr().as_usize() as u64, writable);
        }
    }
}
