//! Entry formats: what the bits of one shape of entry mean at one level.
//!
//! The `#[entry]` structs of a declaration are generic over the level and implement [`EntryFormat`]; what differs
//! by level is in their [`Layout`]. Everything is a constant or a straight-line function of
//! the raw word, so that it compiles to the masks and shifts one would write by hand.

use crate::address::Hpa;
use crate::layout::{HasLayout, Layout, LeafFormat};
use core::fmt::{self, Debug, Write as _};
use core::ops::{BitAnd, BitOr};

/// One shape of entry at one level.
pub trait EntryFormat: HasLayout + Copy + Eq + Debug {
    /// Whether there are entries of this shape at all: not so for [`NoEntry`].
    const EXISTS: bool = true;
    /// Every described field of this shape at this level, lowest bit first. Documentation and drawings use it.
    const FIELDS: &'static [FieldInfo] = Self::LAYOUT.fields;
    /// The bits that hold the frame, in place.
    const FRAME: u64 = Self::LAYOUT.frame;
    /// The bits that the CPU writes by itself (accessed, dirty). An update never loses them.
    const HARDWARE: u64 = Self::LAYOUT.hardware;
    /// The bits that must be zero (or, with [`RESERVED_ONES`](Self::RESERVED_ONES), one).
    const RESERVED: u64 = Self::LAYOUT.reserved;
    /// Those of the reserved and tag bits that must be one.
    const RESERVED_ONES: u64 = Self::LAYOUT.reserved_ones;
    /// The accessed bit, or 0.
    const ACCESSED: u64 = Self::LAYOUT.accessed;
    /// The dirty bit, or 0.
    const DIRTY: u64 = Self::LAYOUT.dirty;

    /// Whether the frame is held in several pieces. If not, entries whose frames lie a distance apart differ by a
    /// constant.
    const SCATTERED: bool = false;

    /// Takes a raw word as an entry of this shape. The caller has decoded it.
    fn from_bits(raw: u64) -> Self;
    /// The raw word.
    fn bits(self) -> u64;
    /// What this entry, by itself, lets through, if every feature that a permission depends on is there.
    fn access(self) -> Access;

    /// What this entry, by itself, lets through under these [features](crate::config::Config::features).
    #[inline(always)]
    #[must_use]
    fn access_with(self, features: u64) -> Access {
        let _ = features;
        self.access()
    }

    /// Those of the [`HARDWARE`](Self::HARDWARE) bits that the CPU writes under these
    /// [features](crate::config::Config::features).
    #[inline(always)]
    #[must_use]
    fn written_with(features: u64) -> u64 {
        let _ = features;
        Self::HARDWARE
    }

    /// The frame that the entry points to: the page of a leaf, the table of a table entry. Most formats hold the
    /// address bits where they are in the address.
    #[inline(always)]
    #[must_use]
    fn frame(self) -> Hpa {
        Hpa::new(self.bits() & Self::FRAME)
    }

    /// The frame of the page at `address` that the leaf maps there: a leaf of a [span](crate::span) may hold the frame of
    /// that.
    #[inline(always)]
    #[must_use]
    fn frame_at(self, address: u64) -> Hpa {
        match Self::SPAN {
            Some(span) if span.has(self.bits()) => span.frame_at(self.frame(), address),
            _ => self.frame(),
        }
    }

    /// The frame bits, in place, of an entry that points to `frame`. Bits that do not fit are dropped: see
    /// [`takes_frame`](Self::takes_frame).
    #[inline(always)]
    #[must_use]
    fn frame_bits(frame: Hpa) -> u64 {
        frame.as_u64() & Self::FRAME
    }

    /// Whether the frame field can hold `frame`: neither too wide nor below the alignment of the level.
    #[inline]
    #[must_use]
    fn takes_frame(frame: Hpa) -> bool {
        frame.as_u64() & !Self::frames() == 0
    }

    /// The address bits that a frame may have for the field to [take](Self::takes_frame) it: those of the frame whose
    /// bits are all set.
    #[inline(always)]
    #[must_use]
    fn frames() -> u64 {
        Self::from_bits(Self::FRAME).frame().as_u64()
    }
}

/// What an entry, or a whole walk, lets through. A walk allows what all of its entries allow.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Access(u8);

impl Access {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Loads.
    pub const READ: Self = Self(1);
    /// Stores.
    pub const WRITE: Self = Self(2);
    /// Instruction fetches (of the supervisor, where the format tells them apart).
    pub const EXECUTE: Self = Self(4);
    /// Instruction fetches of user code, where the format tells them apart.
    pub const USER_EXECUTE: Self = Self(8);
    /// Accesses of user code.
    pub const USER: Self = Self(16);
    /// Everything.
    pub const ALL: Self = Self(31);

    /// Whether everything in `wanted` is allowed.
    #[inline]
    #[must_use]
    pub const fn allows(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// What either allows.
    #[inline]
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both allow.
    #[inline]
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What `self` allows and `other` does not.
    #[inline]
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The same access by user code: it needs [`USER`](Self::USER) too, and fetches as a user does.
    #[inline]
    #[must_use]
    pub const fn by_user(self) -> Self {
        let fetches = Self::EXECUTE.0 | Self::USER_EXECUTE.0;
        let fetch = if self.0 & fetches == 0 { 0 } else { Self::USER_EXECUTE.0 };
        Self(self.0 & !fetches | fetch | Self::USER.0)
    }

    /// `access` if `condition`, else nothing.
    #[inline]
    #[must_use]
    pub const fn when(condition: bool, access: Self) -> Self {
        if condition { access } else { Self::NONE }
    }
}

impl BitOr for Access {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}
impl BitAnd for Access {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.intersection(other)
    }
}

/// One letter for each kind of access, `-` for what is not allowed: `rwxXu`, where `X` stands for
/// [`USER_EXECUTE`](Access::USER_EXECUTE) and `u` for [`USER`](Access::USER).
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters =
            [(Self::READ, 'r'), (Self::WRITE, 'w'), (Self::EXECUTE, 'x'), (Self::USER_EXECUTE, 'X'), (Self::USER, 'u')];
        letters.into_iter().try_for_each(|(kind, letter)| f.write_char(if self.allows(kind) { letter } else { '-' }))
    }
}

/// What a declared field is for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum FieldClass {
    /// A value that the owner of the table chooses.
    Value,
    /// The frame that the entry points to.
    Frame,
    /// Tells shapes apart; has one value in this shape.
    Tag,
    /// Written by the CPU.
    Hardware,
    /// Free for software.
    Software,
    /// Ignored by the CPU and left alone.
    Ignored,
    /// Must have one value.
    Reserved,
}

/// One declared field, for documentation, drawings and decoders of raw entries.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct FieldInfo {
    /// The name in the declaration; empty for bits without a name.
    pub name: &'static str,
    /// The bits it occupies, in place.
    pub mask: u64,
    /// What it is for.
    pub class: FieldClass,
}

impl FieldInfo {
    /// The value of the field in the entry `raw`: its bits moved together, lowest first.
    #[must_use]
    pub const fn extract(&self, raw: u64) -> u64 {
        let (mut rest, mut value, mut width) = (self.mask, 0, 0);
        while rest != 0 {
            value |= (raw >> rest.trailing_zeros() & 1) << width;
            width += 1;
            rest &= rest - 1;
        }
        value
    }
}

/// The shape of entry that a level does not have. There is no value of it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum NoEntry {}

impl HasLayout for NoEntry {
    const LAYOUT: Layout = Layout {
        fields: &[],
        frame: 0,
        hardware: 0,
        reserved: 0,
        reserved_ones: 0,
        accessed: 0,
        dirty: 0,
        template: 0,
    };
}

impl EntryFormat for NoEntry {
    const EXISTS: bool = false;

    fn from_bits(_raw: u64) -> Self {
        unreachable!("a level without this shape of entry was decoded as one")
    }
    fn bits(self) -> u64 {
        match self {}
    }
    fn access(self) -> Access {
        match self {}
    }
    fn takes_frame(_frame: Hpa) -> bool {
        false
    }
    fn frames() -> u64 {
        0
    }
}

impl<A> LeafFormat<A> for NoEntry {
    fn attributes(self) -> A {
        match self {}
    }
    fn template(_attributes: &A) -> u64 {
        0
    }
}

/// An unsigned integer of exactly `N` bits: the type of a field that is narrower than any of Rust's integers.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Bits<const N: u32>(u64);

impl<const N: u32> Bits<N> {
    /// The largest value.
    pub const MAX: Self = Self(if N >= 64 { u64::MAX } else { (1 << N) - 1 });

    /// `value`, unless it is wider than `N` bits.
    #[inline]
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 { Some(Self(value)) } else { None }
    }

    /// The value.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Takes the field out of an entry. Bits above `N` are not looked at: a field has none.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits & Self::MAX.0)
    }

    /// The value, for putting it into an entry.
    #[inline]
    #[must_use]
    pub const fn into_bits(self) -> u64 {
        self.0
    }
}
