//! `LoongArch`: both ends of the address space, with pages of either size.

use pt_core::flush::Scope;
use pt_core::format::Access;
use pt_core::{Arena, End, Entry, Hpa, Invalidate, LevelOf, Page, Shared, Tree, TwoRoots, UsedByCpu};
use pt_loongarch::walk::Walk;
use pt_loongarch::{k4, k16};

struct Processors;
impl<T: UsedByCpu> Invalidate<T> for Processors {
    fn invalidate(&mut self, _scope: Scope<T::Space>) {}
}

/// What LDDIR and LDPTE find for an address, as the manual describes them: from the base of a root, through the levels
/// that the registers name, to an entry.
fn walk(arena: &Arena, root: Hpa, address: u64, Walk { low, high }: Walk) -> u64 {
    let field = |register: u64, at: u32, bits: u32| (register >> at & ((1 << bits) - 1)) as u32;
    let (low, high) = (low.bits(), high.bits());
    let levels = [
        (field(high, 0, 6), field(high, 6, 6)),
        (field(low, 20, 5), field(low, 25, 5)),
        (field(low, 10, 5), field(low, 15, 5)),
        (field(low, 0, 5), field(low, 5, 5)),
    ];
    let mut entry = root.as_u64();
    for (base, width) in levels.into_iter().filter(|(_, width)| *width != 0) {
        if entry >> 6 & 1 != 0 {
            break;
        }
        let table = entry & 0xffff_ffff_f000;
        entry = arena.read(Hpa::new(table | (address >> base & ((1 << width) - 1)) << 3)).unwrap();
    }
    entry
}

/// Maps a page and a large page in each end, and finds them.
macro_rules! ends {
    ($pages:ident, $depth:ident) => {{
        use $pages::{Depth, Dir1, Features, PageEntryFields, Privilege, Pt, Tables, TablesUpper};
        let (depth, features) = (Depth::$depth, Features::all());
        let arena = Arena::new(Hpa::new(0x1000_0000), 4 << 20);
        let mut lower: Tree<Tables, _> = Tree::configured(depth, features, &arena, &arena).unwrap();
        let mut upper: Tree<TablesUpper, _> = Tree::configured(depth, features, &arena, &arena).unwrap();
        let ends = TwoRoots { lower: depth, upper: depth };
        let small = Page::<Shared, Pt>::new(Hpa::new(0x4000_0000)).unwrap();
        let large = Page::<Shared, Dir1>::new(Hpa::new(0x8000_0000)).unwrap();
        let user = PageEntryFields { write: true, privilege: Privilege::Plv3, ..Default::default() };
        let kernel = PageEntryFields { global: true, no_execute: true, ..Default::default() };
        for start in [0_u64, u64::MAX << 32] {
            let (page, block) = (start + 0x10_0000, start + 0x1000_0000);
            match (ends.route(page).unwrap(), ends.route(block).unwrap()) {
                (End::Lower(page), End::Lower(block)) => {
                    lower.exclusive(&arena).map(page, small, user).unwrap();
                    lower.exclusive(&arena).map(block, large, kernel).unwrap();
                    assert!(lower.reader().access(page, Access::WRITE.by_user()).is_ok());
                    assert!(lower.reader().access(block, Access::READ).is_ok());
                    assert!(lower.reader().access(block, Access::READ.by_user()).is_err());
                    assert!(lower.reader().access(block, Access::WRITE).is_err(), "D is clear");
                }
                (End::Upper(page), End::Upper(block)) => {
                    upper.exclusive(&arena).map(page, small, user).unwrap();
                    upper.exclusive(&arena).map(block, large, kernel).unwrap();
                    assert!(upper.reader().access(block, Access::EXECUTE).is_err());
                }
                _ => panic!("both are in one end"),
            }
            let root = if start == 0 { lower.root_frame() } else { upper.root_frame() };
            assert_eq!(walk(&arena, root, page, depth.walk()), 0x4000_001f, "V, D, PLV 3, coherent");
            assert_eq!(
                walk(&arena, root, block, depth.walk()),
                0x8000_1051 | 1 << 62,
                "V, coherent, H, G in bit 12, NX"
            );
        }
        let End::Upper(block) = ends.route((u64::MAX << 32) + 0x1000_0000).unwrap() else { panic!("it is upper") };
        upper.exclusive(&arena).unmap::<Dir1>(block).unwrap().flush(&mut Processors);
        let _ = (lower.invalidate().free(&arena), upper.invalidate().free(&arena));
        assert_eq!(arena.pages_in_use(), 0);
    }};
}

#[test]
fn both_ends_are_walked_by_what_the_registers_say() {
    ends!(k4, FourLevels);
    ends!(k4, ThreeLevels);
    ends!(k16, ThreeLevels);
    ends!(k16, TwoLevels);
}

#[test]
fn a_large_page_that_is_not_valid_is_no_table() {
    // V is clear, H set, and RPLV is where an entry that points to a table says that there is one. LDDIR looks at H.
    let raw = 1 << 63 | 1 << 6 | 0x8000_0000;
    assert!(matches!(<k4::Dir1 as LevelOf<k4::Tables>>::decode(raw), Entry::Absent(_)));
    assert!(matches!(<k16::Dir1 as LevelOf<k16::TablesUpper>>::decode(raw), Entry::Absent(_)));
    assert!(matches!(<k4::Dir1 as LevelOf<k4::Tables>>::decode(raw & !(1 << 6)), Entry::Subtable(_)));
    assert!(matches!(<k4::Dir1 as LevelOf<k4::Tables>>::decode(raw | 1), Entry::Leaf(_)));
}

/// Fields, each with its lowest bit, as a word.
fn word(fields: &[(u64, u32)]) -> u64 {
    fields.iter().map(|(value, at)| value << at).sum()
}

#[test]
fn the_registers_are_those_of_linux() {
    let Walk { low, high } = k4::Depth::FourLevels.walk();
    assert_eq!(low.bits(), word(&[(12, 0), (9, 5), (21, 10), (9, 15), (30, 20), (9, 25)]));
    assert_eq!(high.bits(), word(&[(39, 0), (9, 6)]));
    let Walk { low, high } = k16::Depth::ThreeLevels.walk();
    assert_eq!(low.bits(), word(&[(14, 0), (11, 5), (25, 10), (11, 15)]));
    assert_eq!(high.bits(), word(&[(36, 0), (11, 6)]));
}
