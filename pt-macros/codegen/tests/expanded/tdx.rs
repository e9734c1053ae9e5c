/// The tables of a TDX guest.
///
/// | level | address bits | entries | an entry |
/// |---|---|---|---|
/// | [`Pml5`](tdx::Pml5) | 51:48 | 16 | points to a table |
/// | [`Pml4`](tdx::Pml4) | 47:39 | 512 | points to a table |
/// | [`Pdpt`](tdx::Pdpt) | 38:30 | 512 | points to a table |
/// | [`Pd`](tdx::Pd) | 29:21 | 512 | maps 2 MiB, or points to a table |
/// | [`Pt`](tdx::Pt) | 20:12 | 512 | maps 4 KiB |
///
/// | [`Gpaw`](tdx::Gpaw) | input addresses | root | shared if |
/// |---|---|---|---|
/// | `Bits48` | 48 bits, zero-extended | [`Pml4`](tdx::Pml4) | bit 47 is 1 |
/// | `Bits48FiveLevels` | 48 bits, zero-extended | [`Pml5`](tdx::Pml5) | bit 47 is 1 |
/// | `Bits52` | 52 bits, zero-extended | [`Pml5`](tdx::Pml5) | bit 51 is 1 |
///
/// | table | translates | entries | flushed by |
/// |---|---|---|---|
/// | [`SharedEpt`](tdx::SharedEpt) | shared guest-physical addresses | [`EptLeaf`](tdx::EptLeaf), [`EptTable`](tdx::EptTable) | `Invept` |
/// | [`PrivateEpt`](tdx::PrivateEpt) | private guest-physical addresses | [`PrivateLeaf`](tdx::PrivateLeaf), [`PrivateTable`](tdx::PrivateTable) | - |
/// | [`SecureEpt`](tdx::SecureEpt) | private guest-physical addresses | [`SeptEntry`](tdx::SeptEntry) | - |
pub mod tdx {
    use pt_core::hook::{Drained, Filled, Frozen, Occupied, Outcome, Partner, Tracked};
    use pt_core::{Bits, Hpa, Protected, TablePage, flush::Invept};
    /// Levels of EPT and Secure EPT, SDM 3C 29.3.2.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum Level {
        /// Indexed by address bits 51:48. Entries point to a table; 256 TiB lie behind each.
        Pml5,
        /// Indexed by address bits 47:39. Entries point to a table; 512 GiB lie behind each.
        Pml4,
        /// Indexed by address bits 38:30. Entries point to a table; 1 GiB lie behind each.
        Pdpt,
        /// Indexed by address bits 29:21. Entries map a page or point to a table; 2 MiB lie behind each.
        Pd,
        /// Indexed by address bits 20:12. Entries map a page; 4 KiB lie behind each.
        Pt,
    }
    impl ::pt_core::Levels for Level {
        const ALL: &'static [Self] = &[
            Self::Pt,
            Self::Pd,
            Self::Pdpt,
            Self::Pml4,
            Self::Pml5,
        ];
        fn number(self) -> u8 {
            4 - self as u8
        }
        fn shift(self) -> u32 {
            match self {
                Self::Pml5 => 48,
                Self::Pml4 => 39,
                Self::Pdpt => 30,
                Self::Pd => 21,
                Self::Pt => 12,
            }
        }
        fn name(self) -> &'static str {
            match self {
                Self::Pml5 => "Pml5",
                Self::Pml4 => "Pml4",
                Self::Pdpt => "Pdpt",
                Self::Pd => "Pd",
                Self::Pt => "Pt",
            }
        }
    }
    /// Level `Pml5`, as a type. Indexed by address bits 51:48. Entries point to a table; 256 TiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Pml5 {}
    impl ::pt_core::Level for Pml5 {
        const NAME: &'static str = "Pml5";
        const NUMBER: u8 = 4;
        const SHIFT: u32 = 48;
        const INDEX_BITS: u32 = 4;
    }
    /// Level `Pml4`, as a type. Indexed by address bits 47:39. Entries point to a table; 512 GiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Pml4 {}
    impl ::pt_core::Level for Pml4 {
        const NAME: &'static str = "Pml4";
        const NUMBER: u8 = 3;
        const SHIFT: u32 = 39;
        const INDEX_BITS: u32 = 9;
    }
    /// Level `Pdpt`, as a type. Indexed by address bits 38:30. Entries point to a table; 1 GiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Pdpt {}
    impl ::pt_core::Level for Pdpt {
        const NAME: &'static str = "Pdpt";
        const NUMBER: u8 = 2;
        const SHIFT: u32 = 30;
        const INDEX_BITS: u32 = 9;
    }
    /// Level `Pd`, as a type. Indexed by address bits 29:21. Entries map a page or point to a table; 2 MiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Pd {}
    impl ::pt_core::Level for Pd {
        const NAME: &'static str = "Pd";
        const NUMBER: u8 = 1;
        const SHIFT: u32 = 21;
        const INDEX_BITS: u32 = 9;
    }
    /// Level `Pt`, as a type. Indexed by address bits 20:12. Entries map a page; 4 KiB lie behind each.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Pt {}
    impl ::pt_core::Level for Pt {
        const NAME: &'static str = "Pt";
        const NUMBER: u8 = 0;
        const SHIFT: u32 = 12;
        const INDEX_BITS: u32 = 9;
    }
    /// Width of guest-physical addresses: GPAW of `TD_PARAMS.CONFIG_FLAGS`, and the levels of EPTP.
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    #[allow(dead_code)]
    pub enum Gpaw {
        /// 48 bits, four levels.
        ///
        /// 48-bit addresses, with the root at `Pml4`. An address is shared if bit 47 is 1.
        Bits48,
        /// 48 bits, five levels.
        ///
        /// 48-bit addresses, with the root at `Pml5`. An address is shared if bit 47 is 1.
        Bits48FiveLevels,
        /// 52 bits, five levels.
        ///
        /// 52-bit addresses, with the root at `Pml5`. An address is shared if bit 51 is 1.
        Bits52,
    }
    impl ::pt_core::Geometry for Gpaw {
        const EXTENSION: ::pt_core::geometry::Extension = ::pt_core::geometry::Extension::Zero;
        #[inline]
        fn width(self) -> u32 {
            match self {
                Self::Bits48 | Self::Bits48FiveLevels => 48,
                Self::Bits52 => 52,
            }
        }
    }
    impl ::pt_core::Split for Gpaw {
        #[inline]
        fn split_mask(self) -> u64 {
            match self {
                Self::Bits48 | Self::Bits48FiveLevels => 1 << 47,
                Self::Bits52 => 1 << 51,
            }
        }
        #[inline]
        fn shared_value(self) -> u64 {
            ::pt_core::Split::split_mask(self)
        }
    }
    /// EPT memory types, SDM 3C 29.3.7.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum MemoryType {
        /// Value 0.
        Uncacheable = 0,
        /// Value 1.
        WriteCombining = 1,
        /// Value 4.
        WriteThrough = 4,
        /// Value 5.
        WriteProtected = 5,
        /// Value 6.
        WriteBack = 6,
    }
    impl MemoryType {
        /// The value with this number, if it has a name.
        #[inline]
        #[must_use]
        pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                0 => ::core::option::Option::Some(Self::Uncacheable),
                1 => ::core::option::Option::Some(Self::WriteCombining),
                4 => ::core::option::Option::Some(Self::WriteThrough),
                5 => ::core::option::Option::Some(Self::WriteProtected),
                6 => ::core::option::Option::Some(Self::WriteBack),
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
    /// A shared EPT entry that maps a page, SDM 3C tables 29-5 and 29-6.
    ///
    /// | bits | `Pd` (2 MiB) | `Pt` (4 KiB) |
    /// |---|---|---|
    /// | 63 | `suppress_ve` | `suppress_ve` |
    /// | 62:57 | ignored | ignored |
    /// | 56:52 | software | software |
    /// | 51:21 | `frame` | `frame` |
    /// | 20:12 | reserved (0) | `frame` |
    /// | 11 | software | software |
    /// | 10 | ignored | ignored |
    /// | 9 | `dirty`, set by the CPU | `dirty`, set by the CPU |
    /// | 8 | `accessed`, set by the CPU | `accessed`, set by the CPU |
    /// | 7 | `page_size` = 1 | `page_size`, ignored |
    /// | 6 | `ignore_pat` | `ignore_pat` |
    /// | 5:3 | `memory_type` | `memory_type` |
    /// | 2 | `execute` | `execute` |
    /// | 1 | `write` | `write` |
    /// | 0 | `read` | `read` |
    ///
    /// An entry is present if `read`, `write` or `execute` is set. `memory_type` is one of [`MemoryType`]: 0 `Uncacheable`, 1 `WriteCombining`, 4 `WriteThrough`, 5 `WriteProtected`, 6 `WriteBack`. In a new entry, `memory_type` is `WriteBack` and `suppress_ve` is 1. In an absent entry, `suppress_ve` is 1.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct EptLeaf<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for EptLeaf<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("EptLeaf", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for EptLeaf<Pd> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::value("memory_type", 0x38),
                ::pt_core::FieldInfo::value("ignore_pat", 0x40),
                ::pt_core::FieldInfo::tag("page_size", 0x80),
                ::pt_core::FieldInfo::hardware("accessed", 0x100),
                ::pt_core::FieldInfo::hardware("dirty", 0x200),
                ::pt_core::FieldInfo::ignored("", 0x7e00_0000_0000_0400),
                ::pt_core::FieldInfo::software("", 0x01f0_0000_0000_0800),
                ::pt_core::FieldInfo::reserved("", 0x001f_f000),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffe0_0000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffe0_0000,
            hardware: 0x300,
            reserved: 0x001f_f000,
            reserved_ones: 0x80,
            accessed: 0x100,
            dirty: 0x200,
            template: 0x8000_0000_0000_00b0,
        };
    }
    impl ::pt_core::HasLayout for EptLeaf<Pt> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::value("memory_type", 0x38),
                ::pt_core::FieldInfo::value("ignore_pat", 0x40),
                ::pt_core::FieldInfo::ignored("page_size", 0x80),
                ::pt_core::FieldInfo::hardware("accessed", 0x100),
                ::pt_core::FieldInfo::hardware("dirty", 0x200),
                ::pt_core::FieldInfo::ignored("", 0x7e00_0000_0000_0400),
                ::pt_core::FieldInfo::software("", 0x01f0_0000_0000_0800),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x300,
            reserved: 0x0,
            reserved_ones: 0x0,
            accessed: 0x100,
            dirty: 0x200,
            template: 0x8000_0000_0000_0030,
        };
    }
    impl<L> EptLeaf<L>
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
        pub const fn read(self) -> bool {
            self.bits & 0x1 != 0
        }
        /// The entry with this `read`.
        #[inline]
        pub const fn with_read(self, read: bool) -> Self {
            Self::from_bits(self.bits & !0x1 | (read as u64))
        }
        /// Bit 1.
        #[inline]
        #[must_use]
        pub const fn write(self) -> bool {
            self.bits & 0x2 != 0
        }
        /// The entry with this `write`.
        #[inline]
        pub const fn with_write(self, write: bool) -> Self {
            Self::from_bits(self.bits & !0x2 | ((write as u64) << 1))
        }
        /// Bit 2.
        #[inline]
        #[must_use]
        pub const fn execute(self) -> bool {
            self.bits & 0x4 != 0
        }
        /// The entry with this `execute`.
        #[inline]
        pub const fn with_execute(self, execute: bool) -> Self {
            Self::from_bits(self.bits & !0x4 | ((execute as u64) << 2))
        }
        /// Bits 5:3.
        #[inline]
        #[must_use]
        pub const fn memory_type(self) -> ::core::option::Option<MemoryType> {
            <MemoryType>::from_bits((self.bits >> 3 & 0x7))
        }
        /// The entry with this `memory_type`.
        #[inline]
        pub const fn with_memory_type(self, memory_type: MemoryType) -> Self {
            Self::from_bits(self.bits & !0x38 | ((memory_type.into_bits() << 3) & 0x38))
        }
        /// Bit 6.
        #[inline]
        #[must_use]
        pub const fn ignore_pat(self) -> bool {
            self.bits & 0x40 != 0
        }
        /// The entry with this `ignore_pat`.
        #[inline]
        pub const fn with_ignore_pat(self, ignore_pat: bool) -> Self {
            Self::from_bits(self.bits & !0x40 | ((ignore_pat as u64) << 6))
        }
        /// Bit 8, written by the CPU.
        #[inline]
        #[must_use]
        pub const fn accessed(self) -> bool {
            self.bits & (1 << 8) != 0
        }
        /// The entry with this `accessed`.
        #[inline]
        pub const fn with_accessed(self, accessed: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 8) | ((accessed as u64) << 8))
        }
        /// Bit 9, written by the CPU.
        #[inline]
        #[must_use]
        pub const fn dirty(self) -> bool {
            self.bits & (1 << 9) != 0
        }
        /// The entry with this `dirty`.
        #[inline]
        pub const fn with_dirty(self, dirty: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 9) | ((dirty as u64) << 9))
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
        /// Bit 63.
        #[inline]
        #[must_use]
        pub const fn suppress_ve(self) -> bool {
            self.bits & (1 << 63) != 0
        }
        /// The entry with this `suppress_ve`.
        #[inline]
        pub const fn with_suppress_ve(self, suppress_ve: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 63) | ((suppress_ve as u64) << 63))
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for EptLeaf<L>
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
            Access::USER
                .union(Access::when(self.bits & 0x1 != 0, Access::READ))
                .union(Access::when(self.bits & 0x2 != 0, Access::WRITE))
                .union(
                    Access::when(
                        self.bits & 0x4 != 0,
                        Access::EXECUTE.union(Access::USER_EXECUTE),
                    ),
                )
        }
    }
    /// What a leaf of the format [`EptLeaf`] says beside its frame, the same at every level.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    #[allow(clippy::struct_excessive_bools)]
    pub struct EptLeafFields {
        /// See [`EptLeaf::read`].
        pub read: bool,
        /// See [`EptLeaf::write`].
        pub write: bool,
        /// See [`EptLeaf::execute`].
        pub execute: bool,
        /// See [`EptLeaf::memory_type`].
        pub memory_type: MemoryType,
        /// See [`EptLeaf::ignore_pat`].
        pub ignore_pat: bool,
        /// See [`EptLeaf::accessed`].
        pub accessed: bool,
        /// See [`EptLeaf::dirty`].
        pub dirty: bool,
        /// See [`EptLeaf::suppress_ve`].
        pub suppress_ve: bool,
    }
    impl EptLeafFields {
        /// The attributes of a new leaf: the declared defaults.
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self {
                read: false,
                write: false,
                execute: false,
                memory_type: <MemoryType>::WriteBack,
                ignore_pat: false,
                accessed: false,
                dirty: false,
                suppress_ve: true,
            }
        }
    }
    impl ::core::default::Default for EptLeafFields {
        #[inline]
        fn default() -> Self {
            Self::new()
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::LeafFormat<EptLeafFields> for EptLeaf<L>
    where
        Self: ::pt_core::HasLayout,
    {
        #[inline(always)]
        fn attributes(self) -> EptLeafFields {
            EptLeafFields {
                read: self.read(),
                write: self.write(),
                execute: self.execute(),
                memory_type: self.memory_type().unwrap_or(<MemoryType>::WriteBack),
                ignore_pat: self.ignore_pat(),
                accessed: self.accessed(),
                dirty: self.dirty(),
                suppress_ve: self.suppress_ve(),
            }
        }
        #[inline(always)]
        fn template(attributes: &EptLeafFields) -> u64 {
            <Self as ::pt_core::HasLayout>::LAYOUT.template & !0x8000_0000_0000_037f
                | (attributes.read as u64) | ((attributes.write as u64) << 1)
                | ((attributes.execute as u64) << 2)
                | ((attributes.memory_type.into_bits() << 3) & 0x38)
                | ((attributes.ignore_pat as u64) << 6)
                | ((attributes.accessed as u64) << 8) | ((attributes.dirty as u64) << 9)
                | ((attributes.suppress_ve as u64) << 63)
        }
    }
    /// A shared EPT entry that points to a table, SDM 3C tables 29-2 to 29-4.
    ///
    /// | bits | `Pml5`, `Pml4` | `Pdpt`, `Pd` |
    /// |---|---|---|
    /// | 63 | `suppress_ve` | `suppress_ve` |
    /// | 62:57 | ignored | ignored |
    /// | 56:52 | software | software |
    /// | 51:12 | `table` | `table` |
    /// | 11 | software | software |
    /// | 10:9 | ignored | ignored |
    /// | 8 | `accessed`, set by the CPU | `accessed`, set by the CPU |
    /// | 7 | `page_size`, reserved (0) | `page_size` = 0 |
    /// | 6:3 | reserved (0) | reserved (0) |
    /// | 2 | `execute` | `execute` |
    /// | 1 | `write` | `write` |
    /// | 0 | `read` | `read` |
    ///
    /// An entry is present if `read`, `write` or `execute` is set. In a new entry, `read`, `write`, `execute` and `suppress_ve` are 1. In an absent entry, `suppress_ve` is 1.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct EptTable<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for EptTable<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("EptTable", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for EptTable<Pml5> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::reserved("", 0x78),
                ::pt_core::FieldInfo::reserved("page_size", 0x80),
                ::pt_core::FieldInfo::hardware("accessed", 0x100),
                ::pt_core::FieldInfo::ignored("", 0x7e00_0000_0000_0600),
                ::pt_core::FieldInfo::software("", 0x01f0_0000_0000_0800),
                ::pt_core::FieldInfo::frame("table", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x100,
            reserved: 0xf8,
            reserved_ones: 0x0,
            accessed: 0x100,
            dirty: 0x0,
            template: 0x8000_0000_0000_0007,
        };
    }
    impl ::pt_core::HasLayout for EptTable<Pml4> {
        const LAYOUT: ::pt_core::Layout = <EptTable<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for EptTable<Pdpt> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::reserved("", 0x78),
                ::pt_core::FieldInfo::tag("page_size", 0x80),
                ::pt_core::FieldInfo::hardware("accessed", 0x100),
                ::pt_core::FieldInfo::ignored("", 0x7e00_0000_0000_0600),
                ::pt_core::FieldInfo::software("", 0x01f0_0000_0000_0800),
                ::pt_core::FieldInfo::frame("table", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x100,
            reserved: 0x78,
            reserved_ones: 0x0,
            accessed: 0x100,
            dirty: 0x0,
            template: 0x8000_0000_0000_0007,
        };
    }
    impl ::pt_core::HasLayout for EptTable<Pd> {
        const LAYOUT: ::pt_core::Layout = <EptTable<
            Pdpt,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl<L> EptTable<L>
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
                .with_table(frame)
        }
        /// Bit 0.
        #[inline]
        #[must_use]
        pub const fn read(self) -> bool {
            self.bits & 0x1 != 0
        }
        /// The entry with this `read`.
        #[inline]
        pub const fn with_read(self, read: bool) -> Self {
            Self::from_bits(self.bits & !0x1 | (read as u64))
        }
        /// Bit 1.
        #[inline]
        #[must_use]
        pub const fn write(self) -> bool {
            self.bits & 0x2 != 0
        }
        /// The entry with this `write`.
        #[inline]
        pub const fn with_write(self, write: bool) -> Self {
            Self::from_bits(self.bits & !0x2 | ((write as u64) << 1))
        }
        /// Bit 2.
        #[inline]
        #[must_use]
        pub const fn execute(self) -> bool {
            self.bits & 0x4 != 0
        }
        /// The entry with this `execute`.
        #[inline]
        pub const fn with_execute(self, execute: bool) -> Self {
            Self::from_bits(self.bits & !0x4 | ((execute as u64) << 2))
        }
        /// Bit 8, written by the CPU.
        #[inline]
        #[must_use]
        pub const fn accessed(self) -> bool {
            self.bits & (1 << 8) != 0
        }
        /// The entry with this `accessed`.
        #[inline]
        pub const fn with_accessed(self, accessed: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 8) | ((accessed as u64) << 8))
        }
        /// Bits 51:12: the frame.
        #[inline]
        #[must_use]
        pub const fn table(self) -> Hpa {
            ::pt_core::Hpa::new(self.bits & <Self as ::pt_core::HasLayout>::LAYOUT.frame)
        }
        /// The entry with this `table`, or `None` if that is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn with_table(self, frame: Hpa) -> ::core::option::Option<Self> {
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
        /// Bit 63.
        #[inline]
        #[must_use]
        pub const fn suppress_ve(self) -> bool {
            self.bits & (1 << 63) != 0
        }
        /// The entry with this `suppress_ve`.
        #[inline]
        pub const fn with_suppress_ve(self, suppress_ve: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 63) | ((suppress_ve as u64) << 63))
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for EptTable<L>
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
            Access::USER
                .union(Access::when(self.bits & 0x1 != 0, Access::READ))
                .union(Access::when(self.bits & 0x2 != 0, Access::WRITE))
                .union(
                    Access::when(
                        self.bits & 0x4 != 0,
                        Access::EXECUTE.union(Access::USER_EXECUTE),
                    ),
                )
        }
    }
    /// What the VMM remembers of a Secure EPT leaf. It has no permissions that one could get wrong.
    ///
    /// | bits | `Pd` (2 MiB) | `Pt` (4 KiB) |
    /// |---|---|---|
    /// | 63 | `suppress_ve` | `suppress_ve` |
    /// | 62:52 | software | software |
    /// | 51:21 | `frame` | `frame` |
    /// | 20:12 | reserved (0) | `frame` |
    /// | 11:8 | software | software |
    /// | 7 | `page_size` = 1 | `page_size` = 1 |
    /// | 6:3 | software | software |
    /// | 2:0 | `mapped` = 7 | `mapped` = 7 |
    ///
    /// An entry is present if `mapped` is 7. In a new entry, `suppress_ve` is 1. In an absent entry, `suppress_ve` is 1.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct PrivateLeaf<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for PrivateLeaf<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("PrivateLeaf", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for PrivateLeaf<Pd> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::tag("mapped", 0x7),
                ::pt_core::FieldInfo::software("", 0x7ff0_0000_0000_0f78),
                ::pt_core::FieldInfo::tag("page_size", 0x80),
                ::pt_core::FieldInfo::reserved("", 0x001f_f000),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffe0_0000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffe0_0000,
            hardware: 0x0,
            reserved: 0x001f_f000,
            reserved_ones: 0x87,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_0087,
        };
    }
    impl ::pt_core::HasLayout for PrivateLeaf<Pt> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::tag("mapped", 0x7),
                ::pt_core::FieldInfo::software("", 0x7ff0_0000_0000_0f78),
                ::pt_core::FieldInfo::tag("page_size", 0x80),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x0,
            reserved: 0x0,
            reserved_ones: 0x87,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_0087,
        };
    }
    impl<L> PrivateLeaf<L>
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
        /// Bit 63.
        #[inline]
        #[must_use]
        pub const fn suppress_ve(self) -> bool {
            self.bits & (1 << 63) != 0
        }
        /// The entry with this `suppress_ve`.
        #[inline]
        pub const fn with_suppress_ve(self, suppress_ve: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 63) | ((suppress_ve as u64) << 63))
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for PrivateLeaf<L>
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
    /// What a leaf of the format [`PrivateLeaf`] says beside its frame, the same at every level.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct PrivateLeafFields {
        /// See [`PrivateLeaf::suppress_ve`].
        pub suppress_ve: bool,
    }
    impl PrivateLeafFields {
        /// The attributes of a new leaf: the declared defaults.
        #[inline]
        #[must_use]
        pub const fn new() -> Self {
            Self { suppress_ve: true }
        }
    }
    impl ::core::default::Default for PrivateLeafFields {
        #[inline]
        fn default() -> Self {
            Self::new()
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::LeafFormat<PrivateLeafFields> for PrivateLeaf<L>
    where
        Self: ::pt_core::HasLayout,
    {
        #[inline(always)]
        fn attributes(self) -> PrivateLeafFields {
            PrivateLeafFields {
                suppress_ve: self.suppress_ve(),
            }
        }
        #[inline(always)]
        fn template(attributes: &PrivateLeafFields) -> u64 {
            <Self as ::pt_core::HasLayout>::LAYOUT.template & !0x8000_0000_0000_0000
                | ((attributes.suppress_ve as u64) << 63)
        }
    }
    /// What the VMM remembers of a Secure EPT table.
    ///
    /// | bits | `Pml5`, `Pml4`, `Pdpt`, `Pd` |
    /// |---|---|
    /// | 63 | `suppress_ve` |
    /// | 62:52 | software |
    /// | 51:12 | `table` |
    /// | 11:8 | software |
    /// | 7 | `page_size` = 0 |
    /// | 6:3 | software |
    /// | 2:0 | `mapped` = 7 |
    ///
    /// An entry is present if `mapped` is 7. In a new entry, `suppress_ve` is 1. In an absent entry, `suppress_ve` is 1.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct PrivateTable<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for PrivateTable<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("PrivateTable", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for PrivateTable<Pml5> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::tag("mapped", 0x7),
                ::pt_core::FieldInfo::software("", 0x7ff0_0000_0000_0f78),
                ::pt_core::FieldInfo::tag("page_size", 0x80),
                ::pt_core::FieldInfo::frame("table", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x0,
            reserved: 0x0,
            reserved_ones: 0x7,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_0007,
        };
    }
    impl ::pt_core::HasLayout for PrivateTable<Pml4> {
        const LAYOUT: ::pt_core::Layout = <PrivateTable<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for PrivateTable<Pdpt> {
        const LAYOUT: ::pt_core::Layout = <PrivateTable<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for PrivateTable<Pd> {
        const LAYOUT: ::pt_core::Layout = <PrivateTable<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl<L> PrivateTable<L>
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
                .with_table(frame)
        }
        /// Bits 51:12: the frame.
        #[inline]
        #[must_use]
        pub const fn table(self) -> Hpa {
            ::pt_core::Hpa::new(self.bits & <Self as ::pt_core::HasLayout>::LAYOUT.frame)
        }
        /// The entry with this `table`, or `None` if that is too wide or not aligned to the level.
        #[inline]
        #[must_use]
        pub const fn with_table(self, frame: Hpa) -> ::core::option::Option<Self> {
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
        /// Bit 63.
        #[inline]
        #[must_use]
        pub const fn suppress_ve(self) -> bool {
            self.bits & (1 << 63) != 0
        }
        /// The entry with this `suppress_ve`.
        #[inline]
        pub const fn with_suppress_ve(self, suppress_ve: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 63) | ((suppress_ve as u64) << 63))
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for PrivateTable<L>
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
    /// A Secure EPT entry, TDX module base specification 9.4. Of a leaf, bit 7 is set at every size.
    ///
    /// | bits | `Pml5`, `Pml4`, `Pdpt`, `Pd` (2 MiB), `Pt` (4 KiB) |
    /// |---|---|
    /// | 63 | `suppress_ve` |
    /// | 62:57 | ignored |
    /// | 56:53 | 4:1 of `state` |
    /// | 52 | ignored |
    /// | 51:12 | `frame` |
    /// | 11:10 | ignored |
    /// | 9 | 0 of `state` |
    /// | 8 | ignored |
    /// | 7:6 | 6:5 of `state` |
    /// | 5:3 | `memory_type` |
    /// | 2 | `execute` |
    /// | 1 | `write` |
    /// | 0 | `read` |
    ///
    /// What an entry is, its state says: [`Sept`]. In a new entry, `suppress_ve` is 1.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct SeptEntry<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for SeptEntry<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("SeptEntry", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for SeptEntry<Pml5> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::value("memory_type", 0x38),
                ::pt_core::FieldInfo::value("state", 0x01e0_0000_0000_02c0),
                ::pt_core::FieldInfo::ignored("", 0x7e10_0000_0000_0d00),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x0,
            reserved: 0x0,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_0000,
        };
    }
    impl ::pt_core::HasLayout for SeptEntry<Pml4> {
        const LAYOUT: ::pt_core::Layout = <SeptEntry<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptEntry<Pdpt> {
        const LAYOUT: ::pt_core::Layout = <SeptEntry<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptEntry<Pd> {
        const LAYOUT: ::pt_core::Layout = <SeptEntry<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptEntry<Pt> {
        const LAYOUT: ::pt_core::Layout = <SeptEntry<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl<L> SeptEntry<L>
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
        pub const fn read(self) -> bool {
            self.bits & 0x1 != 0
        }
        /// The entry with this `read`.
        #[inline]
        pub const fn with_read(self, read: bool) -> Self {
            Self::from_bits(self.bits & !0x1 | (read as u64))
        }
        /// Bit 1.
        #[inline]
        #[must_use]
        pub const fn write(self) -> bool {
            self.bits & 0x2 != 0
        }
        /// The entry with this `write`.
        #[inline]
        pub const fn with_write(self, write: bool) -> Self {
            Self::from_bits(self.bits & !0x2 | ((write as u64) << 1))
        }
        /// Bit 2.
        #[inline]
        #[must_use]
        pub const fn execute(self) -> bool {
            self.bits & 0x4 != 0
        }
        /// The entry with this `execute`.
        #[inline]
        pub const fn with_execute(self, execute: bool) -> Self {
            Self::from_bits(self.bits & !0x4 | ((execute as u64) << 2))
        }
        /// Bits 5:3.
        #[inline]
        #[must_use]
        pub const fn memory_type(self) -> Bits<3> {
            <Bits<3>>::from_bits((self.bits >> 3 & 0x7))
        }
        /// The entry with this `memory_type`.
        #[inline]
        pub const fn with_memory_type(self, memory_type: Bits<3>) -> Self {
            Self::from_bits(self.bits & !0x38 | (memory_type.into_bits() << 3))
        }
        /// Bits 7:6, 56:53, 9 (highest first).
        #[inline]
        #[must_use]
        pub const fn state(self) -> ::core::option::Option<Sept> {
            <Sept>::from_bits(
                ((self.bits >> 9 & 0x1) | ((self.bits >> 53 & 0xf) << 1)
                    | ((self.bits >> 6 & 0x3) << 5)),
            )
        }
        /// The entry with this `state`.
        #[inline]
        pub const fn with_state(self, state: Sept) -> Self {
            Self::from_bits(
                self.bits & !0x01e0_0000_0000_02c0
                    | (((state.into_bits() << 9) & 0x200)
                        | ((state.into_bits() << 52) & 0x01e0_0000_0000_0000)
                        | ((state.into_bits() << 1) & 0xc0)),
            )
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
        /// Bit 63.
        #[inline]
        #[must_use]
        pub const fn suppress_ve(self) -> bool {
            self.bits & (1 << 63) != 0
        }
        /// The entry with this `suppress_ve`.
        #[inline]
        pub const fn with_suppress_ve(self, suppress_ve: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 63) | ((suppress_ve as u64) << 63))
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for SeptEntry<L>
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
            Access::USER
                .union(Access::when(self.bits & 0x1 != 0, Access::READ))
                .union(Access::when(self.bits & 0x2 != 0, Access::WRITE))
                .union(
                    Access::when(
                        self.bits & 0x4 != 0,
                        Access::EXECUTE.union(Access::USER_EXECUTE),
                    ),
                )
        }
    }
    /// Maps memory that the VMM can read.
    ///
    /// Visible to the VMM, used by the CPU. Its entries: [`EptLeaf`], [`EptTable`]. Stale translations are dropped by `Invept`.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct SharedEpt;
    impl ::pt_core::Table for SharedEpt {
        const NAME: &'static str = "SharedEpt";
        type Space = ::pt_core::space::Shared;
        type Geometry = Gpaw;
        type Levels = Level;
    }
    impl ::pt_core::AddressOf<SharedEpt>
    for ::pt_core::Address<::pt_core::space::Shared> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    impl ::pt_core::Visible for SharedEpt {
        type Attributes = EptLeafFields;
        type Config = ();
        const ABSENT: u64 = 0x8000_0000_0000_0000;
        const FROZEN: u64 = 0x8000_0000_0000_05a0;
        #[inline(always)]
        fn at_root<V: ::pt_core::table::RootVisitor<Self>>(
            geometry: Self::Geometry,
            visitor: V,
        ) -> V::Output {
            match geometry {
                Self::Geometry::Bits48 => visitor.visit::<Pml4>(),
                Self::Geometry::Bits48FiveLevels | Self::Geometry::Bits52 => {
                    visitor.visit::<Pml5>()
                }
            }
        }
    }
    impl ::pt_core::LevelOf<SharedEpt> for Pml5 {
        type Below = Pml4;
        type Above = ::pt_core::level::Bottom;
        type Leaf = ::pt_core::format::NoEntry;
        type Subtable = EptTable<Self>;
        const LEVEL: Level = Level::Pml5;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 != 0 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
        #[inline(always)]
        fn decode_own(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x000f_ffff_ffff_f000 != 0 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<SharedEpt> for Pml4 {
        type Below = Pdpt;
        type Above = Pml5;
        type Leaf = ::pt_core::format::NoEntry;
        type Subtable = EptTable<Self>;
        const LEVEL: Level = Level::Pml4;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 != 0 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
        #[inline(always)]
        fn decode_own(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x000f_ffff_ffff_f000 != 0 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<SharedEpt> for Pdpt {
        type Below = Pd;
        type Above = Pml4;
        type Leaf = ::pt_core::format::NoEntry;
        type Subtable = EptTable<Self>;
        const LEVEL: Level = Level::Pdpt;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 != 0 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
        #[inline(always)]
        fn decode_own(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x000f_ffff_ffff_f000 != 0 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<SharedEpt> for Pd {
        type Below = Pt;
        type Above = Pdpt;
        type Leaf = EptLeaf<Self>;
        type Subtable = EptTable<Self>;
        const LEVEL: Level = Level::Pd;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 != 0 {
                if raw & 0x80 != 0 {
                    ::pt_core::Entry::Leaf(::pt_core::EntryFormat::from_bits(raw))
                } else {
                    ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
                }
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
        #[inline(always)]
        fn decode_own(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x80 != 0 {
                if raw & 0x7 != 0 {
                    ::pt_core::Entry::Leaf(::pt_core::EntryFormat::from_bits(raw))
                } else {
                    ::pt_core::Entry::vacant(
                        raw,
                        <SharedEpt as ::pt_core::Visible>::FROZEN,
                    )
                }
            } else if raw & 0x000f_ffff_ffff_f000 != 0 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<SharedEpt> for Pt {
        type Below = ::pt_core::level::Bottom;
        type Above = Pd;
        type Leaf = EptLeaf<Self>;
        type Subtable = ::pt_core::format::NoEntry;
        const LEVEL: Level = Level::Pt;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 != 0 {
                ::pt_core::Entry::Leaf(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <SharedEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LeafLevelOf<SharedEpt> for Pd {}
    impl ::pt_core::LeafLevelOf<SharedEpt> for Pt {}
    impl ::pt_core::TableLevelOf<SharedEpt> for Pml5 {}
    impl ::pt_core::TableLevelOf<SharedEpt> for Pml4 {}
    impl ::pt_core::TableLevelOf<SharedEpt> for Pdpt {}
    impl ::pt_core::TableLevelOf<SharedEpt> for Pd {}
    impl<L: ::pt_core::LeafLevelOf<SharedEpt>> ::pt_core::PageOf<SharedEpt, L>
    for ::pt_core::Page<::pt_core::space::Shared, L> {
        #[inline(always)]
        fn into_frame(self) -> ::pt_core::Hpa {
            ::pt_core::Page::into_frame(self)
        }
    }
    impl ::pt_core::Direct for SharedEpt {}
    impl ::pt_core::UsedByCpu for SharedEpt {
        type Stage = Invept;
    }
    impl ::pt_core::Aged for SharedEpt {}
    impl ::pt_core::DirtyLogged for SharedEpt {}
    /// Stands for the Secure EPT where the VMM must walk: no CPU uses it.
    ///
    /// Visible to the VMM, used by no CPU. Its changes are propagated to [`SecureEpt`]. Its entries: [`PrivateLeaf`], [`PrivateTable`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct PrivateEpt;
    impl ::pt_core::Table for PrivateEpt {
        const NAME: &'static str = "PrivateEpt";
        type Space = ::pt_core::space::Private;
        type Geometry = Gpaw;
        type Levels = Level;
    }
    impl ::pt_core::AddressOf<PrivateEpt>
    for ::pt_core::Address<::pt_core::space::Private> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    impl ::pt_core::Visible for PrivateEpt {
        type Attributes = PrivateLeafFields;
        type Config = ();
        const ABSENT: u64 = 0x8000_0000_0000_0000;
        const FROZEN: u64 = 0x8000_0000_0000_05a0;
        #[inline(always)]
        fn at_root<V: ::pt_core::table::RootVisitor<Self>>(
            geometry: Self::Geometry,
            visitor: V,
        ) -> V::Output {
            match geometry {
                Self::Geometry::Bits48 => visitor.visit::<Pml4>(),
                Self::Geometry::Bits48FiveLevels | Self::Geometry::Bits52 => {
                    visitor.visit::<Pml5>()
                }
            }
        }
    }
    impl ::pt_core::LevelOf<PrivateEpt> for Pml5 {
        type Below = Pml4;
        type Above = ::pt_core::level::Bottom;
        type Leaf = ::pt_core::format::NoEntry;
        type Subtable = PrivateTable<Self>;
        const LEVEL: Level = Level::Pml5;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 == 0x7 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <PrivateEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<PrivateEpt> for Pml4 {
        type Below = Pdpt;
        type Above = Pml5;
        type Leaf = ::pt_core::format::NoEntry;
        type Subtable = PrivateTable<Self>;
        const LEVEL: Level = Level::Pml4;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 == 0x7 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <PrivateEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<PrivateEpt> for Pdpt {
        type Below = Pd;
        type Above = Pml4;
        type Leaf = ::pt_core::format::NoEntry;
        type Subtable = PrivateTable<Self>;
        const LEVEL: Level = Level::Pdpt;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 == 0x7 {
                ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <PrivateEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<PrivateEpt> for Pd {
        type Below = Pt;
        type Above = Pdpt;
        type Leaf = PrivateLeaf<Self>;
        type Subtable = PrivateTable<Self>;
        const LEVEL: Level = Level::Pd;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 == 0x7 {
                if raw & 0x80 != 0 {
                    ::pt_core::Entry::Leaf(::pt_core::EntryFormat::from_bits(raw))
                } else {
                    ::pt_core::Entry::Subtable(::pt_core::EntryFormat::from_bits(raw))
                }
            } else {
                ::pt_core::Entry::vacant(raw, <PrivateEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LevelOf<PrivateEpt> for Pt {
        type Below = ::pt_core::level::Bottom;
        type Above = Pd;
        type Leaf = PrivateLeaf<Self>;
        type Subtable = ::pt_core::format::NoEntry;
        const LEVEL: Level = Level::Pt;
        #[inline(always)]
        fn decode(raw: u64) -> ::pt_core::Entry<Self::Leaf, Self::Subtable> {
            if raw & 0x7 == 0x7 {
                ::pt_core::Entry::Leaf(::pt_core::EntryFormat::from_bits(raw))
            } else {
                ::pt_core::Entry::vacant(raw, <PrivateEpt as ::pt_core::Visible>::FROZEN)
            }
        }
    }
    impl ::pt_core::LeafLevelOf<PrivateEpt> for Pd {}
    impl ::pt_core::LeafLevelOf<PrivateEpt> for Pt {}
    impl ::pt_core::TableLevelOf<PrivateEpt> for Pml5 {}
    impl ::pt_core::TableLevelOf<PrivateEpt> for Pml4 {}
    impl ::pt_core::TableLevelOf<PrivateEpt> for Pdpt {}
    impl ::pt_core::TableLevelOf<PrivateEpt> for Pd {}
    impl<L: ::pt_core::LeafLevelOf<PrivateEpt>> ::pt_core::PageOf<PrivateEpt, L>
    for ::pt_core::Page<::pt_core::space::Private, L> {
        #[inline(always)]
        fn into_frame(self) -> ::pt_core::Hpa {
            ::pt_core::Page::into_frame(self)
        }
    }
    impl ::pt_core::Propagating for PrivateEpt {
        type Protected = SecureEpt;
    }
    /// Maps the guest's own memory. The TDX module owns it.
    ///
    /// Invisible to the VMM, used by the CPU. Its entries: [`SeptEntry`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct SecureEpt;
    impl ::pt_core::Table for SecureEpt {
        const NAME: &'static str = "SecureEpt";
        type Space = ::pt_core::space::Private;
        type Geometry = Gpaw;
        type Levels = Level;
    }
    impl ::pt_core::AddressOf<SecureEpt>
    for ::pt_core::Address<::pt_core::space::Private> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    /// The pair of [`SharedEpt`] and [`PrivateEpt`]: what routes, faults and conversions work on.
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct Tdx;
    impl ::pt_core::table::Pair for Tdx {
        const NAME: &'static str = "tdx";
        type Geometry = Gpaw;
        type Shared = SharedEpt;
        type Private = PrivateEpt;
    }
    /// The life of one Secure EPT entry.
    ///
    /// | state | points to | transitions |
    /// |---|---|---|
    /// | `Free` | nothing | → `Table` by `sept_add`; → `Mapped` by `page_add` during build; → `Pending` by `page_aug` during run |
    /// | `Table` | table | → `TableBlocked` by `range_block` |
    /// | `TableBlocked` | table | → `Free` by `sept_remove` after track; → `Table` by `range_unblock` after track; → `Mapped` by `page_promote` after track; → `Pending` by `page_promote` after track |
    /// | `Mapped` | page | → `Blocked` by `range_block` |
    /// | `Blocked` | page | → `Table` by `page_demote` after track; → `Free` by `page_remove` after track; → `Mapped` by `range_unblock` after track |
    /// | `Pending` | page | → `Mapped` by `accept` of the guest; → `PendingBlocked` by `range_block` |
    /// | `PendingBlocked` | page | → `Table` by `page_demote` after track; → `Free` by `page_remove` after track; → `Pending` by `range_unblock` after track |
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum Sept {
        /// Points to nothing, as in a new table. Code 0x0e.
        Free = 0xe,
        /// Points to a table; a CPU translates through it. Code 0x00.
        Table = 0x0,
        /// Points to a table; blocked. Code 0x08.
        TableBlocked = 0x8,
        /// Points to a page; a CPU translates through it. Code 0x60.
        Mapped = 0x60,
        /// Points to a page; blocked. Code 0x68.
        Blocked = 0x68,
        /// Points to a page. Code 0x70.
        Pending = 0x70,
        /// Points to a page; blocked. Code 0x78.
        PendingBlocked = 0x78,
    }
    impl Sept {
        /// The state with this code.
        #[inline]
        #[must_use]
        pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                0xe => ::core::option::Option::Some(Self::Free),
                0x0 => ::core::option::Option::Some(Self::Table),
                0x8 => ::core::option::Option::Some(Self::TableBlocked),
                0x60 => ::core::option::Option::Some(Self::Mapped),
                0x68 => ::core::option::Option::Some(Self::Blocked),
                0x70 => ::core::option::Option::Some(Self::Pending),
                0x78 => ::core::option::Option::Some(Self::PendingBlocked),
                _ => ::core::option::Option::None,
            }
        }
        /// The code.
        #[inline]
        #[must_use]
        pub const fn into_bits(self) -> u64 {
            self as u64
        }
    }
    impl ::pt_core::states::States for Sept {
        type Method = SeptHooksMethod;
        type Phase = ::pt_core::states::PhaseName;
        type Levels = Level;
        const ALL: &'static [Self] = &[
            Self::Free,
            Self::Table,
            Self::TableBlocked,
            Self::Mapped,
            Self::Blocked,
            Self::Pending,
            Self::PendingBlocked,
        ];
        const INITIAL: Self = Self::Free;
        const TRANSITIONS: &'static [::pt_core::states::Transition<
            Self,
            SeptHooksMethod,
        >] = {
            use ::pt_core::states::{PhaseName, Transition};
            use SeptHooksMethod as By;
            &[
                Transition::host(Self::Free, Self::Table, By::SeptAdd),
                Transition::host(Self::Free, Self::Mapped, By::PageAdd)
                    .during(&[PhaseName::Build]),
                Transition::host(Self::Free, Self::Pending, By::PageAug)
                    .during(&[PhaseName::Run]),
                Transition::host(Self::Table, Self::TableBlocked, By::RangeBlock),
                Transition::host(Self::TableBlocked, Self::Free, By::SeptRemove)
                    .after_track(),
                Transition::host(Self::TableBlocked, Self::Table, By::RangeUnblock)
                    .after_track(),
                Transition::host(Self::TableBlocked, Self::Mapped, By::PagePromote)
                    .after_track(),
                Transition::host(Self::TableBlocked, Self::Pending, By::PagePromote)
                    .after_track(),
                Transition::host(Self::Mapped, Self::Blocked, By::RangeBlock),
                Transition::host(Self::Blocked, Self::Table, By::PageDemote)
                    .after_track(),
                Transition::host(Self::Blocked, Self::Free, By::PageRemove)
                    .after_track(),
                Transition::host(Self::Blocked, Self::Mapped, By::RangeUnblock)
                    .after_track(),
                Transition::guest(Self::Pending, Self::Mapped, "accept"),
                Transition::host(Self::Pending, Self::PendingBlocked, By::RangeBlock),
                Transition::host(Self::PendingBlocked, Self::Table, By::PageDemote)
                    .after_track(),
                Transition::host(Self::PendingBlocked, Self::Free, By::PageRemove)
                    .after_track(),
                Transition::host(Self::PendingBlocked, Self::Pending, By::RangeUnblock)
                    .after_track(),
            ]
        };
        fn name(self) -> &'static str {
            match self {
                Self::Free => "Free",
                Self::Table => "Table",
                Self::TableBlocked => "TableBlocked",
                Self::Mapped => "Mapped",
                Self::Blocked => "Blocked",
                Self::Pending => "Pending",
                Self::PendingBlocked => "PendingBlocked",
            }
        }
        fn shape(self) -> ::pt_core::states::Shape {
            match self {
                Self::Free => ::pt_core::states::Shape::Absent,
                Self::Mapped | Self::Blocked | Self::Pending | Self::PendingBlocked => {
                    ::pt_core::states::Shape::Leaf
                }
                Self::Table | Self::TableBlocked => ::pt_core::states::Shape::Table,
            }
        }
        fn is_accessible(self) -> bool {
            ::core::matches!(self, Self::Table | Self::Mapped)
        }
        fn is_blocked(self) -> bool {
            ::core::matches!(
                self, Self::TableBlocked | Self::Blocked | Self::PendingBlocked
            )
        }
        #[inline]
        fn apply(self, raw: u64, level: Level) -> u64 {
            let _ = level;
            raw & !0x01e0_0000_0000_02c0
                | match self {
                    Self::Free => 0x00e0_0000_0000_0000,
                    Self::Table => 0x0,
                    Self::TableBlocked => 0x0080_0000_0000_0000,
                    Self::Mapped => 0xc0,
                    Self::Blocked => 0x0080_0000_0000_00c0,
                    Self::Pending => 0x0100_0000_0000_00c0,
                    Self::PendingBlocked => 0x0180_0000_0000_00c0,
                }
        }
        #[inline]
        fn decode(raw: u64, level: Level) -> ::core::option::Option<Self> {
            let _ = level;
            match raw & 0x01e0_0000_0000_02c0 {
                0x00e0_0000_0000_0000 => ::core::option::Option::Some(Self::Free),
                0x0 => ::core::option::Option::Some(Self::Table),
                0x0080_0000_0000_0000 => ::core::option::Option::Some(Self::TableBlocked),
                0xc0 => ::core::option::Option::Some(Self::Mapped),
                0x0080_0000_0000_00c0 => ::core::option::Option::Some(Self::Blocked),
                0x0100_0000_0000_00c0 => ::core::option::Option::Some(Self::Pending),
                0x0180_0000_0000_00c0 => {
                    ::core::option::Option::Some(Self::PendingBlocked)
                }
                _ => ::core::option::Option::None,
            }
        }
    }
    /// What the TDX module does for the VMM. Each method is the SEAMCALL leaf TDH.MEM.* of the same name.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` does not have the monitor's operations of `SecureEpt`",
        label = "`SeptHooks` is not implemented for this type",
        note = "each change of the private table calls one of them; `&M` and `Arc<M>` of a monitor `M` are other types"
    )]
    pub trait SeptHooks {
        /// Role: `link`. Answers: done, `busy`, `stopped`, or fatal.
        fn sept_add(
            &self,
            at: &Frozen<PrivateEpt>,
            table: &TablePage<Protected>,
        ) -> Outcome<SeptAdd>;
        /// Role: `add`. Answers: done, `busy`, `stopped`, or fatal. At `Pt` only.
        fn page_add(
            &self,
            at: &Frozen<PrivateEpt>,
            page: Hpa,
            source: Hpa,
        ) -> Outcome<PageAdd>;
        /// Role: `map`. Answers: done, `busy`, `stopped`, or fatal.
        fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<PageAug>;
        /// Role: `block`. Answers: done, `busy`, `stopped`, or fatal.
        fn range_block(&self, at: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock>;
        /// Role: `unblock`. Answers: done, `busy`, `stopped`, or fatal.
        fn range_unblock(&self, at: &Tracked<PrivateEpt>) -> Outcome<RangeUnblock>;
        /// Role: `track`. Answers: done, `busy`, or fatal.
        fn track(&self) -> Outcome<Track>;
        /// Role: `remove`. Answers: done, `busy`, `stopped`, or fatal.
        fn page_remove(&self, at: &Tracked<PrivateEpt>) -> Outcome<PageRemove>;
        /// Role: `unlink`. Answers: done, `busy`, `stopped`, or fatal.
        fn sept_remove(&self, at: &Drained<PrivateEpt>) -> Outcome<SeptRemove>;
        /// Role: `split`. Answers: done, `busy`, `incomplete`, `stopped`, or fatal.
        fn page_demote(
            &self,
            at: &Tracked<PrivateEpt>,
            table: &Filled<PrivateEpt>,
        ) -> Outcome<PageDemote>;
        /// Role: `merge`. Answers: done, `busy`, `incomplete`, `stopped`, or fatal.
        fn page_promote(&self, at: &Tracked<PrivateEpt>) -> Outcome<PagePromote>;
        /// Role: `reclaim`. Answers: done, `busy`, or fatal.
        fn page_reclaim(&self, page: Hpa) -> Outcome<PageReclaim>;
    }
    /// The methods of [`SeptHooks`], as values.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum SeptHooksMethod {
        /// [`SeptHooks::sept_add`].
        SeptAdd,
        /// [`SeptHooks::page_add`].
        PageAdd,
        /// [`SeptHooks::page_aug`].
        PageAug,
        /// [`SeptHooks::range_block`].
        RangeBlock,
        /// [`SeptHooks::range_unblock`].
        RangeUnblock,
        /// [`SeptHooks::track`].
        Track,
        /// [`SeptHooks::page_remove`].
        PageRemove,
        /// [`SeptHooks::sept_remove`].
        SeptRemove,
        /// [`SeptHooks::page_demote`].
        PageDemote,
        /// [`SeptHooks::page_promote`].
        PagePromote,
        /// [`SeptHooks::page_reclaim`].
        PageReclaim,
    }
    impl SeptHooksMethod {
        /// The name of the method.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                Self::SeptAdd => "sept_add",
                Self::PageAdd => "page_add",
                Self::PageAug => "page_aug",
                Self::RangeBlock => "range_block",
                Self::RangeUnblock => "range_unblock",
                Self::Track => "track",
                Self::PageRemove => "page_remove",
                Self::SeptRemove => "sept_remove",
                Self::PageDemote => "page_demote",
                Self::PagePromote => "page_promote",
                Self::PageReclaim => "page_reclaim",
            }
        }
    }
    /// What [`SeptHooks::sept_add`] answers.
    pub enum SeptAdd {}
    impl ::pt_core::hook::Hook for SeptAdd {
        const NAME: &'static str = "sept_add";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::page_add`] answers.
    pub enum PageAdd {}
    impl ::pt_core::hook::Hook for PageAdd {
        const NAME: &'static str = "page_add";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::page_aug`] answers.
    pub enum PageAug {}
    impl ::pt_core::hook::Hook for PageAug {
        const NAME: &'static str = "page_aug";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::range_block`] answers.
    pub enum RangeBlock {}
    impl ::pt_core::hook::Hook for RangeBlock {
        const NAME: &'static str = "range_block";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::range_unblock`] answers.
    pub enum RangeUnblock {}
    impl ::pt_core::hook::Hook for RangeUnblock {
        const NAME: &'static str = "range_unblock";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::track`] answers.
    pub enum Track {}
    impl ::pt_core::hook::Hook for Track {
        const NAME: &'static str = "track";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
    /// What [`SeptHooks::page_remove`] answers.
    pub enum PageRemove {}
    impl ::pt_core::hook::Hook for PageRemove {
        const NAME: &'static str = "page_remove";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::sept_remove`] answers.
    pub enum SeptRemove {}
    impl ::pt_core::hook::Hook for SeptRemove {
        const NAME: &'static str = "sept_remove";
        type Levels = Level;
        type Done = Partner;
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::page_demote`] answers.
    pub enum PageDemote {}
    impl ::pt_core::hook::Hook for PageDemote {
        const NAME: &'static str = "page_demote";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::pt_core::hook::Incomplete;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::page_promote`] answers.
    pub enum PagePromote {}
    impl ::pt_core::hook::Hook for PagePromote {
        const NAME: &'static str = "page_promote";
        type Levels = Level;
        type Done = Partner;
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::pt_core::hook::Incomplete;
        type Stopped = ::pt_core::hook::Stopped<Level>;
    }
    /// What [`SeptHooks::page_reclaim`] answers.
    pub enum PageReclaim {}
    impl ::pt_core::hook::Hook for PageReclaim {
        const NAME: &'static str = "page_reclaim";
        type Levels = Level;
        type Done = ();
        type Partial = ::core::convert::Infallible;
        type Busy = ::pt_core::hook::Busy;
        type Incomplete = ::core::convert::Infallible;
        type Stopped = ::core::convert::Infallible;
    }
    impl<H: SeptHooks> ::pt_core::hook::Link<H> for PrivateEpt {
        const LEVELS: &'static [Level] = &[
            Level::Pd,
            Level::Pdpt,
            Level::Pml4,
            Level::Pml5,
        ];
        fn link(
            hooks: &H,
            at: &::pt_core::hook::Frozen<Self>,
            table: &::pt_core::TablePage<::pt_core::Protected>,
        ) -> ::pt_core::hook::Answer<Self> {
            hooks.sept_add(at, table).into_result().map(|_| ())
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Add<H> for PrivateEpt {
        const LEVELS: &'static [Level] = &[Level::Pt];
        fn add(
            hooks: &H,
            at: &::pt_core::hook::Frozen<Self>,
            page: ::pt_core::Hpa,
            source: ::pt_core::Hpa,
        ) -> ::pt_core::hook::Answer<Self> {
            hooks.page_add(at, page, source).into_result().map(|_| ())
        }
    }
    impl ::pt_core::hook::AddLevelOf<PrivateEpt> for Pt {}
    impl<H: SeptHooks> ::pt_core::hook::Map<H> for PrivateEpt {
        const LEVELS: &'static [Level] = &[Level::Pt, Level::Pd];
        fn map(
            hooks: &H,
            at: &::pt_core::hook::Frozen<Self>,
            page: ::pt_core::Hpa,
        ) -> ::pt_core::hook::Answer<Self> {
            hooks.page_aug(at, page).into_result().map(|_| ())
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Block<H> for PrivateEpt {
        const LEVELS: &'static [Level] = <Level as ::pt_core::Levels>::ALL;
        fn block(
            hooks: &H,
            at: &::pt_core::hook::Frozen<Self, ::pt_core::hook::Occupied>,
        ) -> ::pt_core::hook::Answer<Self> {
            hooks.range_block(at).into_result().map(|_| ())
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Unblock<H> for PrivateEpt {
        const LEVELS: &'static [Level] = <Level as ::pt_core::Levels>::ALL;
        fn unblock(
            hooks: &H,
            at: &::pt_core::hook::Tracked<Self>,
        ) -> ::pt_core::hook::Answer<Self> {
            hooks.range_unblock(at).into_result().map(|_| ())
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Track<H> for PrivateEpt {
        fn track(hooks: &H) -> ::pt_core::hook::Answer<Self> {
            hooks.track().into_result().map(|_| ())
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Remove<H> for PrivateEpt {
        const LEVELS: &'static [Level] = &[Level::Pt, Level::Pd];
        fn remove(
            hooks: &H,
            at: &::pt_core::hook::Tracked<Self>,
        ) -> ::pt_core::hook::Answer<Self> {
            hooks.page_remove(at).into_result().map(|_| ())
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Unlink<H> for PrivateEpt {
        const LEVELS: &'static [Level] = &[
            Level::Pd,
            Level::Pdpt,
            Level::Pml4,
            Level::Pml5,
        ];
        fn unlink(
            hooks: &H,
            at: &::pt_core::hook::Drained<Self>,
        ) -> ::pt_core::hook::Release<Self> {
            hooks.sept_remove(at).into_result().map(::core::convert::Into::into)
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Split<H> for PrivateEpt {
        const LEVELS: &'static [Level] = &[Level::Pd];
        fn split(
            hooks: &H,
            at: &::pt_core::hook::Tracked<Self>,
            table: &::pt_core::hook::Filled<Self>,
        ) -> ::pt_core::hook::Answer<Self> {
            hooks.page_demote(at, table).into_result().map(|_| ())
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Merge<H> for PrivateEpt {
        const LEVELS: &'static [Level] = &[Level::Pd];
        fn merge(
            hooks: &H,
            at: &::pt_core::hook::Tracked<Self>,
        ) -> ::pt_core::hook::Release<Self> {
            hooks.page_promote(at).into_result().map(::core::convert::Into::into)
        }
    }
    impl<H: SeptHooks> ::pt_core::hook::Reclaim<H> for PrivateEpt {
        fn reclaim(hooks: &H, page: ::pt_core::Hpa) -> ::pt_core::hook::Answer<Self> {
            hooks.page_reclaim(page).into_result().map(|_| ())
        }
    }
}
