//! The `x86_64` crate's two mappers. It has no range operations: a range is a loop over its pages.
#![allow(unsafe_code, reason = "the interface of the crate is unsafe")]

use crate::physical::Physical;
use crate::{FRAME, PAGE, Peer, START};
use x86_64::structures::paging::mapper::{MappedPageTable, PageTableFrameMapping};
use x86_64::structures::paging::{
    FrameAllocator, Mapper, OffsetPageTable, Page, PageTable, PageTableFlags, PhysFrame, Size4KiB, Translate,
};
use x86_64::{PhysAddr, VirtAddr};

struct Bump(*const Physical);

// SAFETY: each page is handed out once until the memory is reset, when the tables are gone.
unsafe impl FrameAllocator<Size4KiB> for Bump {
    fn allocate_frame(&mut self) -> Option<PhysFrame> {
        // SAFETY: the memory outlives every peer that works on it.
        let page = unsafe { &*self.0 }.take()?;
        PhysFrame::from_start_address(PhysAddr::new(page)).ok()
    }
}

/// Physical memory at a constant offset, as `MappedPageTable` wants it.
struct ConstantOffset(*const u8);

// SAFETY: frames are those of a `Physical`, whose pages are page tables.
unsafe impl PageTableFrameMapping for ConstantOffset {
    #[inline]
    fn frame_to_pointer(&self, frame: PhysFrame) -> *mut PageTable {
        self.0.wrapping_add(frame.start_address().as_u64() as usize).cast_mut().cast()
    }
}

/// A root table with nothing in it.
#[allow(clippy::cast_ptr_alignment, reason = "pages are aligned to 4 KiB")]
fn root<'m>(memory: &Physical) -> &'m mut PageTable {
    let page = memory.take().expect("a page for the root");
    let table = memory.base().wrapping_byte_add(page as usize).cast_mut().cast::<PageTable>();
    // SAFETY: the page was just taken, is aligned, and lives as long as the memory, which outlives every peer.
    let table = unsafe { &mut *table };
    table.zero();
    table
}

macro_rules! peer {
    ($name:ident, $text:literal, $mapper:ty, |$memory:ident| $new:expr) => {
        pub struct $name {
            mapper: $mapper,
            frames: Bump,
        }

        impl Peer for $name {
            const NAME: &'static str = $text;

            fn new($memory: &Physical) -> Self {
                Self { mapper: $new, frames: Bump($memory) }
            }

            fn map(&mut self, bytes: u64) {
                let flags = PageTableFlags::PRESENT | PageTableFlags::WRITABLE;
                for offset in (0..bytes).step_by(PAGE as usize) {
                    let page = Page::<Size4KiB>::from_start_address(VirtAddr::new(START + offset)).expect("aligned");
                    let frame = PhysFrame::from_start_address(PhysAddr::new(FRAME + offset)).expect("aligned");
                    // SAFETY: no CPU uses these tables.
                    let mapped = unsafe { self.mapper.map_to(page, frame, flags, &mut self.frames) };
                    mapped.expect("nothing is mapped there").ignore();
                }
            }

            fn unmap(&mut self, bytes: u64) {
                let mut frames = 0_u64;
                for offset in (0..bytes).step_by(PAGE as usize) {
                    let page = Page::<Size4KiB>::from_start_address(VirtAddr::new(START + offset)).expect("aligned");
                    let (frame, flush) = self.mapper.unmap(page).expect("mapped");
                    frames ^= frame.start_address().as_u64();
                    flush.ignore();
                }
                std::hint::black_box(frames);
            }

            fn clear(&mut self, bytes: u64) {
                self.unmap(bytes);
            }

            #[inline]
            fn translate(&self, address: u64) -> u64 {
                self.mapper.translate_addr(VirtAddr::new(address)).map_or(0, PhysAddr::as_u64)
            }
        }
    };
}

peer!(Mapped, "MappedPageTable", MappedPageTable<'static, ConstantOffset>, |memory| {
    // SAFETY: the root is empty, and the mapping leads to the pages of `memory`.
    unsafe { MappedPageTable::new(root(memory), ConstantOffset(memory.base().cast())) }
});
peer!(Offset, "OffsetPageTable", OffsetPageTable<'static>, |memory| {
    let offset = VirtAddr::from_ptr(memory.base());
    // SAFETY: the root is empty, and the pages of `memory` are at this offset.
    unsafe { OffsetPageTable::new(root(memory), offset) }
});
