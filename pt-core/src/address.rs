//! Typed addresses.
//!
//! A fault arrives as a [`RawGpa`]: an integer whose split bit nobody has looked at yet. Only a
//! [`Geometry`](crate::Geometry) turns it into an [`Address`] of one [`Space`], and nothing turns an address of one space
//! into another except the geometry's `counterpart` conversions. An [`Address`] keeps the split bit: a walk
//! indexes with it unchanged, and there is no stripped form that could be walked by accident. The stripped
//! form, which memory slots are keyed by, is a type of its own: [`Gfn`].

use crate::space::{Guest, Private, Shared, Space, Virtual};
use core::fmt;
use core::marker::PhantomData;
use core::ops::Range;

/// Bytes in the smallest page of any geometry, as a power of two: what table pages and guest frames are counted in.
/// The granule of a geometry may be larger.
pub const PAGE_SHIFT: u32 = 12;

/// A host-physical address, in bytes.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Hpa(u64);

impl Hpa {
    /// Wraps a host-physical address.
    #[inline]
    #[must_use]
    pub const fn new(address: u64) -> Self {
        Self(address)
    }

    /// The address as an integer.
    #[inline]
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Whether the low `shift` bits are zero. `shift` is below 64.
    #[inline]
    #[must_use]
    pub const fn is_aligned(self, shift: u32) -> bool {
        self.0 & ((1 << shift) - 1) == 0
    }

    /// The address `bytes` further on, or `None` past the end of the address space.
    #[inline]
    #[must_use]
    pub const fn checked_add(self, bytes: u64) -> Option<Self> {
        match self.0.checked_add(bytes) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }
}

impl fmt::Debug for Hpa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hpa({:#x})", self.0)
    }
}

impl fmt::Display for Hpa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A guest-physical address as the hardware reported it: not yet known to be shared or private.
///
/// It can be routed and printed, and nothing else.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct RawGpa(u64);

impl RawGpa {
    /// Wraps the address of a fault.
    #[inline]
    #[must_use]
    pub const fn new(address: u64) -> Self {
        Self(address)
    }

    /// The address as an integer, split bit included.
    #[inline]
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for RawGpa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawGpa({:#x})", self.0)
    }
}

impl fmt::Display for RawGpa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// An input address of the space `S`, in bytes, split bit included.
#[repr(transparent)]
pub struct Address<S: Space> {
    value: u64,
    space: PhantomData<fn() -> S>,
}

/// A guest-physical address of one half of guest memory.
pub type Gpa<S> = Address<S>;
/// A virtual address.
pub type Va = Address<Virtual>;

impl<S: Space> Address<S> {
    /// Only a geometry may say which space an integer belongs to.
    #[inline]
    pub(crate) const fn new(value: u64) -> Self {
        Self { value, space: PhantomData }
    }

    /// The address as an integer, split bit included.
    #[inline]
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.value
    }

    /// The address with its low `shift` bits cleared: the start of the block it lies in. `shift` is below 64.
    #[inline]
    #[must_use]
    pub const fn align_down(self, shift: u32) -> Self {
        Self::new(self.value & !((1 << shift) - 1))
    }

    /// Whether the low `shift` bits are zero. `shift` is below 64.
    #[inline]
    #[must_use]
    pub const fn is_aligned(self, shift: u32) -> bool {
        self.value & ((1 << shift) - 1) == 0
    }

    /// The low `shift` bits: where in its block the address lies. `shift` is below 64.
    #[inline]
    #[must_use]
    pub const fn offset(self, shift: u32) -> u64 {
        self.value & ((1 << shift) - 1)
    }
}

impl<S: crate::geometry::Half> Address<S> {
    /// The same address, for a table that translates both halves of the address space.
    #[inline]
    #[must_use]
    pub const fn in_both_halves(self) -> Address<Guest> {
        Address::new(self.value)
    }
}

impl<S: Space> Clone for Address<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Space> Copy for Address<S> {}
impl<S: Space> PartialEq for Address<S> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<S: Space> Eq for Address<S> {}
impl<S: Space> PartialOrd for Address<S> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<S: Space> Ord for Address<S> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}
impl<S: Space> core::hash::Hash for Address<S> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
impl<S: Space> fmt::Debug for Address<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:#x}", S::NAME, self.value)
    }
}
impl<S: Space> fmt::Display for Address<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A guest frame number with the split bit stripped: what memory slots and attributes are keyed by.
///
/// Both halves of guest memory share these numbers. No table takes one.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Gfn(u64);

impl Gfn {
    /// The frame with this number (an address without its split bit, divided by 4096).
    #[inline]
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The frame number.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Where a raw address leads: the answer of [`Split::route`](crate::Split::route).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// The half whose pages the VMM can read.
    Shared(Gpa<Shared>),
    /// The half that belongs to the guest alone.
    Private(Gpa<Private>),
}

/// A non-empty run of input addresses of one space, both ends aligned to the smallest page.
///
/// Made only by a geometry, so that it never leaves its half of the address space.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct AddressRange<S: Space> {
    start: Address<S>,
    last: Address<S>,
}

impl<S: Space> AddressRange<S> {
    #[inline]
    pub(crate) const fn new(start: Address<S>, bytes: u64) -> Self {
        Self { start, last: Address::new(start.value + (bytes - 1)) }
    }

    /// The range from `start` to `last`, both of them in it.
    #[inline]
    pub(crate) const fn from_start_to_last(start: Address<S>, last: Address<S>) -> Self {
        Self { start, last }
    }

    /// Makes the range end with `last`, which is not below its start.
    #[inline(always)]
    pub(crate) const fn extend_to(&mut self, last: Address<S>) {
        self.last = last;
    }

    /// The smallest range that covers both.
    #[inline]
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), last: self.last.max(other.last) }
    }

    /// The first address.
    #[inline]
    #[must_use]
    pub const fn start(&self) -> Address<S> {
        self.start
    }

    /// The length in bytes; never zero, a multiple of the smallest page. (What covers all 64 bits, which only the sum of two
    /// flushes can, has a length of `u64::MAX`.)
    #[inline]
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        (self.last.value - self.start.value).saturating_add(1)
    }

    /// The last address of the range. (The end itself may lie outside the space.)
    #[inline]
    #[must_use]
    pub const fn last(&self) -> Address<S> {
        self.last
    }

    /// Whether `address` lies in the range.
    #[inline]
    #[must_use]
    pub const fn contains(&self, address: Address<S>) -> bool {
        address.value.wrapping_sub(self.start.value) <= self.last.value - self.start.value
    }

    /// Whether all of `other` lies in the range.
    #[inline]
    #[must_use]
    pub const fn covers(&self, other: Self) -> bool {
        self.contains(other.start) && self.contains(other.last)
    }

    /// The pages of `1 << shift` bytes that the range consists of, in order. It begins and ends with one. `shift` is
    /// below 64.
    #[must_use]
    pub fn pages(self, shift: u32) -> impl DoubleEndedIterator<Item = Address<S>> + Clone {
        let count = ((self.last.value - self.start.value) >> shift) + 1;
        Pages { next: self.start, left: 0..count, shift }
    }
}

/// Pages that are left, and the address of the first: a loop over them adds a constant. One over their numbers may be
/// compiled to a shift and an addition, three instructions a page.
#[derive(Clone)]
struct Pages<S: Space> {
    next: Address<S>,
    left: Range<u64>,
    shift: u32,
}

impl<S: Space> Iterator for Pages<S> {
    type Item = Address<S>;

    #[inline(always)]
    fn next(&mut self) -> Option<Address<S>> {
        self.left.next()?;
        let page = self.next;
        self.next = Address::new(page.value.wrapping_add(1 << self.shift));
        Some(page)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.left.size_hint()
    }
}

impl<S: Space> DoubleEndedIterator for Pages<S> {
    fn next_back(&mut self) -> Option<Address<S>> {
        let last = self.left.next_back()?;
        Some(Address::new(self.next.value.wrapping_add((last - self.left.start) << self.shift)))
    }
}

impl<S: Space> fmt::Debug for AddressRange<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}+{:#x}", self.start, self.bytes())
    }
}
