//! RISC-V: the tables of a supervisor and of the G-stage.

use pt_core::flush::Scope;
use pt_core::root::Concatenated;
use pt_core::{Arena, EntryFormat, Geometry, Hpa, Invalidate, LevelOf, Levels, Page, Shared, Tree, UsedByCpu, Whole};
use pt_riscv::g_stage::{self, GuestTables, L0, L1, L2, L3, L4};
use pt_riscv::supervisor;

const FEATURES: g_stage::Features = g_stage::Features::all();

struct Harts;
impl<T: UsedByCpu> Invalidate<T> for Harts {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

#[test]
fn widths_and_roots_are_those_of_the_modes() {
    use g_stage::Mode::{Sv39x4, Sv48x4, Sv57x4};
    use supervisor::Mode::{Sv39, Sv48, Sv57};
    assert_eq!([Sv39, Sv48, Sv57].map(Geometry::width), [39, 48, 57]);
    assert_eq!([Sv39x4, Sv48x4, Sv57x4].map(Geometry::width), [41, 50, 59]);
    assert_eq!([Sv39x4, Sv48x4, Sv57x4].map(Geometry::root_tables), [4; 3]);
    assert_eq!((Sv39.root_tables(), supervisor::Mode::PAGE_SHIFT), (1, 12));
    // Virtual addresses repeat bit 38; guest-physical ones do not.
    assert!(Sv39.address(1 << 38).is_err() && Sv39.address(u64::MAX << 38).is_ok());
    assert!(Sv39x4.address(1 << 40).is_ok() && Sv39x4.address(1 << 41).is_err());
}

#[test]
fn permissions_tell_a_leaf_from_a_table() {
    use pt_core::Entry;
    type At = supervisor::L1;
    let entry = supervisor::PageEntry::<supervisor::L1>::new(Hpa::new(0x1234_5620_0000)).expect("2 MiB");
    let entry = entry.with_read(true).with_memory_type(supervisor::MemoryType::Io);
    assert_eq!(entry.bits(), 0x1234_5620_0000 >> 2 | 2 << 61 | 0b11);
    assert_eq!(<At as LevelOf<supervisor::PageTables>>::decode(entry.bits()), Entry::Leaf(entry));
    assert!(matches!(<At as LevelOf<supervisor::PageTables>>::decode(1), Entry::Subtable(_)));
    // Without V nothing is present, whatever the rest says.
    assert!(matches!(<At as LevelOf<supervisor::PageTables>>::decode(entry.bits() & !1), Entry::Absent(_)));
    assert_eq!(supervisor::PageEntry::<At>::RESERVED >> 54 & 0x7f, 0x7f, "bits 60:54");
    assert_eq!(g_stage::PageEntry::<L1>::RESERVED_ONES & 1 << 4, 1 << 4, "every access is a user's");
}

/// Maps pages in all four root tables, reads them back in every way, and takes them away.
fn four_root_tables(mode: g_stage::Mode, levels: usize) {
    let arena = Arena::new(Hpa::new(0x100_0000), 64 << 12);
    let mut tree: Tree<GuestTables, _> = Tree::configured(mode, FEATURES, &arena, &arena).unwrap();
    assert_eq!((arena.pages_in_use(), tree.root_frame().as_u64() % (16 << 10)), (4, 0), "16 KiB, aligned to that");
    let attributes = g_stage::PageEntryFields { read: true, ..Default::default() };
    let quarter = 1_u64 << (mode.width() - 2);
    let at = |table: u64| mode.address(table * quarter + 0x5000).unwrap();
    for table in 0..4 {
        let page = Page::<Shared, L0>::new(Hpa::new(0x8000_0000 + table * 0x1000)).unwrap();
        tree.exclusive(&arena).map(at(table), page, attributes).unwrap();
    }
    assert_eq!(arena.pages_in_use(), 4 + 4 * (levels - 1));
    for table in 0..4 {
        let frame = Hpa::new(0x8000_0000 + table * 0x1000);
        assert_eq!(tree.reader().translate(at(table)).unwrap().address, frame);
        assert_eq!(tree.reader().query(at(table)).unwrap().frame, frame);
        // What a hart walks: 2048 entries from the root on.
        let index = at(table).as_u64() >> (12 + 9 * (levels - 1));
        assert_ne!(arena.read(Hpa::new(tree.root_frame().as_u64() + index * 8)), Some(0));
    }
    let addresses: Vec<_> = tree.reader().whole().leaves().map(|leaf| leaf.address.as_u64()).collect();
    assert_eq!(addresses, [0, 1, 2, 3].map(|table| at(table).as_u64()));
    let dump = tree.reader().whole().dump(pt_core::reader::Merge::Frames).to_string();
    assert_eq!(dump.lines().count(), 2 + 4, "{dump}");
    tree.exclusive(&arena).unmap::<L0>(at(3)).unwrap().flush(&mut Harts);
    assert_eq!(arena.pages_in_use(), 4 + 3 * (levels - 1), "the tables behind the fourth are free");
    let all = mode.range(mode.address(0).unwrap(), quarter * 4).unwrap();
    tree.exclusive(&arena).clear_range(all, &mut Harts).unwrap().flush(&mut Harts);
    assert_eq!((arena.pages_in_use(), tree.reader().whole().leaves().count()), (4, 0));
    assert_eq!(tree.invalidate().free(&arena), 1);
    assert_eq!(arena.pages_in_use(), 0);
}

#[test]
fn the_g_stage_has_four_root_tables() {
    four_root_tables(g_stage::Mode::Sv39x4, 3);
    four_root_tables(g_stage::Mode::Sv48x4, 4);
    four_root_tables(g_stage::Mode::Sv57x4, 5);
}

#[test]
fn blocks_of_the_root_level_lie_in_any_of_its_tables() {
    let mode = g_stage::Mode::Sv39x4;
    let arena = Arena::new(Hpa::new(0x100_0000), 64 << 12);
    let mut tree: Tree<GuestTables, _> = Tree::configured(mode, FEATURES, &arena, &arena).unwrap();
    let attributes = g_stage::PageEntryFields { read: true, ..Default::default() };
    // The last gigabyte of the first table and the first two of the second.
    let start = mode.address(511 << 30).unwrap();
    let range = mode.range(start, 3 << 30).unwrap();
    let first = Page::<Shared, L2>::new(Hpa::new(8 << 30)).unwrap();
    tree.exclusive(&arena).map_range(range, first, attributes).unwrap();
    let second = mode.address(513 << 30).unwrap();
    assert_eq!(tree.reader().query(second).unwrap().frame, Hpa::new(10 << 30));
    let mut cursor = tree.exclusive(&arena);
    assert_eq!(cursor.unmap::<L2>(second).unwrap().flush(&mut Harts).frame, Hpa::new(10 << 30));
    cursor.map(second, Page::<Shared, L2>::new(Hpa::new(10 << 30)).unwrap(), attributes).unwrap();
    cursor.split::<L2>(second, &mut Harts).unwrap().flush(&mut Harts);
    drop(cursor);
    assert_eq!(tree.reader().query(second).unwrap().level, g_stage::Level::L1);
    tree.exclusive(&arena).merge::<L2>(second, &mut Harts).unwrap();
    assert_eq!(tree.reader().query(second).unwrap().level, g_stage::Level::L2);
    assert_eq!(arena.pages_in_use(), 4);
    assert!(tree.reader().root::<L2>().is_none(), "one table is not the root");
    let root = tree.reader().root::<Concatenated<L2, 2>>().unwrap();
    assert_eq!(root.entries().filter(|(_, entry)| matches!(entry, pt_core::Entry::Leaf(_))).count(), 3);
    let _ = tree.invalidate().free(&arena);
}

#[test]
fn levels_are_numbered_as_in_the_manual() {
    let numbers = [L0::LEVEL, L1::LEVEL, L2::LEVEL, L3::LEVEL, L4::LEVEL].map(Levels::number);
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}

#[test]
fn a_span_of_a_size_that_does_not_exist_is_malformed() {
    use core::sync::atomic::Ordering;
    use pt_core::format::Access;
    use pt_core::reader::Cause;
    use pt_core::rule::Rule;
    use supervisor::{Features, Mode, PageEntryFields, PageTables};
    const NAPOT: u64 = 1 << 63;
    let (mode, arena) = (Mode::Sv39, Arena::new(Hpa::new(0x100_0000), 16 << 12));
    let mut tree: Tree<PageTables, _> = Tree::configured(mode, Features::all(), &arena, &arena).unwrap();
    let at = mode.address(0x4000_5000).unwrap();
    let page = Page::<Shared, supervisor::L0>::new(Hpa::new(0x8000_0000)).unwrap();
    tree.exclusive(&arena).map(at, page, PageEntryFields { read: true, ..Default::default() }).unwrap();
    let leaf = tree.reader().query(at).unwrap().raw;
    let mut words = (0x100_0000_u64..0x101_0000).step_by(8).map(Hpa::new);
    let word = arena.word_at(words.find(|&word| arena.read(word) == Some(leaf)).unwrap()).unwrap();
    for low in 0..16 {
        word.store(leaf | NAPOT | low << 10, Ordering::Release);
        let walked = tree.reader().access(at, Access::READ);
        if low == 0b1000 {
            assert_eq!(walked.unwrap().address, Hpa::new(0x8000_5000), "64 KiB");
        } else {
            assert_eq!(walked.unwrap_err().cause, Cause::Misconfigured { rule: &Rule::SPAN }, "PPN[3:0] = {low:#x}");
        }
    }
    word.store(leaf, Ordering::Release);
    let _ = tree.invalidate().free(&arena);
}
