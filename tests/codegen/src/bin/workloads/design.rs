//! The two designs that are measured: four levels of x86-64 page tables, and the shared EPT of a TDX guest.

use pt_core::{
    Address, AddressOf, AddressRange, Direct, DirectMap, Hpa, LeafLevelOf, Page, PageOf, RawGpa, Route, Shared, Split,
    Table, Tree, UsedByCpu, Visible, Whole,
};
use std::fmt::Debug;
use std::hint::black_box;

/// Addresses that `D` translates.
pub type AddressIn<D> = Address<<<D as Design>::Table as Table>::Space>;
/// Ranges of them.
pub type RangeIn<D> = AddressRange<<<D as Design>::Table as Table>::Space>;
/// The attributes of a page.
pub type AttributesOf<D> = <<D as Design>::Table as Visible>::Attributes;
/// Its tables through a direct map.
pub type TreeOf<D> = Tree<<D as Design>::Table, DirectMap>;

/// Entries of 64 bits as one writes them by hand.
pub struct Bits {
    /// An entry is present if one of these is set.
    pub present: u64,
    /// The entry maps a large page.
    pub large: u64,
    /// What links a table, its frame zero.
    pub link: u64,
    /// What an empty entry is.
    pub absent: u64,
    /// [`USED`](Design::USED).
    pub used: u64,
    /// [`READ_ONLY`](Design::READ_ONLY).
    pub read_only: u64,
    /// What the CPU sets.
    pub hardware: u64,
    /// What the CPU sets when it writes.
    pub dirty: u64,
}

/// One declaration, and what a twin written by hand knows of it.
pub trait Design {
    /// How it is called in the budgets.
    const NAME: &'static str;
    /// The table.
    type Table: Direct + UsedByCpu;
    /// The level of pages of 4 KiB.
    type Small: LeafLevelOf<Self::Table>;
    /// The level of pages of 2 MiB.
    type Large: LeafLevelOf<Self::Table>;
    /// Such a page.
    type SmallPage: PageOf<Self::Table, Self::Small> + Debug;
    /// Such a page.
    type LargePage: PageOf<Self::Table, Self::Large> + Debug;
    /// [`AddressIn`] this design, for the compiler to see that the table translates it.
    type At: AddressOf<Self::Table>;

    /// Where the measured addresses begin: a multiple of 512 GiB.
    const START: u64;
    /// A page that can be read and written, its accessed and dirty bits set beforehand.
    const USED: AttributesOf<Self>;
    /// The same without accessed and dirty bits.
    const UNUSED: AttributesOf<Self>;
    /// A page that can be read, and was not used yet.
    const READ_ONLY: AttributesOf<Self>;
    /// The same, its accessed and dirty bits set beforehand.
    const USED_READ_ONLY: AttributesOf<Self>;

    /// The same by hand.
    const BITS: Bits;

    /// Four levels, for all that the compiler knows.
    fn geometry() -> <Self::Table as Table>::Geometry;
    /// Whatever features, for all that the compiler knows.
    fn config() -> <Self::Table as Visible>::Config;
    /// `START + offset`.
    fn address(offset: u64) -> AddressIn<Self>;
    /// The address itself.
    fn at(address: AddressIn<Self>) -> Self::At;
    /// The range from `START` on.
    fn range(bytes: u64) -> RangeIn<Self>;
    /// The page of 4 KiB in `frame`.
    fn small(frame: u64) -> Self::SmallPage;
    /// The page of 2 MiB in `frame`.
    fn large(frame: u64) -> Self::LargePage;
    /// Calls `log` for each dirty page of `range`, which is clean from then on.
    fn harvest(tree: &TreeOf<Self>, range: RangeIn<Self>, log: impl FnMut(u64));
}

/// x86-64.
pub enum Long {}

impl Design for Long {
    const NAME: &'static str = "x86-64";
    type Table = pt_x86_64::PageTables;
    type Small = pt_x86_64::Pt;
    type Large = pt_x86_64::Pd;
    type SmallPage = Page<Shared, pt_x86_64::Pt>;
    type LargePage = Page<Shared, pt_x86_64::Pd>;
    type At = AddressIn<Self>;

    const START: u64 = 1 << 39;
    const USED: AttributesOf<Self> = pt_x86_64::PageEntryFields { accessed: true, dirty: true, ..Self::UNUSED };
    const UNUSED: AttributesOf<Self> = pt_x86_64::PageEntryFields { write: true, ..Self::READ_ONLY };
    const READ_ONLY: AttributesOf<Self> = pt_x86_64::PageEntryFields::new();
    const USED_READ_ONLY: AttributesOf<Self> =
        pt_x86_64::PageEntryFields { accessed: true, dirty: true, ..Self::READ_ONLY };

    const BITS: Bits =
        Bits { present: 1, large: 0x80, link: 7, absent: 0, used: 0x63, read_only: 1, hardware: 0x60, dirty: 0x40 };

    fn geometry() -> pt_x86_64::Paging {
        black_box(pt_x86_64::Paging::FourLevels)
    }
    fn config() -> pt_x86_64::Features {
        black_box(pt_x86_64::Features::all())
    }
    fn address(offset: u64) -> AddressIn<Self> {
        Self::geometry().address(Self::START + offset).expect("a canonical address")
    }
    #[inline(always)]
    fn at(address: AddressIn<Self>) -> Self::At {
        address
    }
    fn range(bytes: u64) -> RangeIn<Self> {
        Self::geometry().range(Self::address(0), bytes).expect("a range of pages")
    }
    #[inline(always)]
    fn small(frame: u64) -> Self::SmallPage {
        Page::new(Hpa::new(frame)).expect("an aligned frame")
    }
    #[inline(always)]
    fn large(frame: u64) -> Self::LargePage {
        Page::new(Hpa::new(frame)).expect("an aligned frame")
    }
    #[inline(always)]
    fn harvest(tree: &TreeOf<Self>, range: RangeIn<Self>, mut log: impl FnMut(u64)) {
        let flush = tree.collect_dirty(range, |at, _| log(at.as_u64())).expect("a range of the tree");
        flush.unneeded_because("no CPU uses these tables");
    }
}

/// EPT.
pub enum Ept {}

impl Design for Ept {
    const NAME: &'static str = "EPT";
    type Table = pt_tdx::SharedEpt;
    type Small = pt_tdx::Pt;
    type Large = pt_tdx::Pd;
    type SmallPage = Page<Shared, pt_tdx::Pt>;
    type LargePage = Page<Shared, pt_tdx::Pd>;
    type At = AddressIn<Self>;

    const START: u64 = 1 << 47;
    const USED: AttributesOf<Self> = pt_tdx::EptLeafFields { accessed: true, dirty: true, ..Self::UNUSED };
    const UNUSED: AttributesOf<Self> = pt_tdx::EptLeafFields { write: true, ..Self::READ_ONLY };
    const READ_ONLY: AttributesOf<Self> = pt_tdx::EptLeafFields { read: true, ..pt_tdx::EptLeafFields::new() };
    const USED_READ_ONLY: AttributesOf<Self> = pt_tdx::EptLeafFields { accessed: true, dirty: true, ..Self::READ_ONLY };

    const BITS: Bits = Bits {
        present: 7,
        large: 0x80,
        link: 7 | 1 << 63,
        absent: 1 << 63,
        used: 3 | 6 << 3 | 0x300 | 1 << 63,
        read_only: 1 | 6 << 3 | 1 << 63,
        hardware: 0x300,
        dirty: 0x200,
    };

    fn geometry() -> pt_tdx::Gpaw {
        black_box(pt_tdx::Gpaw::Bits48)
    }
    fn config() {}
    fn address(offset: u64) -> AddressIn<Self> {
        match Self::geometry().route(RawGpa::new(Self::START + offset)) {
            Ok(Route::Shared(address)) => address,
            other => panic!("{offset:#x} leads to {other:?}"),
        }
    }
    #[inline(always)]
    fn at(address: AddressIn<Self>) -> Self::At {
        address
    }
    fn range(bytes: u64) -> RangeIn<Self> {
        Self::geometry().range(Self::address(0), bytes).expect("a range of pages")
    }
    #[inline(always)]
    fn small(frame: u64) -> Self::SmallPage {
        Page::new(Hpa::new(frame)).expect("an aligned frame")
    }
    #[inline(always)]
    fn large(frame: u64) -> Self::LargePage {
        Page::new(Hpa::new(frame)).expect("an aligned frame")
    }
    #[inline(always)]
    fn harvest(tree: &TreeOf<Self>, range: RangeIn<Self>, mut log: impl FnMut(u64)) {
        let flush = tree.collect_dirty(range, |at, _| log(at.as_u64())).expect("a range of the tree");
        flush.unneeded_because("no CPU uses these tables");
    }
}
