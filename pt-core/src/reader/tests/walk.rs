//! Translate and query: one address at a time.

use super::*;
use crate::format::Access;
use crate::reader::{Found, Translation, Unmapped};
use std::string::ToString;

const RWX: Access = Access::READ.union(Access::WRITE).union(Access::EXECUTE);

fn translated(tree: &Tree<SharedSample, &Arena>, address: u64) -> Option<(u64, LevelName)> {
    let found = tree.reader().translate(shared(tree.geometry(), address));
    found.map(|Translation { address, level }| (address.as_u64(), level))
}

fn unmapped(address: u64, level: LevelName, found: Found) -> Unmapped<SharedSample> {
    Unmapped { address: shared(Width::Bits48, address), level, found }
}

#[test]
fn an_empty_tree_maps_nothing() {
    let arena = arena();
    for width in [Width::Bits48, Width::Bits52] {
        let tree = tree::<SharedSample>(width, &arena);
        let last = (1 << width.split_mask().trailing_zeros()) * 2 - 1;
        for address in [width.split_mask(), width.split_mask() + 0x1234_5678, last] {
            assert_eq!(translated(&tree, address), None);
        }
    }
}

#[test]
fn every_byte_of_a_page_is_translated_and_none_beyond() {
    let arena = arena();
    let tree = mixed(&arena);
    assert_eq!(translated(&tree, SHARED + 0x3000), Some((0x4000_3000, LevelName::Pt)));
    assert_eq!(translated(&tree, SHARED + 0x3fff), Some((0x4000_3fff, LevelName::Pt)));
    assert_eq!(translated(&tree, SHARED + 0x4000), Some((0x7000_0000, LevelName::Pt)));
    assert_eq!(translated(&tree, SHARED + 0x20_0000), Some((0x8020_0000, LevelName::Pd)));
    assert_eq!(translated(&tree, SHARED + 0x3f_ffff), Some((0x803f_ffff, LevelName::Pd)));
    assert_eq!(translated(&tree, SHARED + 0x60_0000), None);
}

#[test]
fn the_last_byte_of_the_address_space_is_translated() {
    let arena = arena();
    let tree = mixed(&arena);
    assert_eq!(translated(&tree, (1 << 48) - 1), Some((0x1_001f_ffff, LevelName::Pd)));
    let wide = super::tree::<SharedSample>(Width::Bits52, &arena);
    map_page(&wide, (1 << 52) - 0x1000, LevelName::Pt, 0x5000, Fields::RWX);
    assert_eq!(translated(&wide, (1 << 52) - 1), Some((0x5fff, LevelName::Pt)));
    assert_eq!(translated(&wide, (1 << 52) - 0x1001), None);
}

#[test]
fn an_address_of_a_wider_geometry_does_not_alias() {
    let arena = arena();
    let tree = mixed(&arena);
    // Both end in the same 48 bits as an address that is mapped.
    let wide = shared(Width::Bits52, 1 << 51 | SHARED);
    assert_eq!(tree.reader().translate(wide), None);
    let stopped = Unmapped { address: wide, level: LevelName::Pml4, found: Found::Beyond };
    assert_eq!(tree.reader().query(wide), Err(stopped));
    let private_tree = mapped_private(&arena, 0x1000, 0x9000);
    assert!(private_tree.reader().translate(private(Width::Bits48, 0x1000)).is_some());
    assert_eq!(private_tree.reader().translate(private(Width::Bits52, 1 << 48 | 0x1000)), None);
}

#[test]
fn a_query_tells_what_the_leaf_says() {
    let arena = arena();
    let tree = mixed(&arena);
    let leaf = tree.reader().query(shared(Width::Bits48, SHARED + 0x1abc)).unwrap();
    assert_eq!(leaf.address.as_u64(), SHARED + 0x1000);
    assert_eq!((leaf.level, leaf.frame, leaf.bytes()), (LevelName::Pt, Hpa::new(0x4000_1000), 0x1000));
    assert_eq!((leaf.attributes, leaf.access, leaf.raw), (USED, RWX, 1 << 63 | 0x4000_1307));
    let block = tree.reader().query(shared(Width::Bits48, SHARED + 0x2a_bcde)).unwrap();
    assert_eq!((block.address.as_u64(), block.bytes()), (SHARED + 0x20_0000, 0x20_0000));
    assert_eq!((block.attributes, block.access), (READ, Access::READ));
    assert_eq!(block.range(), range(SHARED + 0x20_0000, 0x20_0000));
}

#[test]
fn a_walk_allows_what_every_entry_on_the_way_does() {
    let arena = arena();
    let tree = mixed(&arena);
    let access = |address| tree.reader().query(shared(Width::Bits48, address)).unwrap().access;
    change(&tree, SHARED, LevelName::Pd, |raw| raw & !2);
    assert_eq!(access(SHARED), RWX.without(Access::WRITE));
    assert_eq!(access(SHARED + 0x5000), Access::READ);
    change(&tree, SHARED, LevelName::Pml4, |raw| raw & !4);
    assert_eq!(access(SHARED), Access::READ);
    assert_eq!(access(SHARED + 0x20_0000), Access::READ);
    assert_eq!(access((1 << 48) - 1), RWX);
    // The attributes stay those of the leaf itself.
    assert_eq!(tree.reader().query(shared(Width::Bits48, SHARED)).unwrap().attributes, Fields::RWX);
    for at in tree.reader().range(range(SHARED, 0x60_0000)).leaves() {
        assert_eq!(at, tree.reader().query(at.address).unwrap(), "iterators tell the same");
    }
}

#[test]
fn a_query_tells_where_the_walk_stopped_and_what_it_found() {
    let arena = arena();
    let tree = mixed(&arena);
    let query = |address| tree.reader().query(shared(Width::Bits48, address)).unwrap_err();
    let absent = |raw| Found::Absent(crate::entry::Absent::new(raw));
    let none = SharedSample::ABSENT;
    assert_eq!(query(SHARED + 0x6fff), unmapped(SHARED + 0x6fff, LevelName::Pt, Found::Frozen));
    assert_eq!(query(SHARED + 0x7000), unmapped(SHARED + 0x7000, LevelName::Pt, absent(none | 0x1230)));
    assert_eq!(query(SHARED + 0x9000), unmapped(SHARED + 0x9000, LevelName::Pt, absent(none)));
    assert_eq!(query(SHARED + 0x60_0000), unmapped(SHARED + 0x60_0000, LevelName::Pd, absent(none)));
    assert_eq!(query(SHARED + (1 << 30)), unmapped(SHARED + (1 << 30), LevelName::Pdpt, Found::Frozen));
    assert_eq!(query(SHARED + (1 << 31)), unmapped(SHARED + (1 << 31), LevelName::Pdpt, absent(none)));
    assert_eq!(query(SHARED + (1 << 40)), unmapped(SHARED + (1 << 40), LevelName::Pml4, absent(none)));
    assert_eq!(translated(&tree, SHARED + 0x6fff), None, "a frozen entry translates nothing");
    assert_eq!(translated(&tree, SHARED + (1 << 30)), None);
}

#[test]
fn errors_tell_address_level_and_entry() {
    let arena = arena();
    let tree = mixed(&arena);
    let message = |address| tree.reader().query(shared(Width::Bits48, address)).unwrap_err().to_string();
    assert_eq!(message(SHARED + 0x6000), "shared:0x800000006000 is not mapped: frozen entry at level Pt");
    assert_eq!(
        message(SHARED + 0x7000),
        "shared:0x800000007000 is not mapped: absent entry 0x8000000000001230 at level Pt"
    );
    let wide = tree.reader().query(shared(Width::Bits52, 1 << 51)).unwrap_err();
    assert_eq!(wide.to_string(), "shared:0x8000000000000 is not mapped: it lies beyond the root table at level Pml4");
}
