//! For a kernel that uses the `x86_64` crate: its types for those of the engine, and back.
//!
//! | `x86_64` | here |
//! |---|---|
//! | `PhysAddr` | [`Hpa`], by [`hpa`] and [`phys_addr`] |
//! | `VirtAddr` | [`Va`], by [`va`] and [`virt_addr`] |
//! | `PhysFrame<S>` | [`Page`], by [`page`] and [`phys_frame`] |
//! | `Page<S>` | [`AddressRange`], by [`range`] and [`virt_page`] |
//! | `PageTableFlags` | [`PageEntryFields`], by `From` both ways |
//! | the frame of `Cr3` | a [`Tree`], by [`cr3_frame`] |
//!
//! That crate knows the 48-bit addresses of four levels, and so does what is converted to its types.

mod flags;
mod tlb;

#[cfg(all(feature = "instructions", target_arch = "x86_64"))]
pub use tlb::LocalTlb;
pub use tlb::{Flushes, flushes};

#[cfg(doc)]
use crate::PageEntryFields;
use crate::{PageTables, Paging, Pd, Pdpt, Pt};
use ::x86_64::addr::{PhysAddrNotValid, VirtAddrNotValid};
use ::x86_64::structures::paging::page::AddressNotAligned;
use ::x86_64::structures::paging::{Page as VirtPage, PageSize, PhysFrame, Size1GiB, Size2MiB, Size4KiB};
use ::x86_64::{PhysAddr, VirtAddr};
use pt_core::geometry::{NotAnInput, RangeError, Whole as _};
use pt_core::page::Misaligned;
use pt_core::{AddressRange, Hpa, LeafLevelOf, Memory, Page, Shared, Tree, Va, Virtual};

/// A page size of the `x86_64` crate.
pub trait Size: PageSize {
    /// The level whose leaves have this size.
    type Level: LeafLevelOf<PageTables>;
}

impl Size for Size4KiB {
    type Level = Pt;
}
impl Size for Size2MiB {
    type Level = Pd;
}
impl Size for Size1GiB {
    type Level = Pdpt;
}

/// A physical address, for the engine.
#[inline]
#[must_use]
pub fn hpa(address: PhysAddr) -> Hpa {
    Hpa::new(address.as_u64())
}

/// A physical address, for the `x86_64` crate.
///
/// # Errors
/// [`PhysAddrNotValid`] if it is wider than 52 bits. No entry holds such a frame.
#[inline]
pub fn phys_addr(address: Hpa) -> Result<PhysAddr, PhysAddrNotValid> {
    PhysAddr::try_new(address.as_u64())
}

/// A virtual address, for a tree of this geometry.
///
/// # Errors
/// None with one of [`Paging`]: an address that is canonical in 48 bits is so in 57.
#[inline]
pub fn va(paging: Paging, address: VirtAddr) -> Result<Va, NotAnInput> {
    paging.address(address.as_u64())
}

/// A virtual address, for the `x86_64` crate.
///
/// # Errors
/// [`VirtAddrNotValid`] if it is not canonical in 48 bits: it is one of five levels.
#[inline]
pub fn virt_addr(address: Va) -> Result<VirtAddr, VirtAddrNotValid> {
    VirtAddr::try_new(address.as_u64())
}

/// A frame as a page to map.
///
/// # Errors
/// [`Misaligned`] if the frame is not aligned to its size, as one made by `from_start_address_unchecked` may be.
#[inline]
pub fn page<S: Size>(frame: PhysFrame<S>) -> Result<Page<Shared, S::Level>, Misaligned> {
    Page::new(hpa(frame.start_address()))
}

/// A page that was not mapped, or was unmapped, as a frame.
///
/// # Errors
/// [`AddressNotAligned`] if the frame lies beyond 52 bits, where the `x86_64` crate knows none.
#[inline]
pub fn phys_frame<S: Size>(page: &Page<Shared, S::Level>) -> Result<PhysFrame<S>, AddressNotAligned> {
    PhysFrame::from_start_address(phys_addr(page.frame()).map_err(|_| AddressNotAligned)?)
}

/// What a page of virtual memory covers.
///
/// # Errors
/// None with one of [`Paging`], as for [`va`].
pub fn range<S: Size>(paging: Paging, page: VirtPage<S>) -> Result<AddressRange<Virtual>, RangeError> {
    let start = page.start_address();
    let outside = |_| RangeError::LeavesSpace { start: start.as_u64(), bytes: S::SIZE };
    paging.range(va(paging, start).map_err(outside)?, S::SIZE)
}

/// The page of virtual memory that begins at an address.
///
/// # Errors
/// [`AddressNotAligned`] if none of this size does; also if the address is one of five levels.
pub fn virt_page<S: Size>(start: Va) -> Result<VirtPage<S>, AddressNotAligned> {
    VirtPage::from_start_address(virt_addr(start).map_err(|_| AddressNotAligned)?)
}

/// The root of a tree, for `Cr3::write`.
///
/// # Errors
/// [`PhysAddrNotValid`] if it lies beyond 52 bits, where no CPU has memory.
pub fn cr3_frame<M: Memory>(tree: &Tree<PageTables, M>) -> Result<PhysFrame, PhysAddrNotValid> {
    Ok(PhysFrame::containing_address(phys_addr(tree.root_frame())?))
}
