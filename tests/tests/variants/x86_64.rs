//! x86-64: against the flags of the `x86_64` crate.

use ::x86_64::structures::paging::PageTableFlags;
use pt_core::format::Access;
use pt_core::{Entry, EntryFormat, Geometry, Hpa, LevelOf, Visible, Whole};
use pt_x86_64::{PageEntry, PageTables, Paging, Pd, Pdpt, Pml4, Pml5, Pt, TableEntry};

#[test]
fn linear_addresses_are_canonical() {
    assert_eq!((Paging::FourLevels.width(), Paging::FiveLevels.width()), (48, 57));
    assert!(Paging::FourLevels.address(0xffff_8000_0000_0000).is_ok());
    assert!(Paging::FourLevels.address(0x0000_8000_0000_0000).is_err());
    assert!(Paging::FiveLevels.address(0x0000_8000_0000_0000).is_ok());
}

#[test]
fn fields_are_the_flags_of_the_x86_64_crate() {
    let frame = Hpa::new(0x4000_0000);
    let page = PageEntry::<Pt>::new(frame).expect("a page").bits();
    let at = |entry: PageEntry<Pt>| PageTableFlags::from_bits_truncate(entry.bits() & !frame.as_u64());
    let entry = PageEntry::<Pt>::from_bits(page).with_present(true);
    for (entry, flag) in [
        (entry, PageTableFlags::empty()),
        (entry.with_write(true), PageTableFlags::WRITABLE),
        (entry.with_user(true), PageTableFlags::USER_ACCESSIBLE),
        (entry.with_write_through(true), PageTableFlags::WRITE_THROUGH),
        (entry.with_cache_disable(true), PageTableFlags::NO_CACHE),
        (entry.with_accessed(true), PageTableFlags::ACCESSED),
        (entry.with_dirty(true), PageTableFlags::DIRTY),
        (entry.with_global(true), PageTableFlags::GLOBAL),
        (entry.with_no_execute(true), PageTableFlags::NO_EXECUTE),
    ] {
        assert_eq!(at(entry), flag | PageTableFlags::PRESENT);
    }
    let large = PageEntry::<Pd>::new(frame).expect("a page of 2 MiB").with_present(true);
    let flags = PageTableFlags::from_bits_truncate(large.bits() & !frame.as_u64());
    assert_eq!(flags, PageTableFlags::PRESENT | PageTableFlags::HUGE_PAGE);
}

#[test]
fn bit_12_is_pat_in_a_large_page_and_frame_in_a_small_one() {
    assert!(PageEntry::<Pd>::from_bits(0x20_1081).pat());
    assert_eq!(PageEntry::<Pd>::from_bits(0x20_1081).frame(), Hpa::new(0x20_0000));
    assert_eq!(PageEntry::<Pt>::from_bits(0x1001).frame(), Hpa::new(0x1000));
    assert!(PageEntry::<Pt>::from_bits(0x1081).pat());
    assert_eq!(PageEntry::<Pdpt>::new(Hpa::new(0x20_0000)), None, "a page of 1 GiB is aligned");
}

#[test]
fn each_level_decodes_to_its_own_shapes() {
    assert!(matches!(<Pml5 as LevelOf<PageTables>>::decode(0x1001), Entry::Subtable(_)));
    assert!(matches!(<Pml4 as LevelOf<PageTables>>::decode(0x1001), Entry::Subtable(_)));
    assert!(matches!(<Pdpt as LevelOf<PageTables>>::decode(0x4000_0081), Entry::Leaf(_)));
    assert!(matches!(<Pt as LevelOf<PageTables>>::decode(0x1001), Entry::Leaf(_)));
    assert!(matches!(<Pt as LevelOf<PageTables>>::decode(PageTables::FROZEN), Entry::Frozen));
    assert_eq!(PageTables::ABSENT, 0);
}

#[test]
fn an_entry_says_what_it_lets_through() {
    let table = TableEntry::<Pd>::new(Hpa::new(0x1000)).expect("a table");
    assert!(table.access().allows(Access::READ | Access::WRITE | Access::EXECUTE | Access::USER));
    assert!(!table.with_no_execute(true).access().allows(Access::EXECUTE));
    let page = PageEntry::<Pt>::from_bits(0x1001);
    assert!(page.access().allows(Access::READ | Access::EXECUTE) && !page.access().allows(Access::WRITE));
}
