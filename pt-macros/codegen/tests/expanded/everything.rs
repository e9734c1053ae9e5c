/// Names that the emitted code must not trip over.
///
/// | level | address bits | entries | an entry |
/// |---|---|---|---|
/// | [`Large`](everything::Large) | 41:30 | 4096 | points to a table |
/// | [`Middle`](everything::Middle) | 29:21 | 512 | maps 2 MiB, or points to a table |
/// | [`Small`](everything::Small) | 20:12 | 512 | maps 4 KiB |
///
/// | [`Ipa`](everything::Ipa) | input addresses | root | shared if | tables of the root |
/// |---|---|---|---|---|
/// | `FromMiddle` | 24 to 30 bits, zero-extended | [`Middle`](everything::Middle) | the topmost bit is 1 | 1 to 2 |
/// | `FromLarge` | 31 to 42 bits, zero-extended | [`Large`](everything::Large) | the topmost bit is 0 | 1 |
/// | `Fixed` | 40 bits, zero-extended | [`Large`](everything::Large) | bit 39 is 1 | 2 |
///
/// | table | translates | entries | flushed by |
/// |---|---|---|---|
/// | [`Mirror`](everything::Mirror) | private guest-physical addresses | [`Nothing`](everything::Nothing), [`Leaf`](everything::Leaf), [`Subtable`](everything::Subtable) | - |
/// | [`Open`](everything::Open) | shared guest-physical addresses | [`Nothing`](everything::Nothing), [`Leaf`](everything::Leaf), [`Subtable`](everything::Subtable) | `TlbiIpa` |
/// | [`Guarded`](everything::Guarded) | private guest-physical addresses | [`Nothing`](everything::Nothing), [`Leaf`](everything::Leaf), [`Subtable`](everything::Subtable) | - |
/// | [`Owners`](everything::Owners) | nothing: it is indexed by frame | [`Owner`](everything::Owner) | - |
/// | [`Flat`](everything::Flat) | private guest-physical addresses | [`Owner`](everything::Owner) | - |
pub mod everything {
    use ::engine::flush::TlbiIpa;
    use ::engine::hook::{Drained, Frozen, Occupied, Outcome, Tracked};
    use ::engine::{Bits, Hpa, Protected, RawGpa, TablePage};
    mod core {}
    mod engine {}
    struct Option;
    struct Some;
    struct None;
    trait Default {}
    trait Into {}
    /// A type that is not the declaration's.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Own(u64);
    impl Own {
        /// The lowest value.
        pub const LOWEST: Self = Self(1);
        /// Takes the field.
        #[must_use]
        pub const fn from_bits(value: u64) -> Self {
            Self(value)
        }
        /// Gives the field.
        #[must_use]
        pub const fn into_bits(self) -> u64 {
            self.0
        }
    }
    /// The levels, root first.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum Level {
        /// Indexed by address bits 41:30. Entries point to a table; 1 GiB lie behind each.
        Large,
        /// Indexed by address bits 29:21. Entries map a page or point to a table; 2 MiB lie behind each.
        Middle,
        /// Indexed by address bits 20:12. Entries map a page; 4 KiB lie behind each.
        Small,
    }
    impl ::engine::Levels for Level {
        const ALL: &'static [Self] = &[Self::Small, Self::Middle, Self::Large];
        fn number(self) -> u8 {
            2 - self as u8
        }
        fn shift(self) -> u32 {
            match self {
                Self::Large => 30,
                Self::Middle => 21,
                Self::Small => 12,
            }
        }
        fn name(self) -> &'static str {
            match self {
                Self::Large => "Large",
                Self::Middle => "Middle",
                Self::Small => "Small",
            }
        }
    }
    /// Level `Large`, as a type. Indexed by address bits 41:30. Entries point to a table; 1 GiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Large {}
    impl ::engine::Level for Large {
        const NAME: &'static str = "Large";
        const NUMBER: u8 = 2;
        const SHIFT: u32 = 30;
        const INDEX_BITS: u32 = 12;
    }
    /// Level `Middle`, as a type. Indexed by address bits 29:21. Entries map a page or point to a table; 2 MiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Middle {}
    impl ::engine::Level for Middle {
        const NAME: &'static str = "Middle";
        const NUMBER: u8 = 1;
        const SHIFT: u32 = 21;
        const INDEX_BITS: u32 = 9;
    }
    /// Level `Small`, as a type. Indexed by address bits 20:12. Entries map a page; 4 KiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Small {}
    impl ::engine::Level for Small {
        const NAME: &'static str = "Small";
        const NUMBER: u8 = 0;
        const SHIFT: u32 = 12;
        const INDEX_BITS: u32 = 9;
    }
    /// The shape of the address space, chosen at run time.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    #[allow(dead_code)]
    pub enum Ipa {
        /// 24 to 30-bit addresses, with the root at `Middle`. An address is shared if the topmost bit is 1.
        FromMiddle {
            /// The width of input addresses, in bits.
            width: u32,
        },
        /// 31 to 42-bit addresses, with the root at `Large`. An address is shared if the topmost bit is 0.
        FromLarge {
            /// The width of input addresses, in bits.
            width: u32,
        },
        /// 40-bit addresses, with the root at `Large`. An address is shared if bit 39 is 1.
        Fixed,
    }
    impl ::engine::Geometry for Ipa {
        const EXTENSION: ::engine::geometry::Extension = ::engine::geometry::Extension::Zero;
        #[inline]
        fn width(self) -> u32 {
            match self {
                Self::FromMiddle { width } => {
                    if width < 24 { 24 } else if width > 30 { 30 } else { width }
                }
                Self::FromLarge { width } => {
                    if width < 31 { 31 } else if width > 42 { 42 } else { width }
                }
                Self::Fixed => 40,
            }
        }
        #[inline]
        fn root_tables(self) -> u32 {
            match self {
                Self::FromMiddle { .. } => {
                    match ::engine::Geometry::width(self) {
                        width if width > 30 => 1 << (width - 30),
                        _ => 1,
                    }
                }
                Self::FromLarge { .. } => 1,
                Self::Fixed => 2,
            }
        }
    }
    impl ::engine::Split for Ipa {
        #[inline]
        fn split_mask(self) -> u64 {
            match self {
                Self::FromMiddle { .. } | Self::FromLarge { .. } => {
                    1 << (::engine::Geometry::width(self) - 1)
                }
                Self::Fixed => 1 << 39,
            }
        }
        #[inline]
        fn shared_value(self) -> u64 {
            match self {
                Self::FromMiddle { .. } | Self::Fixed { .. } => {
                    ::engine::Split::split_mask(self)
                }
                _ => 0,
            }
        }
    }
    /// The values of a field.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum Both {
        /// Value 0.
        No = 0,
        /// Value 1.
        Yes = 1,
    }
    impl Both {
        /// The value with this number, if it has a name.
        #[inline]
        #[must_use]
        pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                0 => ::core::option::Option::Some(Self::No),
                1 => ::core::option::Option::Some(Self::Yes),
                _ => ::core::option::Option::None,
            }
        }
        /// The number.
        #[inline]
        #[must_use]
        pub const fn into_bits(self) -> u64 {
            self as u64
        }
    }
    /// The values of a field.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum Few {
        /// Value 1.
        First = 1,
        /// Value 9.
        Second = 9,
    }
    impl Few {
        /// The value with this number, if it has a name.
        #[inline]
        #[must_use]
        pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                1 => ::core::option::Option::Some(Self::First),
                9 => ::core::option::Option::Some(Self::Second),
                _ => ::core::option::Option::None,
            }
        }
        /// The number.
        #[inline]
        #[must_use]
        pub const fn into_bits(self) -> u64 {
            self as u64
        }
    }
    /// | bits | `Large`, `Middle`, `Small` |
    /// |---|---|
    /// | 63 | reserved (1) |
    /// | 62:48 | ignored |
    /// | 47:12 | `payload` |
    /// | 11:1 | ignored |
    /// | 0 | `valid` = 0 |
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct Nothing<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for Nothing<L>
    where
        Self: ::engine::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::engine::HasLayout>::LAYOUT.debug("Nothing", self.bits, f)
        }
    }
    impl ::engine::HasLayout for Nothing<Large> {
        const LAYOUT: ::engine::Layout = ::engine::Layout {
            fields: &[
                ::engine::FieldInfo::tag("valid", 0x1),
                ::engine::FieldInfo::ignored("", 0x7fff_0000_0000_0ffe),
                ::engine::FieldInfo::value("payload", 0xffff_ffff_f000),
                ::engine::FieldInfo::reserved("", 0x8000_0000_0000_0000),
            ],
            frame: 0x0,
            hardware: 0x0,
            reserved: 0x8000_0000_0000_0000,
            reserved_ones: 0x8000_0000_0000_0000,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_0000,
        };
    }
    impl ::engine::HasLayout for Nothing<Middle> {
        const LAYOUT: ::engine::Layout = <Nothing<Large> as ::engine::HasLayout>::LAYOUT;
    }
    impl ::engine::HasLayout for Nothing<Small> {
        const LAYOUT: ::engine::Layout = <Nothing<Large> as ::engine::HasLayout>::LAYOUT;
    }
    impl<L> Nothing<L>
    where
        Self: ::engine::HasLayout,
    {
        /// Takes a raw word as an entry of this format.
        #[inline(always)]
        pub const fn from_bits(bits: u64) -> Self {
            Self {
                bits,
                level: ::core::marker::PhantomData,
            }
        }
        /// The raw word.
        #[inline(always)]
        #[must_use]
        pub const fn bits(self) -> u64 {
            self.bits
        }
        /// A new entry: the declared defaults and the bits that must be one.
        #[inline]
        pub const fn new() -> Self {
            Self::from_bits(<Self as ::engine::HasLayout>::LAYOUT.template)
        }
        /// Bits 47:12.
        #[inline]
        #[must_use]
        pub const fn payload(self) -> Bits<36> {
            <Bits<36>>::from_bits((self.bits >> 12 & 0x000f_ffff_ffff))
        }
        /// The entry with this `payload`.
        #[inline]
        pub const fn with_payload(self, payload: Bits<36>) -> Self {
            Self::from_bits(self.bits & !0xffff_ffff_f000 | (payload.into_bits() << 12))
        }
    }
    impl<L: ::engine::Level> ::engine::EntryFormat for Nothing<L>
    where
        Self: ::engine::HasLayout,
    {
        #[inline(always)]
        fn from_bits(raw: u64) -> Self {
            Self::from_bits(raw)
        }
        #[inline(always)]
        fn bits(self) -> u64 {
            self.bits
        }
        #[inline(always)]
        fn access(self) -> ::engine::format::Access {
            use ::engine::format::Access;
            Access::NONE
        }
    }
    /// | bits | `Middle` (2 MiB) | `Small` (4 KiB) |
    /// |---|---|---|
    /// | 63 | reserved (1) | reserved (1) |
    /// | 62 | `one`, reserved (1) | `one`, reserved (1) |
    /// | 61:60 | 3:2 of `own` | 3:2 of `own` |
    /// | 59:58 | `free`, software | `free`, software |
    /// | 57:56 | 1:0 of `own` | 1:0 of `own` |
    /// | 55:48 | `byte` | `byte` |
    /// | 47:21 | `frame` | `frame` |
    /// | 20:12 | reserved (0) | `frame` |
    /// | 11:8 | `frame` | `frame` |
    /// | 7 | `both` | `moved` |
    /// | 6 | `moved` | ignored |
    /// | 5 | 0 of `swapped`, software | 0 of `swapped`, software |
    /// | 4 | 1 of `swapped`, software | 1 of `swapped`, software |
    /// | 3 | `odd`, set by the CPU | `odd`, set by the CPU |
    /// | 2 | `user_execute` | `user_execute` |
    /// | 1 | `kind` = 0 | `kind` = 1 |
    /// | 0 | `valid` | `valid` |
    ///
    /// An entry is present if `valid` is set. In the frame, bits 47:12 hold address bits 47:12 and bits 11:8 hold address bits 51:48. `both` is one of [`Both`]: 0 `No`, 1 `Yes`. In a new entry, `both` is `Yes`, `byte` is 127 and `own` is `LOWEST`.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct Leaf<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for Leaf<L>
    where
        Self: ::engine::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::engine::HasLayout>::LAYOUT.debug("Leaf", self.bits, f)
        }
    }
    impl ::engine::HasLayout for Leaf<Middle> {
        const LAYOUT: ::engine::Layout = ::engine::Layout {
            fields: &[
                ::engine::FieldInfo::value("valid", 0x1),
                ::engine::FieldInfo::tag("kind", 0x2),
                ::engine::FieldInfo::value("user_execute", 0x4),
                ::engine::FieldInfo::hardware("odd", 0x8),
                ::engine::FieldInfo::software("swapped", 0x30),
                ::engine::FieldInfo::value("moved", 0x40),
                ::engine::FieldInfo::value("both", 0x80),
                ::engine::FieldInfo::frame("frame", 0xffff_ffe0_0f00),
                ::engine::FieldInfo::reserved("", 0x001f_f000),
                ::engine::FieldInfo::value("byte", 0x00ff_0000_0000_0000),
                ::engine::FieldInfo::value("own", 0x3300_0000_0000_0000),
                ::engine::FieldInfo::software("free", 0x0c00_0000_0000_0000),
                ::engine::FieldInfo::reserved("one", 0x4000_0000_0000_0000),
                ::engine::FieldInfo::reserved("", 0x8000_0000_0000_0000),
            ],
            frame: 0xffff_ffe0_0f00,
            hardware: 0x8,
            reserved: 0xc000_0000_001f_f000,
            reserved_ones: 0xc000_0000_0000_0000,
            accessed: 0x8,
            dirty: 0x0,
            template: 0xc07f_0000_0000_0081
                | (((<Own>::LOWEST.into_bits() << 56) & 0x0300_0000_0000_0000)
                    | ((<Own>::LOWEST.into_bits() << 58) & 0x3000_0000_0000_0000)),
        };
    }
    impl ::engine::HasLayout for Leaf<Small> {
        const LAYOUT: ::engine::Layout = ::engine::Layout {
            fields: &[
                ::engine::FieldInfo::value("valid", 0x1),
                ::engine::FieldInfo::tag("kind", 0x2),
                ::engine::FieldInfo::value("user_execute", 0x4),
                ::engine::FieldInfo::hardware("odd", 0x8),
                ::engine::FieldInfo::software("swapped", 0x30),
                ::engine::FieldInfo::ignored("", 0x40),
                ::engine::FieldInfo::value("moved", 0x80),
                ::engine::FieldInfo::frame("frame", 0xffff_ffff_ff00),
                ::engine::FieldInfo::value("byte", 0x00ff_0000_0000_0000),
                ::engine::FieldInfo::value("own", 0x3300_0000_0000_0000),
                ::engine::FieldInfo::software("free", 0x0c00_0000_0000_0000),
                ::engine::FieldInfo::reserved("one", 0x4000_0000_0000_0000),
                ::engine::FieldInfo::reserved("", 0x8000_0000_0000_0000),
            ],
            frame: 0xffff_ffff_ff00,
            hardware: 0x8,
            reserved: 0xc000_0000_0000_0000,
            reserved_ones: 0xc000_0000_0000_0002,
            accessed: 0x8,
            dirty: 0x0,
            template: 0xc07f_0000_0000_0003
                | (((<Own>::LOWEST.into_bits() << 56) & 0x0300_0000_0000_0000)
                    | ((<Own>::LOWEST.into_bits() << 58) & 0x3000_0000_0000_0000)),
        };
    }
    impl<L> Leaf<L>
    where
        Self: ::engine::HasLayout,
    {
        /// Takes a raw word as an entry of this format.
        #[inline(always)]
        pub const fn from_bits(bits: u64) -> Self {
            Self {
                bits,
                level: ::core::marker::PhantomData,
            }
        }
        /// The raw word.
        #[inline(always)]
        #[must_use]
        pub const fn bits(self) -> u64 {
            self.bits
        }
        /// A new entry with the declared defaults, or `None` if the frame is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn new(frame: ::engine::Hpa) -> ::core::option::Option<Self> {
            Self::from_bits(<Self as ::engine::HasLayout>::LAYOUT.template)
                .with_frame(frame)
        }
        /// Bit 0.
        #[inline]
        #[must_use]
        pub const fn valid(self) -> bool {
            self.bits & 0x1 != 0
        }
        /// The entry with this `valid`.
        #[inline]
        pub const fn with_valid(self, valid: bool) -> Self {
            Self::from_bits(self.bits & !0x1 | (valid as u64))
        }
        /// Bit 2.
        #[inline]
        #[must_use]
        pub const fn user_execute(self) -> bool {
            self.bits & 0x4 != 0
        }
        /// The entry with this `user_execute`.
        #[inline]
        pub const fn with_user_execute(self, user_execute: bool) -> Self {
            Self::from_bits(self.bits & !0x4 | ((user_execute as u64) << 2))
        }
        /// Bit 3, written by the CPU.
        #[inline]
        #[must_use]
        pub const fn odd(self) -> bool {
            self.bits & 0x8 != 0
        }
        /// The entry with this `odd`.
        #[inline]
        pub const fn with_odd(self, odd: bool) -> Self {
            Self::from_bits(self.bits & !0x8 | ((odd as u64) << 3))
        }
        /// Bits 4, 5 (highest first), free for software.
        #[inline]
        #[must_use]
        pub const fn swapped(self) -> Bits<2> {
            <Bits<
                2,
            >>::from_bits(((self.bits >> 5 & 0x1) | ((self.bits >> 4 & 0x1) << 1)))
        }
        /// The entry with this `swapped`.
        #[inline]
        pub const fn with_swapped(self, swapped: Bits<2>) -> Self {
            Self::from_bits(
                self.bits & !0x30
                    | (((swapped.into_bits() << 5) & 0x20)
                        | ((swapped.into_bits() << 3) & 0x10)),
            )
        }
        /// Bits 11:8, 47:12 (highest first): the frame.
        #[inline]
        #[must_use]
        pub const fn frame(self) -> Hpa {
            ::engine::Hpa::new(
                (((self.bits & <Self as ::engine::HasLayout>::LAYOUT.frame) >> 12
                    & 0x000f_ffff_ffff)
                    | (((self.bits & <Self as ::engine::HasLayout>::LAYOUT.frame) >> 8
                        & 0xf) << 36)) << 12,
            )
        }
        /// The entry with this `frame`, or `None` if that is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn with_frame(self, frame: Hpa) -> ::core::option::Option<Self> {
            let mask = <Self as ::engine::HasLayout>::LAYOUT.frame;
            let frame = frame.as_u64();
            let bits = ((((frame >> 12) << 12) & 0xffff_ffff_f000)
                | (((frame >> 12) >> 28) & 0xf00)) & mask;
            let entry = Self::from_bits(self.bits & !mask | bits);
            if ((bits >> 12 & 0x000f_ffff_ffff) | ((bits >> 8 & 0xf) << 36)) << 12
                == frame
            {
                ::core::option::Option::Some(entry)
            } else {
                ::core::option::Option::None
            }
        }
        /// Bits 55:48.
        #[inline]
        #[must_use]
        pub const fn byte(self) -> u8 {
            (self.bits >> 48 & 0xff) as u8
        }
        /// The entry with this `byte`.
        #[inline]
        pub const fn with_byte(self, byte: u8) -> Self {
            Self::from_bits(self.bits & !0x00ff_0000_0000_0000 | ((byte as u64) << 48))
        }
        /// Bits 61:60, 57:56 (highest first).
        #[inline]
        #[must_use]
        pub const fn own(self) -> Own {
            <Own>::from_bits(((self.bits >> 56 & 0x3) | ((self.bits >> 60 & 0x3) << 2)))
        }
        /// The entry with this `own`.
        #[inline]
        pub const fn with_own(self, own: Own) -> Self {
            Self::from_bits(
                self.bits & !0x3300_0000_0000_0000
                    | (((own.into_bits() << 56) & 0x0300_0000_0000_0000)
                        | ((own.into_bits() << 58) & 0x3000_0000_0000_0000)),
            )
        }
        /// Bits 59:58, free for software.
        #[inline]
        #[must_use]
        pub const fn free(self) -> Bits<2> {
            <Bits<2>>::from_bits((self.bits >> 58 & 0x3))
        }
        /// The entry with this `free`.
        #[inline]
        pub const fn with_free(self, free: Bits<2>) -> Self {
            Self::from_bits(
                self.bits & !0x0c00_0000_0000_0000 | (free.into_bits() << 58),
            )
        }
    }
    impl Leaf<Middle> {
        /// Bit 6 at this level.
        #[inline]
        #[must_use]
        pub const fn moved(self) -> bool {
            self.bits & 0x40 != 0
        }
        /// The entry with this `moved`.
        #[inline]
        pub const fn with_moved(self, moved: bool) -> Self {
            Self::from_bits(self.bits & !0x40 | ((moved as u64) << 6))
        }
        /// Bit 7.
        #[inline]
        #[must_use]
        pub const fn both(self) -> Both {
            match <Both>::from_bits((self.bits >> 7 & 0x1)) {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => <Both>::No,
            }
        }
        /// The entry with this `both`.
        #[inline]
        pub const fn with_both(self, both: Both) -> Self {
            Self::from_bits(self.bits & !0x80 | ((both.into_bits() << 7) & 0x80))
        }
    }
    impl Leaf<Small> {
        /// Bit 7 at this level.
        #[inline]
        #[must_use]
        pub const fn moved(self) -> bool {
            self.bits & 0x80 != 0
        }
        /// The entry with this `moved`.
        #[inline]
        pub const fn with_moved(self, moved: bool) -> Self {
            Self::from_bits(self.bits & !0x80 | ((moved as u64) << 7))
        }
    }
    impl<L: ::engine::Level> ::engine::EntryFormat for Leaf<L>
    where
        Self: ::engine::HasLayout,
    {
        #[inline(always)]
        fn from_bits(raw: u64) -> Self {
            Self::from_bits(raw)
        }
        #[inline(always)]
        fn bits(self) -> u64 {
            self.bits
        }
        #[inline(always)]
        fn access(self) -> ::engine::format::Access {
            use ::engine::format::Access;
            Access::READ
                .union(Access::WRITE)
                .union(Access::EXECUTE)
                .union(Access::USER)
                .union(Access::when(self.bits & 0x4 != 0, Access::USER_EXECUTE))
                .without(
                    Access::when(
                        self.bits & 0x8 != 0,
                        Access::WRITE.union(Access::EXECUTE),
                    ),
                )
        }
        const SCATTERED: bool = true;
        #[inline(always)]
        fn frame(self) -> ::engine::Hpa {
            let bits = self.bits & <Self as ::engine::EntryFormat>::FRAME;
            ::engine::Hpa::new(
                ((bits >> 12 & 0x000f_ffff_ffff) | ((bits >> 8 & 0xf) << 36)) << 12,
            )
        }
        #[inline(always)]
        fn frame_bits(frame: ::engine::Hpa) -> u64 {
            let frame = frame.as_u64();
            ((((frame >> 12) << 12) & 0xffff_ffff_f000)
                | (((frame >> 12) >> 28) & 0xf00))
                & <Self as ::engine::EntryFormat>::FRAME
        }
    }
    /// What a leaf of the format [`Leaf`] says beside its frame, the same at every level.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct LeafFields {
        /// See [`Leaf::user_execute`].
        pub user_execute: bool,
        /// See [`Leaf::odd`].
        pub odd: bool,
        /// See [`Leaf::swapped`].
        pub swapped: Bits<2>,
        /// See [`Leaf::moved`].
        pub moved: bool,
        /// See [`Leaf::both`].
        pub both: Both,
        /// See [`Leaf::byte`].
        pub byte: u8,
        /// See [`Leaf::own`].
        pub own: Own,
        /// See [`Leaf::free`].
        pub free: Bits<2>,
    }
    impl LeafFields {
        /// The attributes of a new leaf: the declared defaults.
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self {
                user_execute: false,
                odd: false,
                swapped: <Bits<2>>::from_bits(0),
                moved: false,
                both: <Both>::Yes,
                byte: 127,
                own: <Own>::LOWEST,
                free: <Bits<2>>::from_bits(0),
            }
        }
    }
    impl ::core::default::Default for LeafFields {
        #[inline]
        fn default() -> Self {
            Self::new()
        }
    }
    impl ::engine::LeafFormat<LeafFields> for Leaf<Middle> {
        #[inline(always)]
        fn attributes(self) -> LeafFields {
            LeafFields {
                user_execute: self.user_execute(),
                odd: self.odd(),
                swapped: self.swapped(),
                moved: self.moved(),
                both: self.both(),
                byte: self.byte(),
                own: self.own(),
                free: self.free(),
            }
        }
        #[inline(always)]
        fn template(attributes: &LeafFields) -> u64 {
            <Self as ::engine::HasLayout>::LAYOUT.template & !0x3fff_0000_0000_00fc
                | ((attributes.user_execute as u64) << 2)
                | ((attributes.odd as u64) << 3)
                | (((attributes.swapped.into_bits() << 5) & 0x20)
                    | ((attributes.swapped.into_bits() << 3) & 0x10))
                | ((attributes.moved as u64) << 6)
                | ((attributes.both.into_bits() << 7) & 0x80)
                | ((attributes.byte as u64) << 48)
                | (((attributes.own.into_bits() << 56) & 0x0300_0000_0000_0000)
                    | ((attributes.own.into_bits() << 58) & 0x3000_0000_0000_0000))
                | (attributes.free.into_bits() << 58)
        }
    }
    impl ::engine::LeafFormat<LeafFields> for Leaf<Small> {
        #[inline(always)]
        fn attributes(self) -> LeafFields {
            LeafFields {
                user_execute: self.user_execute(),
                odd: self.odd(),
                swapped: self.swapped(),
                moved: self.moved(),
                both: <Both>::Yes,
                byte: self.byte(),
                own: self.own(),
                free: self.free(),
            }
        }
        #[inline(always)]
        fn template(attributes: &LeafFields) -> u64 {
            <Self as ::engine::HasLayout>::LAYOUT.template & !0x3fff_0000_0000_00bc
                | ((attributes.user_execute as u64) << 2)
                | ((attributes.odd as u64) << 3)
                | (((attributes.swapped.into_bits() << 5) & 0x20)
                    | ((attributes.swapped.into_bits() << 3) & 0x10))
                | ((attributes.moved as u64) << 7) | ((attributes.byte as u64) << 48)
                | (((attributes.own.into_bits() << 56) & 0x0300_0000_0000_0000)
                    | ((attributes.own.into_bits() << 58) & 0x3000_0000_0000_0000))
                | (attributes.free.into_bits() << 58)
        }
    }
    /// | bits | `Large`, `Middle` |
    /// |---|---|
    /// | 63 | reserved (1) |
    /// | 62:54 | ignored |
    /// | 53:10 | `table` |
    /// | 9:2 | ignored |
    /// | 1 | `kind` = 1 |
    /// | 0 | `valid` |
    ///
    /// An entry is present if `valid` is set. In the frame, bits 53:10 hold address bits 55:12.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct Subtable<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for Subtable<L>
    where
        Self: ::engine::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::engine::HasLayout>::LAYOUT.debug("Subtable", self.bits, f)
        }
    }
    impl ::engine::HasLayout for Subtable<Large> {
        const LAYOUT: ::engine::Layout = ::engine::Layout {
            fields: &[
                ::engine::FieldInfo::value("valid", 0x1),
                ::engine::FieldInfo::tag("kind", 0x2),
                ::engine::FieldInfo::ignored("", 0x7fc0_0000_0000_03fc),
                ::engine::FieldInfo::frame("table", 0x003f_ffff_ffff_fc00),
                ::engine::FieldInfo::reserved("", 0x8000_0000_0000_0000),
            ],
            frame: 0x003f_ffff_ffff_fc00,
            hardware: 0x0,
            reserved: 0x8000_0000_0000_0000,
            reserved_ones: 0x8000_0000_0000_0002,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_0003,
        };
    }
    impl ::engine::HasLayout for Subtable<Middle> {
        const LAYOUT: ::engine::Layout = <Subtable<
            Large,
        > as ::engine::HasLayout>::LAYOUT;
    }
    impl<L> Subtable<L>
    where
        Self: ::engine::HasLayout,
    {
        /// Takes a raw word as an entry of this format.
        #[inline(always)]
        pub const fn from_bits(bits: u64) -> Self {
            Self {
                bits,
                level: ::core::marker::PhantomData,
            }
        }
        /// The raw word.
        #[inline(always)]
        #[must_use]
        pub const fn bits(self) -> u64 {
            self.bits
        }
        /// A new entry with the declared defaults, or `None` if the frame is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn new(frame: ::engine::Hpa) -> ::core::option::Option<Self> {
            Self::from_bits(<Self as ::engine::HasLayout>::LAYOUT.template)
                .with_table(frame)
        }
        /// Bit 0.
        #[inline]
        #[must_use]
        pub const fn valid(self) -> bool {
            self.bits & 0x1 != 0
        }
        /// The entry with this `valid`.
        #[inline]
        pub const fn with_valid(self, valid: bool) -> Self {
            Self::from_bits(self.bits & !0x1 | (valid as u64))
        }
        /// Bits 53:10: the frame.
        #[inline]
        #[must_use]
        pub const fn table(self) -> Hpa {
            ::engine::Hpa::new(
                ((self.bits & <Self as ::engine::HasLayout>::LAYOUT.frame) >> 10
                    & 0x0fff_ffff_ffff) << 12,
            )
        }
        /// The entry with this `table`, or `None` if that is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn with_table(self, frame: Hpa) -> ::core::option::Option<Self> {
            let mask = <Self as ::engine::HasLayout>::LAYOUT.frame;
            let frame = frame.as_u64();
            let bits = (((frame >> 12) << 10) & 0x003f_ffff_ffff_fc00) & mask;
            let entry = Self::from_bits(self.bits & !mask | bits);
            if (bits >> 10 & 0x0fff_ffff_ffff) << 12 == frame {
                ::core::option::Option::Some(entry)
            } else {
                ::core::option::Option::None
            }
        }
    }
    impl<L: ::engine::Level> ::engine::EntryFormat for Subtable<L>
    where
        Self: ::engine::HasLayout,
    {
        #[inline(always)]
        fn from_bits(raw: u64) -> Self {
            Self::from_bits(raw)
        }
        #[inline(always)]
        fn bits(self) -> u64 {
            self.bits
        }
        #[inline(always)]
        fn access(self) -> ::engine::format::Access {
            use ::engine::format::Access;
            Access::ALL
        }
        #[inline(always)]
        fn frame(self) -> ::engine::Hpa {
            let bits = self.bits & <Self as ::engine::EntryFormat>::FRAME;
            ::engine::Hpa::new((bits >> 10 & 0x0fff_ffff_ffff) << 12)
        }
        #[inline(always)]
        fn frame_bits(frame: ::engine::Hpa) -> u64 {
            let frame = frame.as_u64();
            (((frame >> 12) << 10) & 0x003f_ffff_ffff_fc00)
                & <Self as ::engine::EntryFormat>::FRAME
        }
    }
    /// | bits | `Small` (4 KiB) |
    /// |---|---|
    /// | 63:32 | ignored |
    /// | 31:16 | `color` |
    /// | 15:0 | `owner` |
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct Owner<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for Owner<L>
    where
        Self: ::engine::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::engine::HasLayout>::LAYOUT.debug("Owner", self.bits, f)
        }
    }
    impl ::engine::HasLayout for Owner<Small> {
        const LAYOUT: ::engine::Layout = ::engine::Layout {
            fields: &[
                ::engine::FieldInfo::value("owner", 0xffff),
                ::engine::FieldInfo::value("color", 0xffff_0000),
                ::engine::FieldInfo::ignored("", 0xffff_ffff_0000_0000),
            ],
            frame: 0x0,
            hardware: 0x0,
            reserved: 0x0,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x0,
        };
    }
    impl<L> Owner<L>
    where
        Self: ::engine::HasLayout,
    {
        /// Takes a raw word as an entry of this format.
        #[inline(always)]
        pub const fn from_bits(bits: u64) -> Self {
            Self {
                bits,
                level: ::core::marker::PhantomData,
            }
        }
        /// The raw word.
        #[inline(always)]
        #[must_use]
        pub const fn bits(self) -> u64 {
            self.bits
        }
        /// A new entry: the declared defaults and the bits that must be one.
        #[inline]
        pub const fn new() -> Self {
            Self::from_bits(<Self as ::engine::HasLayout>::LAYOUT.template)
        }
        /// Bits 15:0.
        #[inline]
        #[must_use]
        pub const fn owner(self) -> u16 {
            (self.bits & 0xffff) as u16
        }
        /// The entry with this `owner`.
        #[inline]
        pub const fn with_owner(self, owner: u16) -> Self {
            Self::from_bits(self.bits & !0xffff | (owner as u64))
        }
        /// Bits 31:16.
        #[inline]
        #[must_use]
        pub const fn color(self) -> u16 {
            (self.bits >> 16 & 0xffff) as u16
        }
        /// The entry with this `color`.
        #[inline]
        pub const fn with_color(self, color: u16) -> Self {
            Self::from_bits(self.bits & !0xffff_0000 | ((color as u64) << 16))
        }
    }
    impl<L: ::engine::Level> ::engine::EntryFormat for Owner<L>
    where
        Self: ::engine::HasLayout,
    {
        #[inline(always)]
        fn from_bits(raw: u64) -> Self {
            Self::from_bits(raw)
        }
        #[inline(always)]
        fn bits(self) -> u64 {
            self.bits
        }
        #[inline(always)]
        fn access(self) -> ::engine::format::Access {
            use ::engine::format::Access;
            Access::ALL
        }
    }
    /// | bits | `Operand` |
    /// |---|---|
    /// | 63 | `last` |
    /// | 62 | reserved (1) |
    /// | 61 | ignored |
    /// | 60 | `nothing`, ignored |
    /// | 59:56 | `few` |
    /// | 55:48 | `guest` |
    /// | 47:12 | `page` |
    /// | 11:6 | `own` |
    /// | 5 | 0 of `swapped` |
    /// | 4 | 1 of `swapped` |
    /// | 3 | reserved (0) |
    /// | 2 | `one`, reserved (1) |
    /// | 1 | `both` |
    /// | 0 | `odd` |
    ///
    /// In the frame, bits 55:48 hold address bits 28:21. `both` is one of [`Both`]: 0 `No`, 1 `Yes`. `few` is one of [`Few`]: 1 `First`, 9 `Second`. In a new entry, `both` is `Yes`, `own` is 5 and `few` is `Second`.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct Operand(u64);
    impl Operand {
        /// The bits that must have one value.
        pub const RESERVED: u64 = 0x4000_0000_0000_000c;
        /// Those of the reserved bits that must be one.
        pub const RESERVED_ONES: u64 = 0x4000_0000_0000_0004;
        /// The declared defaults, and the bits that must be one.
        #[inline]
        pub const fn new() -> Self {
            Self(0x4900_0000_0000_0146)
        }
        /// Takes a word as it is.
        #[inline(always)]
        pub const fn from_bits(bits: u64) -> Self {
            Self(bits)
        }
        /// Takes a word whose reserved bits are what they must be.
        ///
        /// # Errors
        /// The reserved bits that are not.
        #[inline]
        pub const fn try_from_bits(
            bits: u64,
        ) -> ::core::result::Result<Self, ::engine::ReservedBits> {
            match ::engine::ReservedBits::check(
                "Operand",
                bits,
                Self::RESERVED,
                Self::RESERVED_ONES,
            ) {
                ::core::result::Result::Ok(()) => ::core::result::Result::Ok(Self(bits)),
                ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
            }
        }
        /// The word.
        #[inline(always)]
        #[must_use]
        pub const fn bits(self) -> u64 {
            self.0
        }
        /// Bit 0.
        #[inline]
        #[must_use]
        pub const fn odd(self) -> bool {
            self.0 & 0x1 != 0
        }
        /// The register with this `odd`.
        #[inline]
        pub const fn with_odd(self, odd: bool) -> Self {
            Self(self.0 & !0x1 | (odd as u64))
        }
        /// Bit 1.
        #[inline]
        #[must_use]
        pub const fn both(self) -> Both {
            match <Both>::from_bits((self.0 >> 1 & 0x1)) {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => <Both>::No,
            }
        }
        /// The register with this `both`.
        #[inline]
        pub const fn with_both(self, both: Both) -> Self {
            Self(self.0 & !0x2 | ((both.into_bits() << 1) & 0x2))
        }
        /// Bits 4, 5 (highest first).
        #[inline]
        #[must_use]
        pub const fn swapped(self) -> Bits<2> {
            <Bits<2>>::from_bits(((self.0 >> 5 & 0x1) | ((self.0 >> 4 & 0x1) << 1)))
        }
        /// The register with this `swapped`.
        #[inline]
        pub const fn with_swapped(self, swapped: Bits<2>) -> Self {
            Self(
                self.0 & !0x30
                    | (((swapped.into_bits() << 5) & 0x20)
                        | ((swapped.into_bits() << 3) & 0x10)),
            )
        }
        /// Bits 11:6.
        #[inline]
        #[must_use]
        pub const fn own(self) -> Own {
            <Own>::from_bits((self.0 >> 6 & 0x3f))
        }
        /// The register with this `own`.
        #[inline]
        pub const fn with_own(self, own: Own) -> Self {
            Self(self.0 & !0xfc0 | ((own.into_bits() << 6) & 0xfc0))
        }
        /// Bits 47:12.
        #[inline]
        #[must_use]
        pub const fn page(self) -> Hpa {
            let bits = self.0 & 0xffff_ffff_f000;
            <Hpa>::new(bits)
        }
        /// The register with this `page`, or `None` if it has bits that the field lacks.
        #[inline]
        #[must_use]
        pub const fn with_page(self, page: Hpa) -> ::core::option::Option<Self> {
            let frame = page.as_u64();
            let bits = frame & 0xffff_ffff_f000;
            let register = Self(self.0 & !0xffff_ffff_f000 | bits);
            if bits == frame {
                ::core::option::Option::Some(register)
            } else {
                ::core::option::Option::None
            }
        }
        /// Bits 55:48.
        #[inline]
        #[must_use]
        pub const fn guest(self) -> RawGpa {
            let bits = self.0 & 0x00ff_0000_0000_0000;
            <RawGpa>::new((bits >> 48 & 0xff) << 21)
        }
        /// The register with this `guest`, or `None` if it has bits that the field lacks.
        #[inline]
        #[must_use]
        pub const fn with_guest(self, guest: RawGpa) -> ::core::option::Option<Self> {
            let frame = guest.as_u64();
            let bits = (((frame >> 21) << 48) & 0x00ff_0000_0000_0000)
                & 0x00ff_0000_0000_0000;
            let register = Self(self.0 & !0x00ff_0000_0000_0000 | bits);
            if (bits >> 48 & 0xff) << 21 == frame {
                ::core::option::Option::Some(register)
            } else {
                ::core::option::Option::None
            }
        }
        /// Bits 59:56.
        #[inline]
        #[must_use]
        pub const fn few(self) -> ::core::option::Option<Few> {
            <Few>::from_bits((self.0 >> 56 & 0xf))
        }
        /// The register with this `few`.
        #[inline]
        pub const fn with_few(self, few: Few) -> Self {
            Self(
                self.0 & !0x0f00_0000_0000_0000
                    | ((few.into_bits() << 56) & 0x0f00_0000_0000_0000),
            )
        }
        /// Bit 63.
        #[inline]
        #[must_use]
        pub const fn last(self) -> bool {
            self.0 & (1 << 63) != 0
        }
        /// The register with this `last`.
        #[inline]
        pub const fn with_last(self, last: bool) -> Self {
            Self(self.0 & !(1 << 63) | ((last as u64) << 63))
        }
    }
    impl ::core::default::Default for Operand {
        fn default() -> Self {
            Self::new()
        }
    }
    impl ::core::fmt::Debug for Operand {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("Operand")
                .field("odd", &self.odd())
                .field("both", &self.both())
                .field("swapped", &self.swapped())
                .field("own", &self.own())
                .field("page", &self.page())
                .field("guest", &self.guest())
                .field("few", &self.few())
                .field("last", &self.last())
                .finish()
        }
    }
    /// Visible to the VMM, which may write it, used by no CPU. Its changes are propagated to [`Guarded`], then [`Owners`]. It belongs to the tests. Its entries: [`Nothing`], [`Leaf`], [`Subtable`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Mirror;
    impl ::engine::Table for Mirror {
        const NAME: &'static str = "Mirror";
        type Space = ::engine::space::Private;
        type Geometry = Ipa;
        type Levels = Level;
    }
    impl ::engine::AddressOf<Mirror> for ::engine::Address<::engine::space::Private> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    impl ::engine::Visible for Mirror {
        type Attributes = LeafFields;
        type Config = ();
        const ABSENT: u64 = 0x8000_0000_0000_0000;
        const FROZEN: u64 = 0x8b40_0000_0000_0000;
        const LIVE_RULE: ::engine::table::LiveRule = ::engine::table::LiveRule::BreakBeforeMake;
        #[inline(always)]
        fn at_root<V: ::engine::table::RootVisitor<Self>>(
            geometry: Self::Geometry,
            visitor: V,
        ) -> V::Output {
            match geometry {
                Self::Geometry::FromMiddle { .. } => {
                    match ::engine::Geometry::root_tables(geometry) {
                        1 => visitor.visit::<Middle>(),
                        _ => visitor.visit::<::engine::root::Concatenated<Middle, 1>>(),
                    }
                }
                Self::Geometry::FromLarge { .. } => visitor.visit::<Large>(),
                Self::Geometry::Fixed => {
                    visitor.visit::<::engine::root::Concatenated<Large, 1>>()
                }
            }
        }
    }
    impl ::engine::LevelOf<Mirror> for Large {
        type Below = Middle;
        type Above = ::engine::level::Bottom;
        type Leaf = ::engine::format::NoEntry;
        type Subtable = Subtable<Self>;
        const LEVEL: Level = Level::Large;
        #[inline(always)]
        fn decode(raw: u64) -> ::engine::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x1 != 0 {
                ::engine::Entry::Subtable(::engine::EntryFormat::from_bits(raw))
            } else {
                ::engine::Entry::vacant(raw, <Mirror as ::engine::Visible>::FROZEN)
            }
        }
    }
    impl ::engine::LevelOf<Mirror> for Middle {
        type Below = Small;
        type Above = Large;
        type Leaf = Leaf<Self>;
        type Subtable = Subtable<Self>;
        const LEVEL: Level = Level::Middle;
        #[inline(always)]
        fn decode(raw: u64) -> ::engine::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x1 != 0 {
                if raw & 0x2 == 0x0 {
                    ::engine::Entry::Leaf(::engine::EntryFormat::from_bits(raw))
                } else {
                    ::engine::Entry::Subtable(::engine::EntryFormat::from_bits(raw))
                }
            } else {
                ::engine::Entry::vacant(raw, <Mirror as ::engine::Visible>::FROZEN)
            }
        }
    }
    impl ::engine::LevelOf<Mirror> for Small {
        type Below = ::engine::level::Bottom;
        type Above = Middle;
        type Leaf = Leaf<Self>;
        type Subtable = ::engine::format::NoEntry;
        const LEVEL: Level = Level::Small;
        #[inline(always)]
        fn decode(raw: u64) -> ::engine::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x1 != 0 {
                ::engine::Entry::Leaf(::engine::EntryFormat::from_bits(raw))
            } else {
                ::engine::Entry::vacant(raw, <Mirror as ::engine::Visible>::FROZEN)
            }
        }
    }
    impl ::engine::LeafLevelOf<Mirror> for Middle {}
    impl ::engine::LeafLevelOf<Mirror> for Small {}
    impl ::engine::TableLevelOf<Mirror> for Large {}
    impl ::engine::TableLevelOf<Mirror> for Middle {}
    impl<L: ::engine::LeafLevelOf<Mirror>> ::engine::PageOf<Mirror, L>
    for ::engine::Page<::engine::space::Private, L> {
        #[inline(always)]
        fn into_frame(self) -> ::engine::Hpa {
            ::engine::Page::into_frame(self)
        }
    }
    impl ::engine::Propagating for Mirror {
        type Protected = Guarded;
    }
    /// Visible to the VMM, used by the CPU. Its entries: [`Nothing`], [`Leaf`], [`Subtable`]. Stale translations are dropped by `TlbiIpa`.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Open;
    impl ::engine::Table for Open {
        const NAME: &'static str = "Open";
        type Space = ::engine::space::Shared;
        type Geometry = Ipa;
        type Levels = Level;
    }
    impl ::engine::AddressOf<Open> for ::engine::Address<::engine::space::Shared> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    impl ::engine::Visible for Open {
        type Attributes = LeafFields;
        type Config = ();
        const ABSENT: u64 = 0x8000_0000_0000_0000;
        const FROZEN: u64 = 0x8b40_0000_0000_0000;
        #[inline(always)]
        fn at_root<V: ::engine::table::RootVisitor<Self>>(
            geometry: Self::Geometry,
            visitor: V,
        ) -> V::Output {
            match geometry {
                Self::Geometry::FromMiddle { .. } => {
                    match ::engine::Geometry::root_tables(geometry) {
                        1 => visitor.visit::<Middle>(),
                        _ => visitor.visit::<::engine::root::Concatenated<Middle, 1>>(),
                    }
                }
                Self::Geometry::FromLarge { .. } => visitor.visit::<Large>(),
                Self::Geometry::Fixed => {
                    visitor.visit::<::engine::root::Concatenated<Large, 1>>()
                }
            }
        }
    }
    impl ::engine::LevelOf<Open> for Large {
        type Below = Middle;
        type Above = ::engine::level::Bottom;
        type Leaf = ::engine::format::NoEntry;
        type Subtable = Subtable<Self>;
        const LEVEL: Level = Level::Large;
        #[inline(always)]
        fn decode(raw: u64) -> ::engine::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x1 != 0 {
                ::engine::Entry::Subtable(::engine::EntryFormat::from_bits(raw))
            } else {
                ::engine::Entry::vacant(raw, <Open as ::engine::Visible>::FROZEN)
            }
        }
    }
    impl ::engine::LevelOf<Open> for Middle {
        type Below = Small;
        type Above = Large;
        type Leaf = Leaf<Self>;
        type Subtable = Subtable<Self>;
        const LEVEL: Level = Level::Middle;
        #[inline(always)]
        fn decode(raw: u64) -> ::engine::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x1 != 0 {
                if raw & 0x2 == 0x0 {
                    ::engine::Entry::Leaf(::engine::EntryFormat::from_bits(raw))
                } else {
                    ::engine::Entry::Subtable(::engine::EntryFormat::from_bits(raw))
                }
            } else {
                ::engine::Entry::vacant(raw, <Open as ::engine::Visible>::FROZEN)
            }
        }
    }
    impl ::engine::LevelOf<Open> for Small {
        type Below = ::engine::level::Bottom;
        type Above = Middle;
        type Leaf = Leaf<Self>;
        type Subtable = ::engine::format::NoEntry;
        const LEVEL: Level = Level::Small;
        #[inline(always)]
        fn decode(raw: u64) -> ::engine::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x1 != 0 {
                ::engine::Entry::Leaf(::engine::EntryFormat::from_bits(raw))
            } else {
                ::engine::Entry::vacant(raw, <Open as ::engine::Visible>::FROZEN)
            }
        }
    }
    impl ::engine::LeafLevelOf<Open> for Middle {}
    impl ::engine::LeafLevelOf<Open> for Small {}
    impl ::engine::TableLevelOf<Open> for Large {}
    impl ::engine::TableLevelOf<Open> for Middle {}
    impl<L: ::engine::LeafLevelOf<Open>> ::engine::PageOf<Open, L>
    for ::engine::Page<::engine::space::Shared, L> {
        #[inline(always)]
        fn into_frame(self) -> ::engine::Hpa {
            ::engine::Page::into_frame(self)
        }
    }
    impl ::engine::Direct for Open {}
    impl ::engine::UsedByCpu for Open {
        type Stage = TlbiIpa;
    }
    impl ::engine::Aged for Open {}
    /// Invisible to the VMM, used by the CPU. Its entries: [`Nothing`], [`Leaf`], [`Subtable`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Guarded;
    impl ::engine::Table for Guarded {
        const NAME: &'static str = "Guarded";
        type Space = ::engine::space::Private;
        type Geometry = Ipa;
        type Levels = Level;
    }
    impl ::engine::AddressOf<Guarded> for ::engine::Address<::engine::space::Private> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    /// An array by physical address. Visible to the VMM, used by no CPU. Its entries: [`Owner`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Owners;
    impl ::engine::Table for Owners {
        const NAME: &'static str = "Owners";
        type Space = ::engine::space::Private;
        type Geometry = Ipa;
        type Levels = Level;
    }
    impl ::engine::AddressOf<Owners> for ::engine::Address<::engine::space::Private> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    /// An array by input address. Invisible to the VMM, used by no CPU. Its entries: [`Owner`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Flat;
    impl ::engine::Table for Flat {
        const NAME: &'static str = "Flat";
        type Space = ::engine::space::Private;
        type Geometry = Ipa;
        type Levels = Level;
    }
    impl ::engine::AddressOf<Flat> for ::engine::Address<::engine::space::Private> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    /// The pair of [`Open`] and [`Mirror`]: what routes, faults and conversions work on.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Everything;
    impl ::engine::table::Pair for Everything {
        const NAME: &'static str = "everything";
        type Geometry = Ipa;
        type Shared = Open;
        type Private = Mirror;
    }
    /// | state | points to | transitions |
    /// |---|---|---|
    /// | `Free` | nothing | → `Used` by `add`; → `Linked` by `link`; → `Linked` by `restore` of the monitor |
    /// | `Blocked` | nothing | → `Free` by `remove` after track, lossy; → `Used` by `resume` of the guest |
    /// | `Used` | page | → `Blocked` by `block` during run, teardown |
    /// | `Linked` | table | → `Free` by `unlink` |
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Life {
        /// Points to nothing, as in a new table.
        Free,
        /// Points to nothing; blocked.
        Blocked,
        /// Points to a page; a CPU translates through it.
        Used,
        /// Points to a table; a CPU translates through it.
        Linked,
    }
    impl ::engine::states::States for Life {
        type Method = MonitorMethod;
        type Phase = ::engine::states::PhaseName;
        type Levels = Level;
        const ALL: &'static [Self] = &[
            Self::Free,
            Self::Blocked,
            Self::Used,
            Self::Linked,
        ];
        const INITIAL: Self = Self::Free;
        const TRANSITIONS: &'static [::engine::states::Transition<
            Self,
            MonitorMethod,
        >] = {
            use ::engine::states::{PhaseName, Transition};
            use MonitorMethod as By;
            &[
                Transition::host(Self::Free, Self::Used, By::Add),
                Transition::host(Self::Free, Self::Linked, By::Link),
                Transition::monitor(Self::Free, Self::Linked, "restore"),
                Transition::host(Self::Blocked, Self::Free, By::Remove)
                    .after_track()
                    .lossy(),
                Transition::guest(Self::Blocked, Self::Used, "resume"),
                Transition::host(Self::Used, Self::Blocked, By::Block)
                    .during(&[PhaseName::Run, PhaseName::Teardown]),
                Transition::host(Self::Linked, Self::Free, By::Unlink),
            ]
        };
        fn name(self) -> &'static str {
            match self {
                Self::Free => "Free",
                Self::Blocked => "Blocked",
                Self::Used => "Used",
                Self::Linked => "Linked",
            }
        }
        fn shape(self) -> ::engine::states::Shape {
            match self {
                Self::Free | Self::Blocked => ::engine::states::Shape::Absent,
                Self::Used => ::engine::states::Shape::Leaf,
                Self::Linked => ::engine::states::Shape::Table,
            }
        }
        fn is_accessible(self) -> bool {
            ::core::matches!(self, Self::Used | Self::Linked)
        }
        fn is_blocked(self) -> bool {
            ::core::matches!(self, Self::Blocked)
        }
        #[inline]
        fn apply(self, raw: u64, level: Level) -> u64 {
            match level {
                Self::Levels::Large => {
                    match self {
                        Self::Linked => raw & !0x3 | 0x3,
                        Self::Free => raw & !0xffff_ffff_f001 | 0x0,
                        Self::Blocked => raw & !0xffff_ffff_f001 | 0x1000,
                        Self::Used => raw,
                    }
                }
                Self::Levels::Middle => {
                    match self {
                        Self::Linked => raw & !0x3 | 0x3,
                        Self::Free => raw & !0xffff_ffff_f001 | 0x0,
                        Self::Blocked => raw & !0xffff_ffff_f001 | 0x1000,
                        Self::Used => raw & !0x3 | 0x1,
                    }
                }
                Self::Levels::Small => {
                    match self {
                        Self::Linked => raw,
                        Self::Free => raw & !0xffff_ffff_f001 | 0x0,
                        Self::Blocked => raw & !0xffff_ffff_f001 | 0x1000,
                        Self::Used => raw & !0x3 | 0x3,
                    }
                }
            }
        }
        #[inline]
        fn decode(raw: u64, level: Level) -> ::core::option::Option<Self> {
            match level {
                Self::Levels::Large => {
                    if raw & 0x3 == 0x3 {
                        ::core::option::Option::Some(Self::Linked)
                    } else if raw & 0xffff_ffff_f001 == 0x0 {
                        ::core::option::Option::Some(Self::Free)
                    } else if raw & 0xffff_ffff_f001 == 0x1000 {
                        ::core::option::Option::Some(Self::Blocked)
                    } else {
                        ::core::option::Option::None
                    }
                }
                Self::Levels::Middle => {
                    if raw & 0x3 == 0x3 {
                        ::core::option::Option::Some(Self::Linked)
                    } else if raw & 0xffff_ffff_f001 == 0x0 {
                        ::core::option::Option::Some(Self::Free)
                    } else if raw & 0xffff_ffff_f001 == 0x1000 {
                        ::core::option::Option::Some(Self::Blocked)
                    } else if raw & 0x3 == 0x1 {
                        ::core::option::Option::Some(Self::Used)
                    } else {
                        ::core::option::Option::None
                    }
                }
                Self::Levels::Small => {
                    if raw & 0xffff_ffff_f001 == 0x0 {
                        ::core::option::Option::Some(Self::Free)
                    } else if raw & 0xffff_ffff_f001 == 0x1000 {
                        ::core::option::Option::Some(Self::Blocked)
                    } else if raw & 0x3 == 0x3 {
                        ::core::option::Option::Some(Self::Used)
                    } else {
                        ::core::option::Option::None
                    }
                }
            }
        }
    }
    /// The operations of `Guarded`.
    pub trait Monitor {
        /// Role: `add`. Answers: done, `partial`, `busy`, or fatal. Called before the entry is written.
        fn add(&self, at: &Frozen<Mirror>, page: Hpa, source: Hpa) -> Outcome<Add>;
        /// Role: `block`. Answers: done, or fatal. No translation survives it.
        fn block(&self, at: &Frozen<Mirror, Occupied>) -> Outcome<Block>;
        /// Role: `remove`. Answers: done, or fatal. Called after the entry is written. What the page held is lost.
        fn remove(&self, at: &Tracked<Mirror>) -> Outcome<Remove>;
        /// Role: `link`. Answers: done, `stopped`, or fatal.
        fn link(
            &self,
            at: &Frozen<Mirror>,
            table: &TablePage<Protected>,
        ) -> Outcome<Link>;
        /// Role: `unlink`. Answers: done, or fatal. At `Large` only.
        fn unlink(&self, at: &Drained<Mirror>) -> Outcome<Unlink>;
        /// Role: `track`. Answers: done, or fatal.
        fn track(&self) -> Outcome<Track>;
        /// Role: `other`. Answers: done, `incomplete`, or fatal.
        fn prepare(&self, page: Hpa) -> Outcome<Prepare>;
    }
    /// The methods of [`Monitor`], as values.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum MonitorMethod {
        /// [`Monitor::add`].
        Add,
        /// [`Monitor::block`].
        Block,
        /// [`Monitor::remove`].
        Remove,
        /// [`Monitor::link`].
        Link,
        /// [`Monitor::unlink`].
        Unlink,
        /// [`Monitor::track`].
        Track,
        /// [`Monitor::prepare`].
        Prepare,
    }
    impl MonitorMethod {
        /// The name of the method.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                Self::Add => "add",
                Self::Block => "block",
                Self::Remove => "remove",
                Self::Link => "link",
                Self::Unlink => "unlink",
                Self::Track => "track",
                Self::Prepare => "prepare",
            }
        }
    }
    /// What [`Monitor::add`] answers.
    pub enum Add {}
    impl ::engine::hook::Hook for Add {
        const NAME: &'static str = "add";
        const ORDER: ::core::option::Option<::engine::hook::Order> = ::core::option::Option::Some(
            ::engine::hook::Order::Before,
        );
        type Levels = Level;
        type Done = ();
        type Partial = ::engine::hook::Partial;
        type Busy = ::engine::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
    /// What [`Monitor::block`] answers.
    pub enum Block {}
    impl ::engine::hook::Hook for Block {
        const NAME: &'static str = "block";
        const FUSED: bool = true;
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::core::convert::Infallible;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
    /// What [`Monitor::remove`] answers.
    pub enum Remove {}
    impl ::engine::hook::Hook for Remove {
        const NAME: &'static str = "remove";
        const ORDER: ::core::option::Option<::engine::hook::Order> = ::core::option::Option::Some(
            ::engine::hook::Order::After,
        );
        const LOSSY: bool = true;
        type Levels = Level;
        type Done = u64;
        type Partial = ::core::convert::Infallible;
        type Busy = ::core::convert::Infallible;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
    /// What [`Monitor::link`] answers.
    pub enum Link {}
    impl ::engine::hook::Hook for Link {
        const NAME: &'static str = "link";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::core::convert::Infallible;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::engine::hook::Stopped<Level>;
    }
    /// What [`Monitor::unlink`] answers.
    pub enum Unlink {}
    impl ::engine::hook::Hook for Unlink {
        const NAME: &'static str = "unlink";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::core::convert::Infallible;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
    /// What [`Monitor::track`] answers.
    pub enum Track {}
    impl ::engine::hook::Hook for Track {
        const NAME: &'static str = "track";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::core::convert::Infallible;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
    /// What [`Monitor::prepare`] answers.
    pub enum Prepare {}
    impl ::engine::hook::Hook for Prepare {
        const NAME: &'static str = "prepare";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::core::convert::Infallible;
        type Incomplete = ::engine::hook::Incomplete;
        type Stopped = ::core::convert::Infallible;
    }
    impl<H: Monitor> ::engine::hook::Add<H> for Mirror {
        const LEVELS: &'static [Level] = &[Level::Small, Level::Middle];
        fn add(
            hooks: &H,
            at: &::engine::hook::Frozen<Self>,
            page: ::engine::Hpa,
            source: ::engine::Hpa,
        ) -> ::engine::hook::Answer<Self> {
            hooks.add(at, page, source).into_result().map(|_| ())
        }
    }
    impl ::engine::hook::AddLevelOf<Mirror> for Small {}
    impl ::engine::hook::AddLevelOf<Mirror> for Middle {}
    impl<H: Monitor> ::engine::hook::Block<H> for Mirror {
        const LEVELS: &'static [Level] = <Level as ::engine::Levels>::ALL;
        fn block(
            hooks: &H,
            at: &::engine::hook::Frozen<Self, ::engine::hook::Occupied>,
        ) -> ::engine::hook::Answer<Self> {
            hooks.block(at).into_result().map(|_| ())
        }
    }
    impl<H: Monitor> ::engine::hook::Remove<H> for Mirror {
        const LEVELS: &'static [Level] = &[Level::Small, Level::Middle];
        fn remove(
            hooks: &H,
            at: &::engine::hook::Tracked<Self>,
        ) -> ::engine::hook::Answer<Self> {
            hooks.remove(at).into_result().map(|_| ())
        }
    }
    impl<H: Monitor> ::engine::hook::Link<H> for Mirror {
        const LEVELS: &'static [Level] = &[Level::Middle, Level::Large];
        fn link(
            hooks: &H,
            at: &::engine::hook::Frozen<Self>,
            table: &::engine::TablePage<::engine::Protected>,
        ) -> ::engine::hook::Answer<Self> {
            hooks.link(at, table).into_result().map(|_| ())
        }
    }
    impl<H: Monitor> ::engine::hook::Unlink<H> for Mirror {
        const LEVELS: &'static [Level] = &[Level::Large];
        fn unlink(
            hooks: &H,
            at: &::engine::hook::Drained<Self>,
        ) -> ::engine::hook::Release<Self> {
            hooks.unlink(at).into_result().map(::core::convert::Into::into)
        }
    }
    impl<H: Monitor> ::engine::hook::Track<H> for Mirror {
        fn track(hooks: &H) -> ::engine::hook::Answer<Self> {
            hooks.track().into_result().map(|_| ())
        }
    }
    /// The operations of `Owners`.
    pub trait OwnerMonitor {
        /// Role: `other`. Answers: done, `busy`, or fatal. Called before the entry is written.
        fn give(&self, page: Hpa) -> Outcome<Give>;
    }
    /// The methods of [`OwnerMonitor`], as values.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum OwnerMonitorMethod {
        /// [`OwnerMonitor::give`].
        Give,
    }
    impl OwnerMonitorMethod {
        /// The name of the method.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                Self::Give => "give",
            }
        }
    }
    /// What [`OwnerMonitor::give`] answers.
    pub enum Give {}
    impl ::engine::hook::Hook for Give {
        const NAME: &'static str = "give";
        const ORDER: ::core::option::Option<::engine::hook::Order> = ::core::option::Option::Some(
            ::engine::hook::Order::Before,
        );
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::engine::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
}
