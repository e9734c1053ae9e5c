/// The Secure EPT as the TDX module keeps it.
///
/// | level | address bits | entries | an entry |
/// |---|---|---|---|
/// | [`Pml5`](sept::Pml5) | 51:48 | 16 | points to a table |
/// | [`Pml4`](sept::Pml4) | 47:39 | 512 | points to a table |
/// | [`Pdpt`](sept::Pdpt) | 38:30 | 512 | maps 1 GiB, or points to a table |
/// | [`Pd`](sept::Pd) | 29:21 | 512 | maps 2 MiB, or points to a table |
/// | [`Pt`](sept::Pt) | 20:12 | 512 | maps 4 KiB |
///
/// | [`Gpaw`](sept::Gpaw) | input addresses | root | shared if |
/// |---|---|---|---|
/// | `Bits48` | 48 bits, zero-extended | [`Pml4`](sept::Pml4) | bit 47 is 1 |
/// | `Bits48FiveLevels` | 48 bits, zero-extended | [`Pml5`](sept::Pml5) | bit 47 is 1 |
/// | `Bits52` | 52 bits, zero-extended | [`Pml5`](sept::Pml5) | bit 51 is 1 |
///
/// | table | translates | entries | flushed by |
/// |---|---|---|---|
/// | [`ModuleSept`](sept::ModuleSept) | private guest-physical addresses | [`SeptLeaf`](sept::SeptLeaf), [`SeptTable`](sept::SeptTable), [`SeptAbsent`](sept::SeptAbsent) | - |
pub mod sept {
    use pt_core::{Bits, Hpa};
    /// Levels of the Secure EPT. The module merges pages up to 1 GiB.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum Level {
        /// Indexed by address bits 51:48. Entries point to a table; 256 TiB lie behind each.
        Pml5,
        /// Indexed by address bits 47:39. Entries point to a table; 512 GiB lie behind each.
        Pml4,
        /// Indexed by address bits 38:30. Entries map a page or point to a table; 1 GiB lie behind each.
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
    /// Level `Pdpt`, as a type. Indexed by address bits 38:30. Entries map a page or point to a table; 1 GiB lie behind each.
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
    /// An entry that maps a page. Bit 7 is set at every size.
    ///
    /// | bits | `Pdpt` (1 GiB) | `Pd` (2 MiB) | `Pt` (4 KiB) |
    /// |---|---|---|---|
    /// | 63 | `suppress_ve` | `suppress_ve` | `suppress_ve` |
    /// | 62 | reserved (0) | reserved (0) | reserved (0) |
    /// | 61 | `unpinned` | `unpinned` | `unpinned` |
    /// | 60:58 | `aliases` | `aliases` | `aliases` |
    /// | 57 | `verify_paging_writes` | `verify_paging_writes` | `verify_paging_writes` |
    /// | 56:53 | 4:1 of `state` | 4:1 of `state` | 4:1 of `state` |
    /// | 52 | `host_priority` | `host_priority` | `host_priority` |
    /// | 51:30 | `frame` | `frame` | `frame` |
    /// | 29:21 | reserved (0) | `frame` | `frame` |
    /// | 20:12 | reserved (0) | `accept_counter` | `frame` |
    /// | 11 | `locked` | `locked` | `locked` |
    /// | 10 | reserved (0) | reserved (0) | reserved (0) |
    /// | 9 | 0 of `state` | 0 of `state` | 0 of `state` |
    /// | 8 | ignored | ignored | ignored |
    /// | 7:6 | 6:5 of `state` | 6:5 of `state` | 6:5 of `state` |
    /// | 5:3 | `memory_type` | `memory_type` | `memory_type` |
    /// | 2 | `execute` | `execute` | `execute` |
    /// | 1 | `write` | `write` | `write` |
    /// | 0 | `read` | `read` | `read` |
    ///
    /// What an entry is, its state says: [`SeptState`]. In a new entry, `memory_type` is 6, `state` is `Mapped` and `suppress_ve` is 1.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct SeptLeaf<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for SeptLeaf<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("SeptLeaf", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for SeptLeaf<Pdpt> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::value("memory_type", 0x38),
                ::pt_core::FieldInfo::value("state", 0x01e0_0000_0000_02c0),
                ::pt_core::FieldInfo::ignored("", 0x100),
                ::pt_core::FieldInfo::reserved("", 0x4000_0000_0000_0400),
                ::pt_core::FieldInfo::value("locked", 0x800),
                ::pt_core::FieldInfo::reserved("", 0x3fff_f000),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_c000_0000),
                ::pt_core::FieldInfo::value("host_priority", 0x0010_0000_0000_0000),
                ::pt_core::FieldInfo::value(
                    "verify_paging_writes",
                    0x0200_0000_0000_0000,
                ),
                ::pt_core::FieldInfo::value("aliases", 0x1c00_0000_0000_0000),
                ::pt_core::FieldInfo::value("unpinned", 0x2000_0000_0000_0000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_c000_0000,
            hardware: 0x0,
            reserved: 0x4000_0000_3fff_f400,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_00f0,
        };
    }
    impl ::pt_core::HasLayout for SeptLeaf<Pd> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::value("memory_type", 0x38),
                ::pt_core::FieldInfo::value("state", 0x01e0_0000_0000_02c0),
                ::pt_core::FieldInfo::ignored("", 0x100),
                ::pt_core::FieldInfo::reserved("", 0x4000_0000_0000_0400),
                ::pt_core::FieldInfo::value("locked", 0x800),
                ::pt_core::FieldInfo::value("accept_counter", 0x001f_f000),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffe0_0000),
                ::pt_core::FieldInfo::value("host_priority", 0x0010_0000_0000_0000),
                ::pt_core::FieldInfo::value(
                    "verify_paging_writes",
                    0x0200_0000_0000_0000,
                ),
                ::pt_core::FieldInfo::value("aliases", 0x1c00_0000_0000_0000),
                ::pt_core::FieldInfo::value("unpinned", 0x2000_0000_0000_0000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffe0_0000,
            hardware: 0x0,
            reserved: 0x4000_0000_0000_0400,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_00f0,
        };
    }
    impl ::pt_core::HasLayout for SeptLeaf<Pt> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::value("memory_type", 0x38),
                ::pt_core::FieldInfo::value("state", 0x01e0_0000_0000_02c0),
                ::pt_core::FieldInfo::ignored("", 0x100),
                ::pt_core::FieldInfo::reserved("", 0x4000_0000_0000_0400),
                ::pt_core::FieldInfo::value("locked", 0x800),
                ::pt_core::FieldInfo::frame("frame", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("host_priority", 0x0010_0000_0000_0000),
                ::pt_core::FieldInfo::value(
                    "verify_paging_writes",
                    0x0200_0000_0000_0000,
                ),
                ::pt_core::FieldInfo::value("aliases", 0x1c00_0000_0000_0000),
                ::pt_core::FieldInfo::value("unpinned", 0x2000_0000_0000_0000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x0,
            reserved: 0x4000_0000_0000_0400,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_00f0,
        };
    }
    impl<L> SeptLeaf<L>
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
        /// 6, write-back.
        ///
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
        pub const fn state(self) -> ::core::option::Option<SeptState> {
            <SeptState>::from_bits(
                ((self.bits >> 9 & 0x1) | ((self.bits >> 53 & 0xf) << 1)
                    | ((self.bits >> 6 & 0x3) << 5)),
            )
        }
        /// The entry with this `state`.
        #[inline]
        pub const fn with_state(self, state: SeptState) -> Self {
            Self::from_bits(
                self.bits & !0x01e0_0000_0000_02c0
                    | (((state.into_bits() << 9) & 0x200)
                        | ((state.into_bits() << 52) & 0x01e0_0000_0000_0000)
                        | ((state.into_bits() << 1) & 0xc0)),
            )
        }
        /// TDEL: a leaf of the host or of the guest works on the entry.
        ///
        /// Bit 11.
        #[inline]
        #[must_use]
        pub const fn locked(self) -> bool {
            self.bits & (1 << 11) != 0
        }
        /// The entry with this `locked`.
        #[inline]
        pub const fn with_locked(self, locked: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 11) | ((locked as u64) << 11))
        }
        /// The frame.
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
        /// TDHP: the host failed to lock the entry, and goes first.
        ///
        /// Bit 52.
        #[inline]
        #[must_use]
        pub const fn host_priority(self) -> bool {
            self.bits & (1 << 52) != 0
        }
        /// The entry with this `host_priority`.
        #[inline]
        pub const fn with_host_priority(self, host_priority: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 52) | ((host_priority as u64) << 52))
        }
        /// Bit 57.
        #[inline]
        #[must_use]
        pub const fn verify_paging_writes(self) -> bool {
            self.bits & (1 << 57) != 0
        }
        /// The entry with this `verify_paging_writes`.
        #[inline]
        pub const fn with_verify_paging_writes(
            self,
            verify_paging_writes: bool,
        ) -> Self {
            Self::from_bits(
                self.bits & !(1 << 57) | ((verify_paging_writes as u64) << 57),
            )
        }
        /// Which nested VMs alias the page, one bit each; PW and SSS (bits 58 and 60) where there are none.
        ///
        /// Bits 60:58.
        #[inline]
        #[must_use]
        pub const fn aliases(self) -> Bits<3> {
            <Bits<3>>::from_bits((self.bits >> 58 & 0x7))
        }
        /// The entry with this `aliases`.
        #[inline]
        pub const fn with_aliases(self, aliases: Bits<3>) -> Self {
            Self::from_bits(
                self.bits & !0x1c00_0000_0000_0000 | (aliases.into_bits() << 58),
            )
        }
        /// Bit 61.
        #[inline]
        #[must_use]
        pub const fn unpinned(self) -> bool {
            self.bits & (1 << 61) != 0
        }
        /// The entry with this `unpinned`.
        #[inline]
        pub const fn with_unpinned(self, unpinned: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 61) | ((unpinned as u64) << 61))
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
    impl SeptLeaf<Pd> {
        /// The 4 KiB chunks of a pending 2 MiB page that TDG.MEM.PAGE.ACCEPT has cleared.
        ///
        /// Bits 20:12.
        #[inline]
        #[must_use]
        pub const fn accept_counter(self) -> Bits<9> {
            <Bits<9>>::from_bits((self.bits >> 12 & 0x1ff))
        }
        /// The entry with this `accept_counter`.
        #[inline]
        pub const fn with_accept_counter(self, accept_counter: Bits<9>) -> Self {
            Self::from_bits(
                self.bits & !0x001f_f000 | (accept_counter.into_bits() << 12),
            )
        }
    }
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for SeptLeaf<L>
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
    /// An entry that points to a table.
    ///
    /// | bits | `Pml5`, `Pml4`, `Pdpt`, `Pd` |
    /// |---|---|
    /// | 63 | `suppress_ve` |
    /// | 62:57 | reserved (0) |
    /// | 56:53 | 4:1 of `state` |
    /// | 52 | `host_priority` |
    /// | 51:12 | `table` |
    /// | 11 | `locked` |
    /// | 10 | reserved (0) |
    /// | 9 | 0 of `state` |
    /// | 8 | ignored |
    /// | 7:6 | 6:5 of `state` |
    /// | 5:3 | reserved (0) |
    /// | 2 | `execute` |
    /// | 1 | `write` |
    /// | 0 | `read` |
    ///
    /// What an entry is, its state says: [`SeptState`]. In a new entry, `read`, `write`, `execute` and `suppress_ve` are 1 and `state` is `NlMapped`.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct SeptTable<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for SeptTable<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("SeptTable", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for SeptTable<Pml5> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::value("read", 0x1),
                ::pt_core::FieldInfo::value("write", 0x2),
                ::pt_core::FieldInfo::value("execute", 0x4),
                ::pt_core::FieldInfo::reserved("", 0x7e00_0000_0000_0438),
                ::pt_core::FieldInfo::value("state", 0x01e0_0000_0000_02c0),
                ::pt_core::FieldInfo::ignored("", 0x100),
                ::pt_core::FieldInfo::value("locked", 0x800),
                ::pt_core::FieldInfo::frame("table", 0x000f_ffff_ffff_f000),
                ::pt_core::FieldInfo::value("host_priority", 0x0010_0000_0000_0000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x000f_ffff_ffff_f000,
            hardware: 0x0,
            reserved: 0x7e00_0000_0000_0438,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x8000_0000_0000_0007,
        };
    }
    impl ::pt_core::HasLayout for SeptTable<Pml4> {
        const LAYOUT: ::pt_core::Layout = <SeptTable<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptTable<Pdpt> {
        const LAYOUT: ::pt_core::Layout = <SeptTable<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptTable<Pd> {
        const LAYOUT: ::pt_core::Layout = <SeptTable<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl<L> SeptTable<L>
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
        /// Bits 7:6, 56:53, 9 (highest first).
        #[inline]
        #[must_use]
        pub const fn state(self) -> ::core::option::Option<SeptState> {
            <SeptState>::from_bits(
                ((self.bits >> 9 & 0x1) | ((self.bits >> 53 & 0xf) << 1)
                    | ((self.bits >> 6 & 0x3) << 5)),
            )
        }
        /// The entry with this `state`.
        #[inline]
        pub const fn with_state(self, state: SeptState) -> Self {
            Self::from_bits(
                self.bits & !0x01e0_0000_0000_02c0
                    | (((state.into_bits() << 9) & 0x200)
                        | ((state.into_bits() << 52) & 0x01e0_0000_0000_0000)
                        | ((state.into_bits() << 1) & 0xc0)),
            )
        }
        /// Bit 11.
        #[inline]
        #[must_use]
        pub const fn locked(self) -> bool {
            self.bits & (1 << 11) != 0
        }
        /// The entry with this `locked`.
        #[inline]
        pub const fn with_locked(self, locked: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 11) | ((locked as u64) << 11))
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
        /// Bit 52.
        #[inline]
        #[must_use]
        pub const fn host_priority(self) -> bool {
            self.bits & (1 << 52) != 0
        }
        /// The entry with this `host_priority`.
        #[inline]
        pub const fn with_host_priority(self, host_priority: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 52) | ((host_priority as u64) << 52))
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
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for SeptTable<L>
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
    /// An entry that points to nothing. It is not zero.
    ///
    /// | bits | `Pml5`, `Pml4`, `Pdpt`, `Pd`, `Pt` |
    /// |---|---|
    /// | 63 | `suppress_ve` |
    /// | 62:57 | reserved (0) |
    /// | 56:53 | 4:1 of `state` |
    /// | 52 | `host_priority` |
    /// | 51:45 | reserved (0) |
    /// | 44 | `migration_epoch_is_valid` |
    /// | 43:12 | `migration_epoch` |
    /// | 11 | `locked` |
    /// | 10 | reserved (0) |
    /// | 9 | 0 of `state` |
    /// | 8 | ignored |
    /// | 7:6 | 6:5 of `state` |
    /// | 5:0 | reserved (0) |
    ///
    /// What an entry is, its state says: [`SeptState`]. In a new entry, `state` is `Free` and `suppress_ve` is 1.
    #[derive(Copy, Clone, PartialEq, Eq, Hash)]
    #[repr(transparent)]
    #[must_use]
    pub struct SeptAbsent<L> {
        bits: u64,
        level: ::core::marker::PhantomData<fn() -> L>,
    }
    impl<L> ::core::fmt::Debug for SeptAbsent<L>
    where
        Self: ::pt_core::HasLayout,
    {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            <Self as ::pt_core::HasLayout>::LAYOUT.debug("SeptAbsent", self.bits, f)
        }
    }
    impl ::pt_core::HasLayout for SeptAbsent<Pml5> {
        const LAYOUT: ::pt_core::Layout = ::pt_core::Layout {
            fields: &[
                ::pt_core::FieldInfo::reserved("", 0x7e0f_e000_0000_043f),
                ::pt_core::FieldInfo::value("state", 0x01e0_0000_0000_02c0),
                ::pt_core::FieldInfo::ignored("", 0x100),
                ::pt_core::FieldInfo::value("locked", 0x800),
                ::pt_core::FieldInfo::value("migration_epoch", 0x0fff_ffff_f000),
                ::pt_core::FieldInfo::value(
                    "migration_epoch_is_valid",
                    0x1000_0000_0000,
                ),
                ::pt_core::FieldInfo::value("host_priority", 0x0010_0000_0000_0000),
                ::pt_core::FieldInfo::value("suppress_ve", 0x8000_0000_0000_0000),
            ],
            frame: 0x0,
            hardware: 0x0,
            reserved: 0x7e0f_e000_0000_043f,
            reserved_ones: 0x0,
            accessed: 0x0,
            dirty: 0x0,
            template: 0x80e0_0000_0000_0000,
        };
    }
    impl ::pt_core::HasLayout for SeptAbsent<Pml4> {
        const LAYOUT: ::pt_core::Layout = <SeptAbsent<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptAbsent<Pdpt> {
        const LAYOUT: ::pt_core::Layout = <SeptAbsent<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptAbsent<Pd> {
        const LAYOUT: ::pt_core::Layout = <SeptAbsent<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl ::pt_core::HasLayout for SeptAbsent<Pt> {
        const LAYOUT: ::pt_core::Layout = <SeptAbsent<
            Pml5,
        > as ::pt_core::HasLayout>::LAYOUT;
    }
    impl<L> SeptAbsent<L>
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
        /// Bits 7:6, 56:53, 9 (highest first).
        #[inline]
        #[must_use]
        pub const fn state(self) -> ::core::option::Option<SeptState> {
            <SeptState>::from_bits(
                ((self.bits >> 9 & 0x1) | ((self.bits >> 53 & 0xf) << 1)
                    | ((self.bits >> 6 & 0x3) << 5)),
            )
        }
        /// The entry with this `state`.
        #[inline]
        pub const fn with_state(self, state: SeptState) -> Self {
            Self::from_bits(
                self.bits & !0x01e0_0000_0000_02c0
                    | (((state.into_bits() << 9) & 0x200)
                        | ((state.into_bits() << 52) & 0x01e0_0000_0000_0000)
                        | ((state.into_bits() << 1) & 0xc0)),
            )
        }
        /// Bit 11.
        #[inline]
        #[must_use]
        pub const fn locked(self) -> bool {
            self.bits & (1 << 11) != 0
        }
        /// The entry with this `locked`.
        #[inline]
        pub const fn with_locked(self, locked: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 11) | ((locked as u64) << 11))
        }
        /// The migration epoch in which the page was removed, while the TD is imported.
        ///
        /// Bits 43:12.
        #[inline]
        #[must_use]
        pub const fn migration_epoch(self) -> Bits<32> {
            <Bits<32>>::from_bits((self.bits >> 12 & 0xffff_ffff))
        }
        /// The entry with this `migration_epoch`.
        #[inline]
        pub const fn with_migration_epoch(self, migration_epoch: Bits<32>) -> Self {
            Self::from_bits(
                self.bits & !0x0fff_ffff_f000 | (migration_epoch.into_bits() << 12),
            )
        }
        /// Bit 44.
        #[inline]
        #[must_use]
        pub const fn migration_epoch_is_valid(self) -> bool {
            self.bits & (1 << 44) != 0
        }
        /// The entry with this `migration_epoch_is_valid`.
        #[inline]
        pub const fn with_migration_epoch_is_valid(
            self,
            migration_epoch_is_valid: bool,
        ) -> Self {
            Self::from_bits(
                self.bits & !(1 << 44) | ((migration_epoch_is_valid as u64) << 44),
            )
        }
        /// Bit 52.
        #[inline]
        #[must_use]
        pub const fn host_priority(self) -> bool {
            self.bits & (1 << 52) != 0
        }
        /// The entry with this `host_priority`.
        #[inline]
        pub const fn with_host_priority(self, host_priority: bool) -> Self {
            Self::from_bits(self.bits & !(1 << 52) | ((host_priority as u64) << 52))
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
    impl<L: ::pt_core::Level> ::pt_core::EntryFormat for SeptAbsent<L>
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
            Access::NONE
        }
    }
    /// The table that the module keeps, and that CPUs translate with.
    ///
    /// Invisible to the VMM, used by the CPU. It belongs to the the TDX module. Its entries: [`SeptLeaf`], [`SeptTable`], [`SeptAbsent`].
    #[derive(Copy, Clone, PartialEq, Eq, Debug)]
    pub struct ModuleSept;
    impl ::pt_core::Table for ModuleSept {
        const NAME: &'static str = "ModuleSept";
        type Space = ::pt_core::space::Private;
        type Geometry = Gpaw;
        type Levels = Level;
    }
    impl ::pt_core::AddressOf<ModuleSept>
    for ::pt_core::Address<::pt_core::space::Private> {
        #[inline(always)]
        fn address(self) -> Self {
            self
        }
    }
    /// The life of one entry, by the module's own codes: bits 9, 53 to 56, 6 and 7 of the entry.
    ///
    /// | state | points to | transitions |
    /// |---|---|---|
    /// | `Free` | nothing | → `Free` by `SeptRd`; → `NlMapped` by `SeptAdd`; → `Mapped` by `PageAdd` or `ImportMem`; → `Pending` by `PageAug` or `ImportMem`; → `Removed` by `ImportMem` |
    /// | `Removed` | nothing | → `Removed` by `SeptRd` or `ImportMem`; → `Mapped` by `ImportMem`; → `Pending` by `PageAug` or `ImportMem` |
    /// | `NlMapped` | table | → `NlMapped` by `SeptAdd` or `SeptRd`; → `NlBlocked` by `RangeBlock`; → `Free` by `SeptRemove` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `Mapped` by `PagePromote` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `Pending` by `PagePromote` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport` |
    /// | `NlBlocked` | table | → `NlBlocked` by `SeptRd`; → `NlMapped` by `RangeUnblock` after track; → `Free` by `SeptRemove` after track; → `Mapped` by `PagePromote` after track; → `Pending` by `PagePromote` after track |
    /// | `Mapped` | page | → `Mapped` by `SeptRd` or `MemRd` or `MemWr` or `MrExtend` or `ImportMem` or `attr_rd` of the guest or `attr_wr` of the guest; → `Blocked` by `RangeBlock`; → `Mapped` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `Free` by `PageRemove` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `FailedImport`; → `Removed` by `PageRemove` during `MemoryImport`, `StateImport`, `PostImport`; → `NlMapped` by `PageDemote` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `BlockedW` by `ExportBlockw`; → `ExportedBlockedW` by `ExportMem` during `PausedExport`; → `Pending` by `ImportMem`; → `Removed` by `ImportMem` |
    /// | `Blocked` | page | → `Blocked` by `SeptRd`; → `Mapped` by `RangeUnblock` or `PageRelocate` after track; → `NlMapped` by `PageDemote` after track; → `Free` by `PageRemove` during `Uninitialized`, `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `FailedImport` after track; → `Removed` by `PageRemove` during `MemoryImport`, `StateImport`, `PostImport`, `LiveImport` after track |
    /// | `BlockedW` | page | → `BlockedW` by `SeptRd` or `MemRd` or `attr_rd` of the guest; → `Blocked` by `RangeBlock`; → `BlockedW` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `Free` by `PageRemove` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `FailedImport`; → `Removed` by `PageRemove` during `MemoryImport`, `StateImport`, `PostImport`; → `Mapped` by `ExportUnblockw`; → `ExportedBlockedW` by `ExportMem` |
    /// | `ExportedBlockedW` | page | → `ExportedBlockedW` by `SeptRd` or `MemRd` or `PageRelocate` or `attr_rd` of the guest; → `ExportedDirty` by `ExportUnblockw`; → `Mapped` by `ExportRestore` or `ExportMem` |
    /// | `ExportedDirty` | page | → `ExportedDirty` by `SeptRd` or `MemRd` or `MemWr` or `attr_rd` of the guest or `attr_wr` of the guest; → `ExportedDirty` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `ExportedDirtyBlockedW` by `ExportBlockw`; → `ExportedBlockedW` by `ExportMem`; → `Mapped` by `ExportRestore` or `ExportMem` |
    /// | `ExportedDirtyBlockedW` | page | → `ExportedDirtyBlockedW` by `SeptRd` or `MemRd` or `attr_rd` of the guest; → `ExportedDirtyBlockedW` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `ExportedDirty` by `ExportUnblockw`; → `ExportedBlockedW` by `ExportMem`; → `Mapped` by `ExportRestore` or `ExportMem` |
    /// | `Pending` | page | → `Pending` by `SeptRd` or `ImportMem` or `attr_rd` of the guest or `attr_wr` of the guest; → `Mapped` by `accept` of the guest; → `PendingBlocked` by `RangeBlock`; → `Pending` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `Free` by `PageRemove` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `FailedImport`; → `Removed` by `PageRemove` during `MemoryImport`, `StateImport`, `PostImport`; → `NlMapped` by `PageDemote` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `PendingBlockedW` by `ExportBlockw`; → `PendingExportedBlockedW` by `ExportMem` during `PausedExport`; → `Mapped` by `ImportMem`; → `Removed` by `ImportMem` |
    /// | `PendingBlocked` | page | → `PendingBlocked` by `SeptRd`; → `Pending` by `RangeUnblock` or `PageRelocate` after track; → `NlMapped` by `PageDemote` after track; → `Free` by `PageRemove` during `Uninitialized`, `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `FailedImport` after track; → `Removed` by `PageRemove` during `MemoryImport`, `StateImport`, `PostImport`, `LiveImport` after track |
    /// | `PendingBlockedW` | page | → `PendingBlockedW` by `SeptRd` or `attr_rd` of the guest; → `PendingBlocked` by `RangeBlock`; → `PendingBlockedW` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `Free` by `PageRemove` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `FailedImport`; → `Removed` by `PageRemove` during `MemoryImport`, `StateImport`, `PostImport`; → `Pending` by `ExportUnblockw`; → `PendingExportedBlockedW` by `ExportMem` |
    /// | `PendingExportedBlockedW` | page | → `PendingExportedBlockedW` by `SeptRd` or `PageRelocate` or `attr_rd` of the guest; → `PendingExportedDirty` by `ExportUnblockw`; → `Pending` by `ExportRestore` or `ExportMem` |
    /// | `PendingExportedDirty` | page | → `PendingExportedDirty` by `SeptRd` or `attr_rd` of the guest or `attr_wr` of the guest; → `ExportedDirty` by `accept` of the guest; → `PendingExportedDirty` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `PendingExportedDirtyBlockedW` by `ExportBlockw`; → `PendingExportedBlockedW` by `ExportMem`; → `Pending` by `ExportRestore` or `ExportMem` |
    /// | `PendingExportedDirtyBlockedW` | page | → `PendingExportedDirtyBlockedW` by `SeptRd` or `attr_rd` of the guest; → `PendingExportedDirtyBlockedW` by `PageRelocate` during `Uninitialized`, `Initialized`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `FailedImport`; → `PendingExportedDirty` by `ExportUnblockw`; → `PendingExportedBlockedW` by `ExportMem`; → `Pending` by `ExportRestore` or `ExportMem` |
    #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
    pub enum SeptState {
        /// Points to nothing, as in a new table. Code 0x0e.
        Free = 0xe,
        /// The page was removed while the TD was imported.
        ///
        /// Points to nothing. Code 0x0c.
        Removed = 0xc,
        /// Points to a table; a CPU translates through it. Code 0x00.
        NlMapped = 0x0,
        /// Points to a table; blocked. Code 0x08.
        NlBlocked = 0x8,
        /// Points to a page; a CPU translates through it. Code 0x60.
        Mapped = 0x60,
        /// Points to a page; blocked. Code 0x68.
        Blocked = 0x68,
        /// Blocked for writing, as all that ends in `BlockedW`, so that it can be exported.
        ///
        /// Points to a page; a CPU translates through it. Code 0x64.
        BlockedW = 0x64,
        /// Points to a page; a CPU translates through it. Code 0x66.
        ExportedBlockedW = 0x66,
        /// Written since it was exported, as all that has `Dirty` in its name.
        ///
        /// Points to a page; a CPU translates through it. Code 0x63.
        ExportedDirty = 0x63,
        /// Points to a page; a CPU translates through it. Code 0x67.
        ExportedDirtyBlockedW = 0x67,
        /// The guest has not accepted the page, as all that begins with `Pending`.
        ///
        /// Points to a page. Code 0x70.
        Pending = 0x70,
        /// Points to a page; blocked. Code 0x78.
        PendingBlocked = 0x78,
        /// Points to a page. Code 0x74.
        PendingBlockedW = 0x74,
        /// Points to a page. Code 0x76.
        PendingExportedBlockedW = 0x76,
        /// Points to a page. Code 0x73.
        PendingExportedDirty = 0x73,
        /// Points to a page. Code 0x77.
        PendingExportedDirtyBlockedW = 0x77,
    }
    impl SeptState {
        /// The state with this code.
        #[inline]
        #[must_use]
        pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                0xe => ::core::option::Option::Some(Self::Free),
                0xc => ::core::option::Option::Some(Self::Removed),
                0x0 => ::core::option::Option::Some(Self::NlMapped),
                0x8 => ::core::option::Option::Some(Self::NlBlocked),
                0x60 => ::core::option::Option::Some(Self::Mapped),
                0x68 => ::core::option::Option::Some(Self::Blocked),
                0x64 => ::core::option::Option::Some(Self::BlockedW),
                0x66 => ::core::option::Option::Some(Self::ExportedBlockedW),
                0x63 => ::core::option::Option::Some(Self::ExportedDirty),
                0x67 => ::core::option::Option::Some(Self::ExportedDirtyBlockedW),
                0x70 => ::core::option::Option::Some(Self::Pending),
                0x78 => ::core::option::Option::Some(Self::PendingBlocked),
                0x74 => ::core::option::Option::Some(Self::PendingBlockedW),
                0x76 => ::core::option::Option::Some(Self::PendingExportedBlockedW),
                0x73 => ::core::option::Option::Some(Self::PendingExportedDirty),
                0x77 => ::core::option::Option::Some(Self::PendingExportedDirtyBlockedW),
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
    impl ::pt_core::states::States for SeptState {
        type Method = SeptOperation;
        type Phase = OpState;
        type Levels = Level;
        const ALL: &'static [Self] = &[
            Self::Free,
            Self::Removed,
            Self::NlMapped,
            Self::NlBlocked,
            Self::Mapped,
            Self::Blocked,
            Self::BlockedW,
            Self::ExportedBlockedW,
            Self::ExportedDirty,
            Self::ExportedDirtyBlockedW,
            Self::Pending,
            Self::PendingBlocked,
            Self::PendingBlockedW,
            Self::PendingExportedBlockedW,
            Self::PendingExportedDirty,
            Self::PendingExportedDirtyBlockedW,
        ];
        const INITIAL: Self = Self::Free;
        const TRANSITIONS: &'static [::pt_core::states::Transition<
            Self,
            SeptOperation,
            OpState,
        >] = {
            use ::pt_core::states::Transition;
            use OpState as Phase;
            use SeptOperation as By;
            &[
                Transition::host(Self::Free, Self::Free, By::SeptRd),
                Transition::host(Self::Free, Self::NlMapped, By::SeptAdd),
                Transition::host(Self::Free, Self::Mapped, By::PageAdd),
                Transition::host(Self::Free, Self::Mapped, By::ImportMem),
                Transition::host(Self::Free, Self::Pending, By::PageAug),
                Transition::host(Self::Free, Self::Pending, By::ImportMem),
                Transition::host(Self::Free, Self::Removed, By::ImportMem),
                Transition::host(Self::Removed, Self::Removed, By::SeptRd),
                Transition::host(Self::Removed, Self::Removed, By::ImportMem),
                Transition::host(Self::Removed, Self::Mapped, By::ImportMem),
                Transition::host(Self::Removed, Self::Pending, By::PageAug),
                Transition::host(Self::Removed, Self::Pending, By::ImportMem),
                Transition::host(Self::NlMapped, Self::NlMapped, By::SeptAdd),
                Transition::host(Self::NlMapped, Self::NlMapped, By::SeptRd),
                Transition::host(Self::NlMapped, Self::NlBlocked, By::RangeBlock),
                Transition::host(Self::NlMapped, Self::Free, By::SeptRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::NlMapped, Self::Mapped, By::PagePromote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::NlMapped, Self::Pending, By::PagePromote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::NlBlocked, Self::NlBlocked, By::SeptRd),
                Transition::host(Self::NlBlocked, Self::NlMapped, By::RangeUnblock)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::NlBlocked, Self::NlMapped, By::RangeUnblock)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::NlBlocked, Self::Free, By::SeptRemove)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::NlBlocked, Self::Free, By::SeptRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::NlBlocked, Self::Mapped, By::PagePromote)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::NlBlocked, Self::Mapped, By::PagePromote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::NlBlocked, Self::Pending, By::PagePromote)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::NlBlocked, Self::Pending, By::PagePromote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Mapped, Self::Mapped, By::SeptRd),
                Transition::host(Self::Mapped, Self::Mapped, By::MemRd),
                Transition::host(Self::Mapped, Self::Mapped, By::MemWr),
                Transition::host(Self::Mapped, Self::Mapped, By::MrExtend),
                Transition::host(Self::Mapped, Self::Mapped, By::ImportMem),
                Transition::guest(Self::Mapped, Self::Mapped, "attr_rd"),
                Transition::guest(Self::Mapped, Self::Mapped, "attr_wr"),
                Transition::host(Self::Mapped, Self::Blocked, By::RangeBlock),
                Transition::host(Self::Mapped, Self::Mapped, By::PageRelocate)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Mapped, Self::Free, By::PageRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Mapped, Self::Removed, By::PageRemove)
                    .during(
                        &[Phase::MemoryImport, Phase::StateImport, Phase::PostImport],
                    ),
                Transition::host(Self::Mapped, Self::NlMapped, By::PageDemote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Mapped, Self::BlockedW, By::ExportBlockw),
                Transition::host(Self::Mapped, Self::ExportedBlockedW, By::ExportMem)
                    .during(&[Phase::PausedExport]),
                Transition::host(Self::Mapped, Self::Pending, By::ImportMem),
                Transition::host(Self::Mapped, Self::Removed, By::ImportMem),
                Transition::host(Self::Blocked, Self::Blocked, By::SeptRd),
                Transition::host(Self::Blocked, Self::Mapped, By::RangeUnblock)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::Blocked, Self::Mapped, By::RangeUnblock)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Blocked, Self::Mapped, By::PageRelocate)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::Blocked, Self::Mapped, By::PageRelocate)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Blocked, Self::NlMapped, By::PageDemote)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::Blocked, Self::NlMapped, By::PageDemote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Blocked, Self::Free, By::PageRemove)
                    .during(&[Phase::Runnable, Phase::LiveExport])
                    .after_track(),
                Transition::host(Self::Blocked, Self::Free, By::PageRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Blocked, Self::Removed, By::PageRemove)
                    .during(&[Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::Blocked, Self::Removed, By::PageRemove)
                    .during(
                        &[Phase::MemoryImport, Phase::StateImport, Phase::PostImport],
                    ),
                Transition::host(Self::BlockedW, Self::BlockedW, By::SeptRd),
                Transition::host(Self::BlockedW, Self::BlockedW, By::MemRd),
                Transition::guest(Self::BlockedW, Self::BlockedW, "attr_rd"),
                Transition::host(Self::BlockedW, Self::Blocked, By::RangeBlock),
                Transition::host(Self::BlockedW, Self::BlockedW, By::PageRelocate)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::BlockedW, Self::Free, By::PageRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::BlockedW, Self::Removed, By::PageRemove)
                    .during(
                        &[Phase::MemoryImport, Phase::StateImport, Phase::PostImport],
                    ),
                Transition::host(Self::BlockedW, Self::Mapped, By::ExportUnblockw),
                Transition::host(Self::BlockedW, Self::ExportedBlockedW, By::ExportMem),
                Transition::host(
                    Self::ExportedBlockedW,
                    Self::ExportedBlockedW,
                    By::SeptRd,
                ),
                Transition::host(
                    Self::ExportedBlockedW,
                    Self::ExportedBlockedW,
                    By::MemRd,
                ),
                Transition::host(
                    Self::ExportedBlockedW,
                    Self::ExportedBlockedW,
                    By::PageRelocate,
                ),
                Transition::guest(
                    Self::ExportedBlockedW,
                    Self::ExportedBlockedW,
                    "attr_rd",
                ),
                Transition::host(
                    Self::ExportedBlockedW,
                    Self::ExportedDirty,
                    By::ExportUnblockw,
                ),
                Transition::host(
                    Self::ExportedBlockedW,
                    Self::Mapped,
                    By::ExportRestore,
                ),
                Transition::host(Self::ExportedBlockedW, Self::Mapped, By::ExportMem),
                Transition::host(Self::ExportedDirty, Self::ExportedDirty, By::SeptRd),
                Transition::host(Self::ExportedDirty, Self::ExportedDirty, By::MemRd),
                Transition::host(Self::ExportedDirty, Self::ExportedDirty, By::MemWr),
                Transition::guest(Self::ExportedDirty, Self::ExportedDirty, "attr_rd"),
                Transition::guest(Self::ExportedDirty, Self::ExportedDirty, "attr_wr"),
                Transition::host(
                        Self::ExportedDirty,
                        Self::ExportedDirty,
                        By::PageRelocate,
                    )
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(
                    Self::ExportedDirty,
                    Self::ExportedDirtyBlockedW,
                    By::ExportBlockw,
                ),
                Transition::host(
                    Self::ExportedDirty,
                    Self::ExportedBlockedW,
                    By::ExportMem,
                ),
                Transition::host(Self::ExportedDirty, Self::Mapped, By::ExportRestore),
                Transition::host(Self::ExportedDirty, Self::Mapped, By::ExportMem),
                Transition::host(
                    Self::ExportedDirtyBlockedW,
                    Self::ExportedDirtyBlockedW,
                    By::SeptRd,
                ),
                Transition::host(
                    Self::ExportedDirtyBlockedW,
                    Self::ExportedDirtyBlockedW,
                    By::MemRd,
                ),
                Transition::guest(
                    Self::ExportedDirtyBlockedW,
                    Self::ExportedDirtyBlockedW,
                    "attr_rd",
                ),
                Transition::host(
                        Self::ExportedDirtyBlockedW,
                        Self::ExportedDirtyBlockedW,
                        By::PageRelocate,
                    )
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(
                    Self::ExportedDirtyBlockedW,
                    Self::ExportedDirty,
                    By::ExportUnblockw,
                ),
                Transition::host(
                    Self::ExportedDirtyBlockedW,
                    Self::ExportedBlockedW,
                    By::ExportMem,
                ),
                Transition::host(
                    Self::ExportedDirtyBlockedW,
                    Self::Mapped,
                    By::ExportRestore,
                ),
                Transition::host(
                    Self::ExportedDirtyBlockedW,
                    Self::Mapped,
                    By::ExportMem,
                ),
                Transition::host(Self::Pending, Self::Pending, By::SeptRd),
                Transition::host(Self::Pending, Self::Pending, By::ImportMem),
                Transition::guest(Self::Pending, Self::Pending, "attr_rd"),
                Transition::guest(Self::Pending, Self::Pending, "attr_wr"),
                Transition::guest(Self::Pending, Self::Mapped, "accept"),
                Transition::host(Self::Pending, Self::PendingBlocked, By::RangeBlock),
                Transition::host(Self::Pending, Self::Pending, By::PageRelocate)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Pending, Self::Free, By::PageRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Pending, Self::Removed, By::PageRemove)
                    .during(
                        &[Phase::MemoryImport, Phase::StateImport, Phase::PostImport],
                    ),
                Transition::host(Self::Pending, Self::NlMapped, By::PageDemote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::Pending, Self::PendingBlockedW, By::ExportBlockw),
                Transition::host(
                        Self::Pending,
                        Self::PendingExportedBlockedW,
                        By::ExportMem,
                    )
                    .during(&[Phase::PausedExport]),
                Transition::host(Self::Pending, Self::Mapped, By::ImportMem),
                Transition::host(Self::Pending, Self::Removed, By::ImportMem),
                Transition::host(Self::PendingBlocked, Self::PendingBlocked, By::SeptRd),
                Transition::host(Self::PendingBlocked, Self::Pending, By::RangeUnblock)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::PendingBlocked, Self::Pending, By::RangeUnblock)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::PendingBlocked, Self::Pending, By::PageRelocate)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::PendingBlocked, Self::Pending, By::PageRelocate)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::PendingBlocked, Self::NlMapped, By::PageDemote)
                    .during(&[Phase::Runnable, Phase::LiveExport, Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::PendingBlocked, Self::NlMapped, By::PageDemote)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::PendingBlocked, Self::Free, By::PageRemove)
                    .during(&[Phase::Runnable, Phase::LiveExport])
                    .after_track(),
                Transition::host(Self::PendingBlocked, Self::Free, By::PageRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::PendingBlocked, Self::Removed, By::PageRemove)
                    .during(&[Phase::LiveImport])
                    .after_track(),
                Transition::host(Self::PendingBlocked, Self::Removed, By::PageRemove)
                    .during(
                        &[Phase::MemoryImport, Phase::StateImport, Phase::PostImport],
                    ),
                Transition::host(
                    Self::PendingBlockedW,
                    Self::PendingBlockedW,
                    By::SeptRd,
                ),
                Transition::guest(
                    Self::PendingBlockedW,
                    Self::PendingBlockedW,
                    "attr_rd",
                ),
                Transition::host(
                    Self::PendingBlockedW,
                    Self::PendingBlocked,
                    By::RangeBlock,
                ),
                Transition::host(
                        Self::PendingBlockedW,
                        Self::PendingBlockedW,
                        By::PageRelocate,
                    )
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::PendingBlockedW, Self::Free, By::PageRemove)
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(Self::PendingBlockedW, Self::Removed, By::PageRemove)
                    .during(
                        &[Phase::MemoryImport, Phase::StateImport, Phase::PostImport],
                    ),
                Transition::host(
                    Self::PendingBlockedW,
                    Self::Pending,
                    By::ExportUnblockw,
                ),
                Transition::host(
                    Self::PendingBlockedW,
                    Self::PendingExportedBlockedW,
                    By::ExportMem,
                ),
                Transition::host(
                    Self::PendingExportedBlockedW,
                    Self::PendingExportedBlockedW,
                    By::SeptRd,
                ),
                Transition::host(
                    Self::PendingExportedBlockedW,
                    Self::PendingExportedBlockedW,
                    By::PageRelocate,
                ),
                Transition::guest(
                    Self::PendingExportedBlockedW,
                    Self::PendingExportedBlockedW,
                    "attr_rd",
                ),
                Transition::host(
                    Self::PendingExportedBlockedW,
                    Self::PendingExportedDirty,
                    By::ExportUnblockw,
                ),
                Transition::host(
                    Self::PendingExportedBlockedW,
                    Self::Pending,
                    By::ExportRestore,
                ),
                Transition::host(
                    Self::PendingExportedBlockedW,
                    Self::Pending,
                    By::ExportMem,
                ),
                Transition::host(
                    Self::PendingExportedDirty,
                    Self::PendingExportedDirty,
                    By::SeptRd,
                ),
                Transition::guest(
                    Self::PendingExportedDirty,
                    Self::PendingExportedDirty,
                    "attr_rd",
                ),
                Transition::guest(
                    Self::PendingExportedDirty,
                    Self::PendingExportedDirty,
                    "attr_wr",
                ),
                Transition::guest(
                    Self::PendingExportedDirty,
                    Self::ExportedDirty,
                    "accept",
                ),
                Transition::host(
                        Self::PendingExportedDirty,
                        Self::PendingExportedDirty,
                        By::PageRelocate,
                    )
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(
                    Self::PendingExportedDirty,
                    Self::PendingExportedDirtyBlockedW,
                    By::ExportBlockw,
                ),
                Transition::host(
                    Self::PendingExportedDirty,
                    Self::PendingExportedBlockedW,
                    By::ExportMem,
                ),
                Transition::host(
                    Self::PendingExportedDirty,
                    Self::Pending,
                    By::ExportRestore,
                ),
                Transition::host(
                    Self::PendingExportedDirty,
                    Self::Pending,
                    By::ExportMem,
                ),
                Transition::host(
                    Self::PendingExportedDirtyBlockedW,
                    Self::PendingExportedDirtyBlockedW,
                    By::SeptRd,
                ),
                Transition::guest(
                    Self::PendingExportedDirtyBlockedW,
                    Self::PendingExportedDirtyBlockedW,
                    "attr_rd",
                ),
                Transition::host(
                        Self::PendingExportedDirtyBlockedW,
                        Self::PendingExportedDirtyBlockedW,
                        By::PageRelocate,
                    )
                    .during(
                        &[
                            Phase::Uninitialized,
                            Phase::Initialized,
                            Phase::PausedExport,
                            Phase::PostExport,
                            Phase::MemoryImport,
                            Phase::StateImport,
                            Phase::PostImport,
                            Phase::FailedImport,
                        ],
                    ),
                Transition::host(
                    Self::PendingExportedDirtyBlockedW,
                    Self::PendingExportedDirty,
                    By::ExportUnblockw,
                ),
                Transition::host(
                    Self::PendingExportedDirtyBlockedW,
                    Self::PendingExportedBlockedW,
                    By::ExportMem,
                ),
                Transition::host(
                    Self::PendingExportedDirtyBlockedW,
                    Self::Pending,
                    By::ExportRestore,
                ),
                Transition::host(
                    Self::PendingExportedDirtyBlockedW,
                    Self::Pending,
                    By::ExportMem,
                ),
            ]
        };
        fn name(self) -> &'static str {
            match self {
                Self::Free => "Free",
                Self::Removed => "Removed",
                Self::NlMapped => "NlMapped",
                Self::NlBlocked => "NlBlocked",
                Self::Mapped => "Mapped",
                Self::Blocked => "Blocked",
                Self::BlockedW => "BlockedW",
                Self::ExportedBlockedW => "ExportedBlockedW",
                Self::ExportedDirty => "ExportedDirty",
                Self::ExportedDirtyBlockedW => "ExportedDirtyBlockedW",
                Self::Pending => "Pending",
                Self::PendingBlocked => "PendingBlocked",
                Self::PendingBlockedW => "PendingBlockedW",
                Self::PendingExportedBlockedW => "PendingExportedBlockedW",
                Self::PendingExportedDirty => "PendingExportedDirty",
                Self::PendingExportedDirtyBlockedW => "PendingExportedDirtyBlockedW",
            }
        }
        fn shape(self) -> ::pt_core::states::Shape {
            match self {
                Self::Free | Self::Removed => ::pt_core::states::Shape::Absent,
                Self::Mapped
                | Self::Blocked
                | Self::BlockedW
                | Self::ExportedBlockedW
                | Self::ExportedDirty
                | Self::ExportedDirtyBlockedW
                | Self::Pending
                | Self::PendingBlocked
                | Self::PendingBlockedW
                | Self::PendingExportedBlockedW
                | Self::PendingExportedDirty
                | Self::PendingExportedDirtyBlockedW => ::pt_core::states::Shape::Leaf,
                Self::NlMapped | Self::NlBlocked => ::pt_core::states::Shape::Table,
            }
        }
        fn is_accessible(self) -> bool {
            ::core::matches!(
                self, Self::NlMapped | Self::Mapped | Self::BlockedW |
                Self::ExportedBlockedW | Self::ExportedDirty |
                Self::ExportedDirtyBlockedW
            )
        }
        fn is_blocked(self) -> bool {
            ::core::matches!(
                self, Self::NlBlocked | Self::Blocked | Self::PendingBlocked
            )
        }
        #[inline]
        fn apply(self, raw: u64, level: Level) -> u64 {
            let _ = level;
            raw & !0x01e0_0000_0000_02c0
                | match self {
                    Self::Free => 0x00e0_0000_0000_0000,
                    Self::Removed => 0x00c0_0000_0000_0000,
                    Self::NlMapped => 0x0,
                    Self::NlBlocked => 0x0080_0000_0000_0000,
                    Self::Mapped => 0xc0,
                    Self::Blocked => 0x0080_0000_0000_00c0,
                    Self::BlockedW => 0x0040_0000_0000_00c0,
                    Self::ExportedBlockedW => 0x0060_0000_0000_00c0,
                    Self::ExportedDirty => 0x0020_0000_0000_02c0,
                    Self::ExportedDirtyBlockedW => 0x0060_0000_0000_02c0,
                    Self::Pending => 0x0100_0000_0000_00c0,
                    Self::PendingBlocked => 0x0180_0000_0000_00c0,
                    Self::PendingBlockedW => 0x0140_0000_0000_00c0,
                    Self::PendingExportedBlockedW => 0x0160_0000_0000_00c0,
                    Self::PendingExportedDirty => 0x0120_0000_0000_02c0,
                    Self::PendingExportedDirtyBlockedW => 0x0160_0000_0000_02c0,
                }
        }
        #[inline]
        fn decode(raw: u64, level: Level) -> ::core::option::Option<Self> {
            let _ = level;
            match raw & 0x01e0_0000_0000_02c0 {
                0x00e0_0000_0000_0000 => ::core::option::Option::Some(Self::Free),
                0x00c0_0000_0000_0000 => ::core::option::Option::Some(Self::Removed),
                0x0 => ::core::option::Option::Some(Self::NlMapped),
                0x0080_0000_0000_0000 => ::core::option::Option::Some(Self::NlBlocked),
                0xc0 => ::core::option::Option::Some(Self::Mapped),
                0x0080_0000_0000_00c0 => ::core::option::Option::Some(Self::Blocked),
                0x0040_0000_0000_00c0 => ::core::option::Option::Some(Self::BlockedW),
                0x0060_0000_0000_00c0 => {
                    ::core::option::Option::Some(Self::ExportedBlockedW)
                }
                0x0020_0000_0000_02c0 => {
                    ::core::option::Option::Some(Self::ExportedDirty)
                }
                0x0060_0000_0000_02c0 => {
                    ::core::option::Option::Some(Self::ExportedDirtyBlockedW)
                }
                0x0100_0000_0000_00c0 => ::core::option::Option::Some(Self::Pending),
                0x0180_0000_0000_00c0 => {
                    ::core::option::Option::Some(Self::PendingBlocked)
                }
                0x0140_0000_0000_00c0 => {
                    ::core::option::Option::Some(Self::PendingBlockedW)
                }
                0x0160_0000_0000_00c0 => {
                    ::core::option::Option::Some(Self::PendingExportedBlockedW)
                }
                0x0120_0000_0000_02c0 => {
                    ::core::option::Option::Some(Self::PendingExportedDirty)
                }
                0x0160_0000_0000_02c0 => {
                    ::core::option::Option::Some(Self::PendingExportedDirtyBlockedW)
                }
                _ => ::core::option::Option::None,
            }
        }
    }
    /// `TDCS.OP_STATE`: how far the life of a TD has come.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum OpState {
        /// Code 0. In no set.
        Uninitialized = 0,
        /// Code 1. In the set `settled`.
        Initialized = 1,
        /// Code 2. In the sets `tracked`, `settled`.
        Runnable = 2,
        /// Code 3. In the sets `tracked`, `settled`.
        LiveExport = 3,
        /// Code 4. In the set `settled`.
        PausedExport = 4,
        /// Code 5. In the set `settled`.
        PostExport = 5,
        /// Code 6. In the set `importing`.
        MemoryImport = 6,
        /// Code 7. In the set `importing`.
        StateImport = 7,
        /// Code 8. In the sets `importing`, `settled`.
        PostImport = 8,
        /// Code 9. In the sets `tracked`, `importing`, `settled`.
        LiveImport = 9,
        /// Code 10. In no set.
        FailedImport = 10,
    }
    impl OpState {
        /// The phase with this code.
        #[inline]
        #[must_use]
        pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                0 => ::core::option::Option::Some(Self::Uninitialized),
                1 => ::core::option::Option::Some(Self::Initialized),
                2 => ::core::option::Option::Some(Self::Runnable),
                3 => ::core::option::Option::Some(Self::LiveExport),
                4 => ::core::option::Option::Some(Self::PausedExport),
                5 => ::core::option::Option::Some(Self::PostExport),
                6 => ::core::option::Option::Some(Self::MemoryImport),
                7 => ::core::option::Option::Some(Self::StateImport),
                8 => ::core::option::Option::Some(Self::PostImport),
                9 => ::core::option::Option::Some(Self::LiveImport),
                10 => ::core::option::Option::Some(Self::FailedImport),
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
    impl OpState {
        /// Every phase, in the order of the declaration.
        pub const ALL: &'static [Self] = &[
            Self::Uninitialized,
            Self::Initialized,
            Self::Runnable,
            Self::LiveExport,
            Self::PausedExport,
            Self::PostExport,
            Self::MemoryImport,
            Self::StateImport,
            Self::PostImport,
            Self::LiveImport,
            Self::FailedImport,
        ];
        /// The name in the declaration.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                Self::Uninitialized => "Uninitialized",
                Self::Initialized => "Initialized",
                Self::Runnable => "Runnable",
                Self::LiveExport => "LiveExport",
                Self::PausedExport => "PausedExport",
                Self::PostExport => "PostExport",
                Self::MemoryImport => "MemoryImport",
                Self::StateImport => "StateImport",
                Self::PostImport => "PostImport",
                Self::LiveImport => "LiveImport",
                Self::FailedImport => "FailedImport",
            }
        }
        /// Whether it is one of `Runnable`, `LiveExport`, `LiveImport`.
        #[must_use]
        pub const fn is_tracked(self) -> bool {
            ::core::matches!(self, Self::Runnable | Self::LiveExport | Self::LiveImport)
        }
        /// Whether it is one of `MemoryImport`, `StateImport`, `PostImport`, `LiveImport`.
        #[must_use]
        pub const fn is_importing(self) -> bool {
            ::core::matches!(
                self, Self::MemoryImport | Self::StateImport | Self::PostImport |
                Self::LiveImport
            )
        }
        /// Whether it is one of `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `PostImport`, `LiveImport`.
        #[must_use]
        pub const fn is_settled(self) -> bool {
            ::core::matches!(
                self, Self::Initialized | Self::Runnable | Self::LiveExport |
                Self::PausedExport | Self::PostExport | Self::PostImport |
                Self::LiveImport
            )
        }
    }
    /// The host leaves that act on an entry or depend on the op-state, by their numbers.
    #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub enum SeptOperation {
        /// TDH.VP.ENTER.
        ///
        /// Number 0. About no single entry. During `Runnable`, `LiveExport`, `LiveImport`.
        VpEnter = 0,
        /// TDH.MNG.ADDCX, of pages beyond those that a TD needs.
        ///
        /// Number 1. About no single entry. During `Uninitialized`.
        MngAddcx = 1,
        /// TDH.MEM.PAGE.ADD.
        ///
        /// Number 2. At `Pt`. During `Initialized`.
        PageAdd = 2,
        /// TDH.MEM.SEPT.ADD. The entry is the one that will point to the table.
        ///
        /// Number 3. At `Pd`, `Pdpt`, `Pml4`, `Pml5`. During `Initialized`, `Runnable`, `LiveExport`, `MemoryImport`, `StateImport`, `PostImport`, `LiveImport`.
        SeptAdd = 3,
        /// TDH.VP.ADDCX.
        ///
        /// Number 4. About no single entry. During `Initialized`, `StateImport`.
        VpAddcx = 4,
        /// TDH.MEM.PAGE.RELOCATE.
        ///
        /// Number 5. At `Pt`. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `PostImport`, `LiveImport`.
        PageRelocate = 5,
        /// TDH.MEM.PAGE.AUG.
        ///
        /// Number 6. At `Pt`, `Pd`. During `Initialized`, `Runnable`, `LiveExport`, `LiveImport`.
        PageAug = 6,
        /// TDH.MEM.RANGE.BLOCK.
        ///
        /// Number 7. At every level. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `PostImport`, `LiveImport`.
        RangeBlock = 7,
        /// TDH.VP.CREATE.
        ///
        /// Number 10. About no single entry. During `Initialized`, `StateImport`.
        VpCreate = 10,
        /// TDH.MEM.RD.
        ///
        /// Number 12. At `Pt`, `Pd`, `Pdpt`. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `LiveImport`, `FailedImport`.
        MemRd = 12,
        /// TDH.MEM.WR.
        ///
        /// Number 14. At `Pt`, `Pd`, `Pdpt`. During `Initialized`, `Runnable`, `LiveExport`, `MemoryImport`, `StateImport`, `PostImport`, `LiveImport`, `FailedImport`.
        MemWr = 14,
        /// TDH.MEM.PAGE.DEMOTE.
        ///
        /// Number 15. At `Pd`, `Pdpt`. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `PostImport`, `LiveImport`.
        PageDemote = 15,
        /// TDH.MR.EXTEND.
        ///
        /// Number 16. At `Pt`, `Pd`, `Pdpt`. During `Initialized`.
        MrExtend = 16,
        /// TDH.MR.FINALIZE.
        ///
        /// Number 17. About no single entry. During `Initialized`.
        MrFinalize = 17,
        /// TDH.MNG.INIT.
        ///
        /// Number 21. About no single entry. During `Uninitialized`.
        MngInit = 21,
        /// TDH.VP.INIT.
        ///
        /// Number 22. About no single entry. During `Initialized`.
        VpInit = 22,
        /// TDH.MEM.PAGE.PROMOTE.
        ///
        /// Number 23. At `Pd`, `Pdpt`. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `PostImport`, `LiveImport`.
        PagePromote = 23,
        /// TDH.MEM.SEPT.RD.
        ///
        /// Number 25. At every level. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `LiveImport`, `FailedImport`.
        SeptRd = 25,
        /// TDH.MEM.PAGE.REMOVE.
        ///
        /// Number 29. At `Pt`, `Pd`, `Pdpt`. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `PostImport`, `LiveImport`, `FailedImport`.
        PageRemove = 29,
        /// TDH.MEM.SEPT.REMOVE. The entry is the one that points to the table.
        ///
        /// Number 30. At `Pd`, `Pdpt`, `Pml4`, `Pml5`. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `LiveImport`, `FailedImport`.
        SeptRemove = 30,
        /// TDH.MEM.TRACK.
        ///
        /// Number 38. About no single entry. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `MemoryImport`, `StateImport`, `PostImport`, `LiveImport`.
        Track = 38,
        /// TDH.MEM.RANGE.UNBLOCK.
        ///
        /// Number 39. At every level. During `Initialized`, `Runnable`, `LiveExport`, `PausedExport`, `PostExport`, `PostImport`, `LiveImport`.
        RangeUnblock = 39,
        /// TDH.EXPORT.BLOCKW.
        ///
        /// Number 65. At every level.
        ExportBlockw = 65,
        /// TDH.EXPORT.RESTORE.
        ///
        /// Number 66. At every level.
        ExportRestore = 66,
        /// TDH.EXPORT.MEM.
        ///
        /// Number 68. At every level.
        ExportMem = 68,
        /// TDH.EXPORT.UNBLOCKW.
        ///
        /// Number 75. At every level.
        ExportUnblockw = 75,
        /// TDH.IMPORT.MEM.
        ///
        /// Number 83. At every level.
        ImportMem = 83,
    }
    impl SeptOperation {
        /// The operation with this code.
        #[inline]
        #[must_use]
        pub const fn from_bits(bits: u64) -> ::core::option::Option<Self> {
            match bits {
                0 => ::core::option::Option::Some(Self::VpEnter),
                1 => ::core::option::Option::Some(Self::MngAddcx),
                2 => ::core::option::Option::Some(Self::PageAdd),
                3 => ::core::option::Option::Some(Self::SeptAdd),
                4 => ::core::option::Option::Some(Self::VpAddcx),
                5 => ::core::option::Option::Some(Self::PageRelocate),
                6 => ::core::option::Option::Some(Self::PageAug),
                7 => ::core::option::Option::Some(Self::RangeBlock),
                10 => ::core::option::Option::Some(Self::VpCreate),
                12 => ::core::option::Option::Some(Self::MemRd),
                14 => ::core::option::Option::Some(Self::MemWr),
                15 => ::core::option::Option::Some(Self::PageDemote),
                16 => ::core::option::Option::Some(Self::MrExtend),
                17 => ::core::option::Option::Some(Self::MrFinalize),
                21 => ::core::option::Option::Some(Self::MngInit),
                22 => ::core::option::Option::Some(Self::VpInit),
                23 => ::core::option::Option::Some(Self::PagePromote),
                25 => ::core::option::Option::Some(Self::SeptRd),
                29 => ::core::option::Option::Some(Self::PageRemove),
                30 => ::core::option::Option::Some(Self::SeptRemove),
                38 => ::core::option::Option::Some(Self::Track),
                39 => ::core::option::Option::Some(Self::RangeUnblock),
                65 => ::core::option::Option::Some(Self::ExportBlockw),
                66 => ::core::option::Option::Some(Self::ExportRestore),
                68 => ::core::option::Option::Some(Self::ExportMem),
                75 => ::core::option::Option::Some(Self::ExportUnblockw),
                83 => ::core::option::Option::Some(Self::ImportMem),
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
    impl SeptOperation {
        /// Every operation, in the order of the declaration.
        pub const ALL: &'static [Self] = &[
            Self::VpEnter,
            Self::MngAddcx,
            Self::PageAdd,
            Self::SeptAdd,
            Self::VpAddcx,
            Self::PageRelocate,
            Self::PageAug,
            Self::RangeBlock,
            Self::VpCreate,
            Self::MemRd,
            Self::MemWr,
            Self::PageDemote,
            Self::MrExtend,
            Self::MrFinalize,
            Self::MngInit,
            Self::VpInit,
            Self::PagePromote,
            Self::SeptRd,
            Self::PageRemove,
            Self::SeptRemove,
            Self::Track,
            Self::RangeUnblock,
            Self::ExportBlockw,
            Self::ExportRestore,
            Self::ExportMem,
            Self::ExportUnblockw,
            Self::ImportMem,
        ];
        /// The name in the declaration.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                Self::VpEnter => "VpEnter",
                Self::MngAddcx => "MngAddcx",
                Self::PageAdd => "PageAdd",
                Self::SeptAdd => "SeptAdd",
                Self::VpAddcx => "VpAddcx",
                Self::PageRelocate => "PageRelocate",
                Self::PageAug => "PageAug",
                Self::RangeBlock => "RangeBlock",
                Self::VpCreate => "VpCreate",
                Self::MemRd => "MemRd",
                Self::MemWr => "MemWr",
                Self::PageDemote => "PageDemote",
                Self::MrExtend => "MrExtend",
                Self::MrFinalize => "MrFinalize",
                Self::MngInit => "MngInit",
                Self::VpInit => "VpInit",
                Self::PagePromote => "PagePromote",
                Self::SeptRd => "SeptRd",
                Self::PageRemove => "PageRemove",
                Self::SeptRemove => "SeptRemove",
                Self::Track => "Track",
                Self::RangeUnblock => "RangeUnblock",
                Self::ExportBlockw => "ExportBlockw",
                Self::ExportRestore => "ExportRestore",
                Self::ExportMem => "ExportMem",
                Self::ExportUnblockw => "ExportUnblockw",
                Self::ImportMem => "ImportMem",
            }
        }
        /// The levels of the entries that it can be called for.
        #[must_use]
        pub const fn levels(self) -> &'static [Level] {
            match self {
                Self::VpEnter
                | Self::MngAddcx
                | Self::VpAddcx
                | Self::RangeBlock
                | Self::VpCreate
                | Self::MrFinalize
                | Self::MngInit
                | Self::VpInit
                | Self::SeptRd
                | Self::Track
                | Self::RangeUnblock
                | Self::ExportBlockw
                | Self::ExportRestore
                | Self::ExportMem
                | Self::ExportUnblockw
                | Self::ImportMem => {
                    &[Level::Pml5, Level::Pml4, Level::Pdpt, Level::Pd, Level::Pt]
                }
                Self::PageAdd | Self::PageRelocate => &[Level::Pt],
                Self::SeptAdd | Self::SeptRemove => {
                    &[Level::Pd, Level::Pdpt, Level::Pml4, Level::Pml5]
                }
                Self::PageAug => &[Level::Pt, Level::Pd],
                Self::MemRd | Self::MemWr | Self::MrExtend | Self::PageRemove => {
                    &[Level::Pt, Level::Pd, Level::Pdpt]
                }
                Self::PageDemote | Self::PagePromote => &[Level::Pd, Level::Pdpt],
            }
        }
        /// The phases in which it can be called.
        #[must_use]
        pub const fn during(self) -> &'static [OpState] {
            match self {
                Self::VpEnter => {
                    &[OpState::Runnable, OpState::LiveExport, OpState::LiveImport]
                }
                Self::MngAddcx | Self::MngInit => &[OpState::Uninitialized],
                Self::PageAdd | Self::MrExtend | Self::MrFinalize | Self::VpInit => {
                    &[OpState::Initialized]
                }
                Self::SeptAdd => {
                    &[
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::MemoryImport,
                        OpState::StateImport,
                        OpState::PostImport,
                        OpState::LiveImport,
                    ]
                }
                Self::VpAddcx | Self::VpCreate => {
                    &[OpState::Initialized, OpState::StateImport]
                }
                Self::PageRelocate
                | Self::RangeBlock
                | Self::PageDemote
                | Self::PagePromote
                | Self::RangeUnblock => {
                    &[
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::PausedExport,
                        OpState::PostExport,
                        OpState::PostImport,
                        OpState::LiveImport,
                    ]
                }
                Self::PageAug => {
                    &[
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::LiveImport,
                    ]
                }
                Self::MemRd | Self::SeptRd | Self::SeptRemove => {
                    &[
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::PausedExport,
                        OpState::PostExport,
                        OpState::MemoryImport,
                        OpState::StateImport,
                        OpState::PostImport,
                        OpState::LiveImport,
                        OpState::FailedImport,
                    ]
                }
                Self::MemWr => {
                    &[
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::MemoryImport,
                        OpState::StateImport,
                        OpState::PostImport,
                        OpState::LiveImport,
                        OpState::FailedImport,
                    ]
                }
                Self::PageRemove => {
                    &[
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::PausedExport,
                        OpState::PostExport,
                        OpState::PostImport,
                        OpState::LiveImport,
                        OpState::FailedImport,
                    ]
                }
                Self::Track => {
                    &[
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::PausedExport,
                        OpState::PostExport,
                        OpState::MemoryImport,
                        OpState::StateImport,
                        OpState::PostImport,
                        OpState::LiveImport,
                    ]
                }
                Self::ExportBlockw
                | Self::ExportRestore
                | Self::ExportMem
                | Self::ExportUnblockw
                | Self::ImportMem => {
                    &[
                        OpState::Uninitialized,
                        OpState::Initialized,
                        OpState::Runnable,
                        OpState::LiveExport,
                        OpState::PausedExport,
                        OpState::PostExport,
                        OpState::MemoryImport,
                        OpState::StateImport,
                        OpState::PostImport,
                        OpState::LiveImport,
                        OpState::FailedImport,
                    ]
                }
            }
        }
    }
}
