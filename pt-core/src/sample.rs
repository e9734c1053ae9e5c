//! A small declaration, written by hand as the macro would emit it, for the unit tests of this crate: a shared
//! table with EPT-like entries, and a private table that propagates to a protected one.
#![allow(unreachable_code, dead_code, clippy::struct_excessive_bools, clippy::verbose_bit_mask)]

use crate::address::{Address, Hpa};
use crate::entry::{Absent, Entry};
use crate::flush::{Invept, TlbiIpa};
use crate::format::{Access, EntryFormat, FieldClass, FieldInfo, NoEntry};
use crate::geometry::{Extension, Geometry, Split};
use crate::history::{Aged, DirtyLogged};
use crate::hook::{self, Answer, Drained, Filled, Frozen, Occupied, Refusal, Release, Tracked};
use crate::layout::{HasLayout, Layout, LeafFormat};
use crate::level::{Bottom, LeafLevelOf, Level, LevelOf, Levels, TableLevelOf};
use crate::page::{Page, PageOf, TablePage};
use crate::space::{Private, Protected, Shared};
use crate::table::{AddressOf, Direct, LiveRule, Propagating, RootVisitor, Table, UsedByCpu, Visible};
use core::marker::PhantomData;

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LevelName {
    Pml5,
    Pml4,
    Pdpt,
    Pd,
    Pt,
}

impl Levels for LevelName {
    const ALL: &'static [Self] = &[Self::Pt, Self::Pd, Self::Pdpt, Self::Pml4, Self::Pml5];
    fn number(self) -> u8 {
        4 - self as u8
    }
    fn shift(self) -> u32 {
        12 + 9 * u32::from(self.number())
    }
    fn name(self) -> &'static str {
        ["Pml5", "Pml4", "Pdpt", "Pd", "Pt"][self as usize]
    }
}

macro_rules! levels {
    ($($name:ident $number:literal $bits:literal;)*) => {$(
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        pub enum $name {}
        impl Level for $name {
            const NAME: &'static str = stringify!($name);
            const NUMBER: u8 = $number;
            const SHIFT: u32 = 12 + 9 * $number;
            const INDEX_BITS: u32 = $bits;
        }
    )*};
}
levels! { Pml5 4 4; Pml4 3 9; Pdpt 2 9; Pd 1 9; Pt 0 9; }

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Width {
    Bits48,
    Bits52,
}

impl Geometry for Width {
    const EXTENSION: Extension = Extension::Zero;
    fn width(self) -> u32 {
        match self {
            Self::Bits48 => 48,
            Self::Bits52 => 52,
        }
    }
}

impl Split for Width {
    fn split_mask(self) -> u64 {
        1 << (self.width() - 1)
    }
    fn shared_value(self) -> u64 {
        self.split_mask()
    }
}

/// Leaf (`LEAF`) or table entry at level `L`: bits 2:0 RWX, 7 leaf (above `Pt`), 8 A, 9 D, 51:12 frame.
pub struct Word<L, const LEAF: bool>(u64, PhantomData<fn() -> L>);

impl<L, const LEAF: bool> Clone for Word<L, LEAF> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L, const LEAF: bool> Copy for Word<L, LEAF> {}
impl<L, const LEAF: bool> PartialEq for Word<L, LEAF> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<L, const LEAF: bool> Eq for Word<L, LEAF> {}
impl<L, const LEAF: bool> core::fmt::Debug for Word<L, LEAF> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

const fn field(name: &'static str, mask: u64, class: FieldClass) -> FieldInfo {
    FieldInfo { name, mask, class }
}

const TABLE_FIELDS: &[FieldInfo] = &[
    field("read", 1, FieldClass::Value),
    field("write", 2, FieldClass::Value),
    field("execute", 4, FieldClass::Value),
    field("accessed", 1 << 8, FieldClass::Hardware),
    field("frame", 0x000f_ffff_ffff_f000, FieldClass::Frame),
    field("suppress_ve", 1 << 63, FieldClass::Value),
];

const LEAF_FIELDS: &[FieldInfo] = &[
    field("read", 1, FieldClass::Value),
    field("write", 2, FieldClass::Value),
    field("execute", 4, FieldClass::Value),
    field("page_size", 1 << 7, FieldClass::Tag),
    field("accessed", 1 << 8, FieldClass::Hardware),
    field("dirty", 1 << 9, FieldClass::Hardware),
    field("frame", 0x000f_ffff_ffff_f000, FieldClass::Frame),
    field("ticket", 0xc7 << 52, FieldClass::Software),
    field("suppress_ve", 1 << 63, FieldClass::Value),
];

impl<L: Level, const LEAF: bool> HasLayout for Word<L, LEAF> {
    const LAYOUT: Layout = {
        let frame = 0x000f_ffff_ffff_f000;
        let low = if LEAF { (1 << L::SHIFT) - 1 } else { 0 };
        Layout {
            fields: if LEAF { LEAF_FIELDS } else { TABLE_FIELDS },
            frame: frame & !low,
            hardware: if LEAF { 0x300 } else { 0x100 },
            reserved: frame & low,
            reserved_ones: if LEAF && L::NUMBER != 0 { 0x80 } else { 0 },
            accessed: 0x100,
            dirty: if LEAF { 0x200 } else { 0 },
            template: 1 << 63,
        }
    };
}

impl<L: Level, const LEAF: bool> EntryFormat for Word<L, LEAF> {
    #[inline(always)]
    fn from_bits(raw: u64) -> Self {
        Self(raw, PhantomData)
    }
    #[inline(always)]
    fn bits(self) -> u64 {
        self.0
    }
    #[inline(always)]
    fn access(self) -> Access {
        Access::when(self.0 & 1 != 0, Access::READ)
            | Access::when(self.0 & 2 != 0, Access::WRITE)
            | Access::when(self.0 & 4 != 0, Access::EXECUTE)
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Fields {
    pub read: bool,
    pub write: bool,
    pub execute: bool,
    pub accessed: bool,
    pub dirty: bool,
}

impl Fields {
    pub const RWX: Self = Self { read: true, write: true, execute: true, accessed: false, dirty: false };

    fn bits(self) -> u64 {
        u64::from(self.read)
            | u64::from(self.write) << 1
            | u64::from(self.execute) << 2
            | u64::from(self.accessed) << 8
            | u64::from(self.dirty) << 9
    }

    fn from_bits(bits: u64) -> Self {
        let bit = |bit: u32| bits >> bit & 1 != 0;
        Self { read: bit(0), write: bit(1), execute: bit(2), accessed: bit(8), dirty: bit(9) }
    }
}

/// What a private leaf says beside its frame: nothing.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Mapped;

impl Mapped {
    #[allow(clippy::unused_self)] // the same form as `Fields::bits`
    fn bits(self) -> u64 {
        7
    }

    fn from_bits(_bits: u64) -> Self {
        Self
    }
}

macro_rules! attributes {
    ($fields:ident) => {
        impl<L: Level> LeafFormat<$fields> for Word<L, true> {
            #[inline(always)]
            fn template(fields: &$fields) -> u64 {
                Self::LAYOUT.template | Self::RESERVED_ONES | fields.bits()
            }
            #[inline(always)]
            fn attributes(self) -> $fields {
                $fields::from_bits(self.0)
            }
        }
    };
}
attributes!(Fields);
attributes!(Mapped);

macro_rules! visible {
    ($table:ident, $space:ident, $fields:ident, $rule:ident) => {
        #[derive(Copy, Clone, Debug)]
        pub struct $table;
        impl Table for $table {
            const NAME: &'static str = stringify!($table);
            type Space = $space;
            type Geometry = Width;
            type Levels = LevelName;
        }
        impl Visible for $table {
            type Attributes = $fields;
            type Config = ();
            const ABSENT: u64 = 1 << 63;
            const FROZEN: u64 = 1 << 63 | 0x5a0;
            const LIVE_RULE: LiveRule = LiveRule::$rule;
            #[inline(always)]
            fn at_root<V: RootVisitor<Self>>(geometry: Width, visitor: V) -> V::Output {
                match geometry {
                    Width::Bits48 => visitor.visit::<Pml4>(),
                    Width::Bits52 => visitor.visit::<Pml5>(),
                }
            }
        }
        impl AddressOf<$table> for Address<$space> {
            fn address(self) -> Self {
                self
            }
        }
        visible!(@level $table Pml5 Pml4 Bottom false true NoEntry, Word<Pml5, false>);
        visible!(@level $table Pml4 Pdpt Pml5 false true NoEntry, Word<Pml4, false>);
        visible!(@level $table Pdpt Pd Pml4 false true NoEntry, Word<Pdpt, false>);
        visible!(@level $table Pd Pt Pdpt true true Word<Pd, true>, Word<Pd, false>);
        visible!(@level $table Pt Bottom Pd true false Word<Pt, true>, NoEntry);
        impl LeafLevelOf<$table> for Pd {}
        impl LeafLevelOf<$table> for Pt {}
        impl TableLevelOf<$table> for Pml5 {}
        impl TableLevelOf<$table> for Pml4 {}
        impl TableLevelOf<$table> for Pdpt {}
        impl TableLevelOf<$table> for Pd {}
        impl PageOf<$table, Pd> for Page<$space, Pd> {
            fn into_frame(self) -> Hpa {
                self.into_frame()
            }
        }
        impl PageOf<$table, Pt> for Page<$space, Pt> {
            fn into_frame(self) -> Hpa {
                self.into_frame()
            }
        }
    };
    (@level $table:ident $level:ident $below:ident $above:ident $leaves:literal $tables:literal $leaf:ty, $subtable:ty) => {
        impl LevelOf<$table> for $level {
            type Below = $below;
            type Above = $above;
            type Leaf = $leaf;
            type Subtable = $subtable;
            const LEVEL: LevelName = LevelName::$level;
            const LINK: u64 = 1 << 63 | 7;
            #[inline(always)]
            fn decode(raw: u64) -> Entry<$leaf, $subtable> {
                if raw & 7 == 0 {
                    if raw == $table::FROZEN { Entry::Frozen } else { Entry::Absent(Absent::new(raw)) }
                } else if $leaves && (!$tables || raw & 0x80 != 0) {
                    Entry::Leaf(<$leaf>::from_bits(raw))
                } else {
                    Entry::Subtable(<$subtable>::from_bits(raw))
                }
            }
        }
    };
}

visible!(SharedSample, Shared, Fields, InPlace);
visible!(PrivateSample, Private, Mapped, InPlace);
visible!(BreakSample, Shared, Fields, BreakBeforeMake);

impl Direct for SharedSample {}
impl Aged for SharedSample {}
impl DirtyLogged for SharedSample {}
impl UsedByCpu for SharedSample {
    type Stage = Invept;
}

/// [`BreakSample`] is like [`SharedSample`], but for its live rule.
impl Direct for BreakSample {}
impl UsedByCpu for BreakSample {
    type Stage = TlbiIpa;
}

/// The table that the private one propagates to: no read or write API.
#[derive(Copy, Clone, Debug)]
pub struct ProtectedSample;
impl Table for ProtectedSample {
    const NAME: &'static str = "ProtectedSample";
    type Space = Private;
    type Geometry = Width;
    type Levels = LevelName;
}
impl Propagating for PrivateSample {
    type Protected = ProtectedSample;
}

/// What a monitor does for [`PrivateSample`].
pub trait SampleHooks {
    fn link(&self, at: &Frozen<PrivateSample>, table: &TablePage<Protected>) -> Result<(), Refusal<LevelName>>;
    fn add(&self, at: &Frozen<PrivateSample>, page: Hpa, source: Hpa) -> Result<(), Refusal<LevelName>>;
    fn map(&self, at: &Frozen<PrivateSample>, page: Hpa) -> Result<(), Refusal<LevelName>>;
    fn block(&self, at: &Frozen<PrivateSample, Occupied>) -> Result<(), Refusal<LevelName>>;
    fn unblock(&self, at: &Tracked<PrivateSample>) -> Result<(), Refusal<LevelName>>;
    fn track(&self) -> Result<(), Refusal<LevelName>>;
    fn remove(&self, at: &Tracked<PrivateSample>) -> Result<(), Refusal<LevelName>>;
    fn unlink(&self, at: &Drained<PrivateSample>) -> Release<PrivateSample>;
    fn split(&self, at: &Tracked<PrivateSample>, table: &Filled<PrivateSample>) -> Result<(), Refusal<LevelName>>;
    fn merge(&self, at: &Tracked<PrivateSample>) -> Release<PrivateSample>;
    fn reclaim(&self, page: Hpa) -> Result<(), Refusal<LevelName>>;
}

macro_rules! role {
    ($role:ident $method:ident [$($level:ident)*] -> $answer:ident $($argument:ident: $type:ty),*) => {
        impl<H: SampleHooks> hook::$role<H> for PrivateSample {
            const LEVELS: &'static [LevelName] = &[$(LevelName::$level),*];
            fn $method(hooks: &H, $($argument: $type),*) -> $answer<Self> {
                hooks.$method($($argument),*).map(Into::into)
            }
        }
    };
}
role!(Link link [Pml5 Pml4 Pdpt Pd] -> Answer at: &Frozen<Self>, table: &TablePage<Protected>);
role!(Add add [Pt] -> Answer at: &Frozen<Self>, page: Hpa, source: Hpa);
impl hook::AddLevelOf<PrivateSample> for Pt {}
role!(Map map [Pd Pt] -> Answer at: &Frozen<Self>, page: Hpa);
role!(Block block [Pml5 Pml4 Pdpt Pd Pt] -> Answer at: &Frozen<Self, Occupied>);
role!(Unblock unblock [Pml5 Pml4 Pdpt Pd Pt] -> Answer at: &Tracked<Self>);
role!(Remove remove [Pd Pt] -> Answer at: &Tracked<Self>);
role!(Unlink unlink [Pml5 Pml4 Pdpt Pd] -> Release at: &Drained<Self>);
role!(Split split [Pd] -> Answer at: &Tracked<Self>, table: &Filled<Self>);
role!(Merge merge [Pd] -> Release at: &Tracked<Self>);
impl<H: SampleHooks> hook::Track<H> for PrivateSample {
    fn track(hooks: &H) -> Answer<Self> {
        hooks.track()
    }
}
impl<H: SampleHooks> hook::Reclaim<H> for PrivateSample {
    fn reclaim(hooks: &H, page: Hpa) -> Answer<Self> {
        hooks.reclaim(page)
    }
}

/// Both tables.
#[derive(Copy, Clone, Debug)]
pub struct Sample;
impl crate::table::Pair for Sample {
    const NAME: &'static str = "sample";
    type Geometry = Width;
    type Shared = SharedSample;
    type Private = PrivateSample;
}
