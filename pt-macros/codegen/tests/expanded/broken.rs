/// The types of the declaration `broken`.
///
/// | level | address bits | entries | an entry |
/// |---|---|---|---|
/// | [`Only`](broken::Only) | 20:12 | 512 | maps 4 KiB |
pub mod broken {
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
    /// | bits | `Only` (4 KiB) |
    /// |---|---|
    /// | 63:52 | ignored |
    /// | 51:12 | ? |
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
            ],
            frame: 0x0,
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
        /// A new entry: the declared defaults and the bits that must be one.
        #[inline]
        pub const fn new() -> Self {
            Self::from_bits(<Self as ::pt_core::HasLayout>::LAYOUT.template)
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
}
::core::compile_error! {
    "unknown option `laef`: did you mean `leaf`?"
}
::core::compile_error! {
    "a range needs both ends: write `LOW..=HIGH`"
}
