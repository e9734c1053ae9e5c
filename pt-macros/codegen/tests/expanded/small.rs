/// The types of the declaration `small`.
///
/// | level | address bits | entries | an entry |
/// |---|---|---|---|
/// | [`Only`](small::Only) | 20:12 | 512 | maps 4 KiB |
///
/// | [`Width`](small::Width) | input addresses | root |
/// |---|---|---|
/// | `Bits21` | 21 bits, zero-extended | [`Only`](small::Only) |
///
/// | table | translates | entries | flushed by |
/// |---|---|---|---|
/// | [`Table`](small::Table) | guest-physical addresses | [`Leaf`](small::Leaf) | - |
pub mod small {
    use pt_core::Hpa;
    /// The levels, root first.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum Level {
        /// Indexed by address bits 20:12. Entries map a page; 4 KiB lie behind each.
        Only,
    }
    impl ::pt_core::Levels for Level {
        const ALL: &'static [Self] = &[Self::Only];
        fn number(self) -> u8 {
            0 - self as u8
        }
        fn shift(self) -> u32 {
            match self {
                Self::Only => 12,
            }
        }
        fn name(self) -> &'static str {
            match self {
                Self::Only => "Only",
            }
        }
    }
    /// Level `Only`, as a type. Indexed by address bits 20:12. Entries map a page; 4 KiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Only {}
    impl ::pt_core::Level for Only {
        const NAME: &'static str = "Only";
        const NUMBER: u8 = 0;
        const SHIFT: u32 = 12;
        const INDEX_BITS: u32 = 9;
    }
    /// The shape of the address space, chosen at run time.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    #[allow(dead_code)]
    pub enum Width {
        /// 21-bit addresses, with the root at `Only`.
        Bits21,
    }
    impl ::pt_core::Geometry for Width {
        const EXTENSION: ::pt_core::geometry::Extension = ::pt_core::geometry::Extension::Zero;
        #[inline]
        fn width(self) -> u32 {
            match self {
                Self::Bits21 => 21,
            }
        }
    }
    impl ::pt_core::Whole for Width {
        type Space = ::pt_core::space::Guest;
    }
    /// A page.
    ///
    /// | bits | `Only` (4 KiB) |
    /// |---|---|
    /// | 63:52 | ignored |
    /// | 51:12 | `frame` |
    /// | 11:1 | ignored |
    /// | 0 | `valid` |
    ///
    /// An entry is present if `valid` is set.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct Leaf<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for Leaf<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("Leaf", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for Leaf<Only> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("valid", 0x1),
                ::pt_core::FieldInfo::ignored("", 0xfff0_0000_0000_0ffe),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffff_f000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x0,
            reserved: 0x0,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x1,
        };
    }
    impl<L> Leaf<L>
    where
        Self: ::pt_core::HasLayout,
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
        pub const fn new(frame: ::pt_core::Hpa) -> ::core::option::Option<Self> {
            Self::from_bits(<Self as ::pt_core::HasLayout>::LAYOUT.template)
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
        /// Bits 51:12: the frame.
        #[inline]
        #[must_use]
        pub const fn frame(self) -> Hpa {
            ::pt_core::Hpa::new(self.bits & <Self as ::pt_core::HasLayout>::LAYOUT.frame)
        }
        /// The entry with this `frame`, or `None` if that is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn with_frame(self, frame: Hpa) -> ::core::option::Option<Self> {
            let mask = <Self as ::pt_core::HasLayout>::LAYOUT.frame;
            let frame = frame.as_u64();
            let bits = frame & mask;
            let entry = Self::from_bits(self.bits & !mask | bits);
            if bits == frame {
                ::core::option::Option::Some(entry)
            } else {
                ::core::option::Option::None
            }
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for Leaf<L>
    where
        Self: ::pt_core::HasLayout,
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
        fn access(self) -> ::pt_core::format::Access {
            use ::pt_core::format::Access;
            Access::ALL
        }
    }
    /// What a leaf of the format [`Leaf`] says beside its frame, the same at every level.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct LeafFields {}
    impl LeafFields {
        /// The attributes of a new leaf: the declared defaults.
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self {}
        }
    }
    impl ::core::default::Default for LeafFields {
        #[inline]
        fn default() -> Self {
            Self::new()
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::LeafFormat<LeafFields> for Leaf<L>
    where
        Self: ::pt_core::HasLayout,
    {
        #[inline(always)]
        fn attributes(self) -> LeafFields {
            LeafFields {}
        }
        #[inline(always)]
        fn template(attributes: &LeafFields) -> u64 {
            let _ = attributes;
            <Self as ::pt_core::HasLayout>::LAYOUT.template
        }
    }
    /// Visible to the VMM, used by no CPU. Its entries: [`Leaf`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Table;
    impl ::pt_core::Table for Table {
        const NAME: &'static str = "Table";
        type Space = ::pt_core::space::Guest;
        type Geometry = Width;
        type Levels = Level;
    }
    impl ::pt_core::AddressOf<Table> for ::pt_core::Address<::pt_core::space::Guest> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    impl ::pt_core::Visible for Table {
        type Attributes = LeafFields;
        type Config = ();
        const ABSENT: u64 = 0x0;
        const FROZEN: u64 = 0x5a0;
        #[inline(always)]
        fn at_root<V: ::pt_core::table::RootVisitor<Self>>(
            geometry: Self::Geometry,
            visitor: V,
        ) -> V::Output {
            match geometry {
                Self::Geometry::Bits21 => visitor.visit::<Only>(),
            }
        }
    }
    impl ::pt_core::LevelOf<Table> for Only {
        type Below = ::pt_core::level::Bottom;
        type Above = ::pt_core::level::Bottom;
        type Leaf = Leaf<Self>;
        type Subtable = ::pt_core::format::NoEntry;
        const LEVEL: Level = Level::Only;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x1 != 0 {
                ::pt_core::Entry::Leaf(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <Table as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LeafLevelOf<Table> for Only {}
    impl<L: ::pt_core::LeafLevelOf<Table>> ::pt_core::PageOf<Table, L>
    for ::pt_core::Page<::pt_core::space::Shared, L> {
        #[inline(always)]
        fn into_frame(self) -> ::pt_core::Hpa {
            ::pt_core::Page::into_frame(self)
        }
    }
    impl ::pt_core::Direct for Table {}
}
