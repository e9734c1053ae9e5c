//! The `x86_64` crate's two mappers. It has no range operations and no walk: a range is a loop over its pages, a walk
//! the recursion that its users write over `PageTable`.
#![allow(unsafe_code, reason = "the interface of the crate is unsafe")]

use crate::memory::{Slot, base};
use crate::peer::{Log, Peer, START, Size};
use x86_64::structures::paging::mapper::{MappedPageTable, PageTableFrameMapping};
use x86_64::structures::paging::page_table::PageTableEntry;
use x86_64::structures::paging::{
    FrameAllocator, Mapper, OffsetPageTable, Page, PageSize, PageTable, PageTableFlags, PhysFrame, Size2MiB, Size4KiB,
    Translate,
};
use x86_64::{PhysAddr, VirtAddr};

const READ_ONLY: PageTableFlags = PageTableFlags::PRESENT.union(PageTableFlags::ACCESSED).union(PageTableFlags::DIRTY);
const WRITABLE: PageTableFlags = READ_ONLY.union(PageTableFlags::WRITABLE);

struct Bump(Slot);

// SAFETY: each page is handed out once until the slot is used anew, when the tables are gone.
unsafe impl FrameAllocator<Size4KiB> for Bump {
    #[inline]
    fn allocate_frame(&mut self) -> Option<PhysFrame> {
        PhysFrame::from_start_address(PhysAddr::new(self.0.take()?)).ok()
    }
}

/// Physical memory at a constant offset, as `MappedPageTable` wants it.
pub struct ConstantOffset(*const u8);

// SAFETY: frames of tables are those of a slot, whose pages are page tables.
unsafe impl PageTableFrameMapping for ConstantOffset {
    #[inline]
    fn frame_to_pointer(&self, frame: PhysFrame) -> *mut PageTable {
        self.0.wrapping_add(frame.start_address().as_u64() as usize).cast_mut().cast()
    }
}

/// The table at a physical address.
#[allow(clippy::cast_ptr_alignment, reason = "pages are aligned to 4 KiB")]
fn table(at: u64) -> *mut PageTable {
    base().wrapping_add(at as usize).cast()
}

/// A root table with nothing in it.
fn root<'m>(memory: &Slot) -> &'m mut PageTable {
    let page = memory.take().expect("a page for the root");
    // SAFETY: the page was just taken, is aligned, and lives as long as the arena, which outlives every peer.
    let root = unsafe { &mut *table(page) };
    root.zero();
    root
}

/// Changes all leaves of a table of level `level`, the last one being 0.
fn leaves(root: &mut PageTable, start: u64, level: u32, visit: &mut impl FnMut(u64, &mut PageTableEntry)) {
    for (index, entry) in root.iter_mut().enumerate() {
        if !entry.flags().contains(PageTableFlags::PRESENT) {
            continue;
        }
        let at = start + ((index as u64) << (12 + 9 * level));
        if level == 0 || entry.flags().contains(PageTableFlags::HUGE_PAGE) {
            visit(at, entry);
        } else {
            // SAFETY: a present entry that maps no block points to a table, which nobody else refers to.
            leaves(unsafe { &mut *table(entry.addr().as_u64()) }, at, level - 1, visit);
        }
    }
}

fn page<S: PageSize>(at: VirtAddr) -> Page<S> {
    Page::containing_address(at)
}

fn frame<S: PageSize>(at: VirtAddr, size: Size) -> PhysFrame<S> {
    PhysFrame::containing_address(PhysAddr::new(at.as_u64() + size.to_frame()))
}

macro_rules! peer {
    ($(#[$doc:meta])* $name:ident, $text:literal, $mapper:ty, |$memory:ident| $new:expr) => {
        $(#[$doc])*
        pub struct $name {
            mapper: $mapper,
            frames: Bump,
        }

        impl $name {
            fn addresses(at: u64, bytes: u64, size: Size) -> impl Iterator<Item = VirtAddr> {
                (at..at + bytes).step_by(size.bytes() as usize).map(VirtAddr::new)
            }

            #[inline(always)]
            fn map_at<S: PageSize>(&mut self, at: VirtAddr, size: Size, flags: PageTableFlags) -> Option<()>
            where
                $mapper: Mapper<S>,
            {
                let (page, frame) = (page::<S>(at), frame::<S>(at, size));
                // SAFETY: no CPU uses these tables.
                unsafe { self.mapper.map_to(page, frame, flags, &mut self.frames) }.ok()?.ignore();
                Some(())
            }

            #[inline(always)]
            fn unmap_at(&mut self, at: VirtAddr) -> Option<u64> {
                let (frame, flush) = self.mapper.unmap(page::<Size4KiB>(at)).ok()?;
                flush.ignore();
                Some(frame.start_address().as_u64())
            }

            #[inline(always)]
            fn protect_at(&mut self, at: VirtAddr, flags: PageTableFlags) -> Option<()> {
                // SAFETY: no CPU uses these tables.
                unsafe { self.mapper.update_flags(page::<Size4KiB>(at), flags) }.ok()?.ignore();
                Some(())
            }

            fn root(&self) -> *mut PageTable {
                std::ptr::from_ref(self.mapper.level_4_table()).cast_mut()
            }
        }

        impl Peer for $name {
            const NAME: &'static str = $text;
            type Address = VirtAddr;

            fn new($memory: &Slot) -> Self {
                Self { mapper: $new, frames: Bump($memory.clone()) }
            }

            fn address(at: u64) -> VirtAddr {
                VirtAddr::new(at)
            }

            #[inline(always)]
            fn translate(&self, at: VirtAddr) -> u64 {
                self.mapper.translate_addr(at).map_or(0, PhysAddr::as_u64)
            }

            #[inline(always)]
            fn map(&mut self, pages: &[VirtAddr]) -> Option<()> {
                pages.iter().try_for_each(|&at| self.map_at::<Size4KiB>(at, Size::Page, WRITABLE))
            }

            #[inline(always)]
            fn map_blocks(&mut self, blocks: &[VirtAddr]) -> Option<()> {
                blocks.iter().try_for_each(|&at| self.map_at::<Size2MiB>(at, Size::Block, WRITABLE))
            }

            #[inline(always)]
            fn map_range(&mut self, size: Size, bytes: u64) -> Option<()> {
                let mut addresses = Self::addresses(START, bytes, size);
                match size {
                    Size::Page => addresses.try_for_each(|at| self.map_at::<Size4KiB>(at, size, WRITABLE)),
                    Size::Block => addresses.try_for_each(|at| self.map_at::<Size2MiB>(at, size, WRITABLE)),
                }
            }

            #[inline(always)]
            fn unmap(&mut self, pages: &[VirtAddr]) -> Option<u64> {
                pages.iter().try_fold(0_u64, |frames, &at| Some(frames.wrapping_add(self.unmap_at(at)?)))
            }

            #[inline(always)]
            fn unmap_range(&mut self, bytes: u64) -> Option<u64> {
                Self::addresses(START, bytes, Size::Page)
                    .try_fold(0_u64, |frames, at| Some(frames.wrapping_add(self.unmap_at(at)?)))
            }

            #[inline(always)]
            fn clear_range(&mut self, at: VirtAddr, bytes: u64) -> Option<()> {
                Self::addresses(at.as_u64(), bytes, Size::Page).try_for_each(|at| self.unmap_at(at).map(drop))
            }

            #[inline(always)]
            fn protect(&mut self, pages: &[VirtAddr]) -> Option<()> {
                pages.iter().try_for_each(|&at| self.protect_at(at, READ_ONLY))
            }

            #[inline(always)]
            fn protect_range(&mut self, bytes: u64) -> Option<()> {
                Self::addresses(START, bytes, Size::Page)
                    .try_for_each(|at| self.protect_at(at, READ_ONLY))
            }

            fn walk(&self, log: &mut Log) -> Option<()> {
                // SAFETY: the mapper is borrowed, and nothing is changed.
                leaves(unsafe { &mut *self.root() }, 0, 3, &mut |at, entry| {
                    log.push(at, entry.addr().as_u64(), entry.flags().contains(PageTableFlags::WRITABLE));
                });
                Some(())
            }

            fn mark_clean(&mut self, pages: &[VirtAddr]) -> Option<()> {
                pages.iter().try_for_each(|&at| self.protect_at(at, WRITABLE.difference(PageTableFlags::DIRTY)))
            }

            fn harvest(&mut self, log: &mut Log) -> Option<()> {
                // SAFETY: the mapper is borrowed alone.
                leaves(unsafe { &mut *self.root() }, 0, 3, &mut |at, entry| {
                    let flags = entry.flags();
                    if flags.contains(PageTableFlags::DIRTY) {
                        entry.set_flags(flags - PageTableFlags::DIRTY);
                        log.push(at, entry.addr().as_u64(), flags.contains(PageTableFlags::WRITABLE));
                    }
                });
                Some(())
            }
        }
    };
}

peer! {
    /// Tables through a `PageTableFrameMapping`.
    Mapped, "x86_64 Mapped", MappedPageTable<'static, ConstantOffset>, |memory| {
        // SAFETY: the root is empty, and the mapping leads to the pages of the slot.
        unsafe { MappedPageTable::new(root(memory), ConstantOffset(base())) }
    }
}
peer! {
    /// Tables at an offset.
    Offset, "x86_64 Offset", OffsetPageTable<'static>, |memory| {
        // SAFETY: the root is empty, and the pages of the slot are at this offset.
        unsafe { OffsetPageTable::new(root(memory), VirtAddr::from_ptr(base())) }
    }
}
