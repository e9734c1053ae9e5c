//! Addresses that are canonical under a wider geometry are refused by a narrower tree, also when a cursor remembers the
//! root as the table that it worked on last, or as the one above it.

use pt_core::error::Obstacle;
use pt_core::{Arena, Hpa, Page, Shared, Tree, Whole as _};

fn arena() -> Arena {
    Arena::new(Hpa::new(0x7_0000_0000), 64 << 12)
}

#[test]
fn the_root_is_the_table_above() {
    use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pdpt};
    let arena = arena();
    let mut tree = Tree::<PageTables, _>::configured(Paging::FourLevels, Features::all(), &arena, &arena).unwrap();
    let mut cursor = tree.exclusive(&arena);
    let page = |number: u64| Page::<Shared, Pdpt>::new(Hpa::new(number << 30)).unwrap();
    for at in [0, 1 << 39, 1 << 30, 1 << 39 | 1 << 30] {
        cursor.map(Paging::FourLevels.address(at).unwrap(), page(at >> 30), PageEntryFields::new()).unwrap();
    }
    for at in [1 << 47, 1 << 55] {
        let at = Paging::FiveLevels.address(at).unwrap();
        let refused = cursor.map(at, page(1), PageEntryFields::new()).unwrap_err();
        assert_eq!(refused.obstacle, Obstacle::OutsideTree { at });
        assert_eq!(cursor.unmap::<Pdpt>(at).unwrap_err(), Obstacle::OutsideTree { at });
    }
}

#[test]
fn the_root_is_the_table_that_is_held() {
    use pt_riscv::supervisor::{Features, L2, Mode, PageEntryFields, PageTables};
    let arena = arena();
    let mut tree = Tree::<PageTables, _>::configured(Mode::Sv39, Features::all(), &arena, &arena).unwrap();
    let mut cursor = tree.exclusive(&arena);
    let page = |number: u64| Page::<Shared, L2>::new(Hpa::new(number << 30)).unwrap();
    let read = PageEntryFields { read: true, ..PageEntryFields::new() };
    for number in 0..4 {
        cursor.map(Mode::Sv39.address(number << 30).unwrap(), page(number), read).unwrap();
    }
    let at = Mode::Sv48.address(1 << 38).unwrap();
    assert_eq!(cursor.map(at, page(1), read).unwrap_err().obstacle, Obstacle::OutsideTree { at });
    assert_eq!(cursor.unmap::<L2>(at).unwrap_err(), Obstacle::OutsideTree { at });
    let last = Mode::Sv39.address(u64::MAX << 30).unwrap();
    cursor.map(last, page(9), read).unwrap();
    assert_eq!(cursor.unmap::<L2>(last).unwrap().unneeded_because("no hart uses it").frame.as_u64(), 9 << 30);
}
