//! Walking by hand, and explaining raw entries.

use super::*;
use crate::reader::{RootReader, Stepped, TableRef};
use crate::sample::{Pd, Pdpt, Pml4, Pml5, Pt};
use std::format;
use std::string::ToString;
use std::vec::Vec;

#[test]
fn each_step_knows_its_level() {
    let arena = arena();
    let tree = mixed(&arena);
    let address = shared(Width::Bits48, SHARED + 0x1000);
    let root: TableRef<'_, _, _, Pml4> = tree.reader().root().unwrap();
    assert_eq!((root.frame(), root.level()), (tree.root(), LevelName::Pml4));
    // There is no arm for leaves at levels without leaves, and none for tables at the last one.
    let pdpt: TableRef<'_, _, _, Pdpt> = match root.entry(address).unwrap() {
        Entry::Subtable((_, below)) => below,
        Entry::Absent(_) | Entry::Frozen => panic!("the root entry is a table"),
    };
    let Some(Entry::Subtable((linked, pd))) = pdpt.entry(address) else { panic!("no table at Pdpt") };
    assert_eq!(linked.frame(), pd.frame());
    let Some(Stepped::<'_, _, _, Pd>::Subtable((_, pt))) = pd.entry(address) else { panic!("no table at Pd") };
    let leaf = match pt.entry(address).unwrap() {
        Entry::Leaf(leaf) => leaf,
        Entry::Absent(_) | Entry::Frozen => panic!("no leaf"),
    };
    assert_eq!(leaf.frame(), Hpa::new(0x4000_1000));
}

#[test]
fn a_table_answers_only_for_what_lies_behind_it() {
    let arena = arena();
    let tree = mixed(&arena);
    let at = |address| shared(Width::Bits48, address);
    let root = tree.reader().root::<Pml4>().unwrap();
    let Some(Entry::Subtable((_, pdpt))) = root.entry(at(SHARED)) else { panic!("no table") };
    let Some(Entry::Subtable((_, pd))) = pdpt.entry(at(SHARED)) else { panic!("no table") };
    assert!(pd.entry(at(SHARED + (1 << 30) - 1)).is_some());
    assert!(pd.entry(at(SHARED + (1 << 30))).is_none());
    assert!(pdpt.entry(at(SHARED + (1 << 39))).is_none());
    assert!(root.entry(shared(Width::Bits52, 1 << 51)).is_none());
}

#[test]
fn the_root_is_found_at_the_level_of_the_geometry_only() {
    let arena = arena();
    let narrow = tree::<SharedSample>(Width::Bits48, &arena);
    let wide = tree::<SharedSample>(Width::Bits52, &arena);
    assert!(narrow.reader().root::<Pml4>().is_some());
    assert!(narrow.reader().root::<Pml5>().is_none());
    assert!(wide.reader().root::<Pml5>().is_some());
    assert!(wide.reader().root::<Pt>().is_none());
    assert!(wide.reader().root::<crate::level::Bottom>().is_none());
}

#[test]
fn a_visitor_gets_the_root_whatever_its_level() {
    struct CountTables;
    impl<'a, M: Memory> RootReader<'a, SharedSample, M> for CountTables {
        type Output = usize;
        fn visit<L: LevelOf<SharedSample>>(self, root: TableRef<'a, SharedSample, M, L>) -> usize {
            let below = root.entries().map(|(_, entry)| match entry {
                Entry::Subtable((_, table)) => CountTables.visit(table),
                _ => 0,
            });
            1 + below.sum::<usize>()
        }
    }
    let arena = arena();
    assert_eq!(mixed(&arena).reader().at_root(CountTables), arena.pages_in_use());
}

#[test]
fn entries_of_a_table_come_with_their_addresses() {
    let arena = arena();
    let tree = mixed(&arena);
    let root = tree.reader().root::<Pml4>().unwrap();
    let linked: Vec<u64> = root
        .entries()
        .filter(|(_, entry)| matches!(entry, Entry::Subtable(_)))
        .map(|(address, _)| address.as_u64())
        .collect();
    assert_eq!(linked, [SHARED, (1 << 48) - (1 << 39)]);
    assert_eq!(root.entries().count(), 512);
}

#[test]
fn raw_entries_are_explained_in_the_names_of_the_declaration() {
    let arena = arena();
    let tree = mixed(&arena);
    let explain = |level, raw| tree.reader().explain(level, raw).to_string();
    assert_eq!(explain(LevelName::Pt, SharedSample::ABSENT), "0x8000000000000000 at Pt of SharedSample: absent");
    assert_eq!(explain(LevelName::Pd, SharedSample::FROZEN), "0x80000000000005a0 at Pd of SharedSample: frozen");
    assert_eq!(
        explain(LevelName::Pd, 1 << 63 | 0x40),
        "0x8000000000000040 at Pd of SharedSample: absent, with payload 0x40"
    );
    assert_eq!(
        explain(LevelName::Pd, 0x8420_0000_4020_0385),
        "0x8420000040200385 at Pd of SharedSample: leaf read execute accessed dirty ticket=0xa suppress_ve, \
         frame 0x40200000, allows r-x--"
    );
    assert_eq!(
        explain(LevelName::Pd, 0x4020_1087),
        "0x40201087 at Pd of SharedSample: leaf read write execute, frame 0x40200000, allows rwx--; \
         reserved bits 0x1000 are wrong"
    );
    assert_eq!(
        explain(LevelName::Pdpt, 0x4020_1003),
        "0x40201003 at Pdpt of SharedSample: table read write, frame 0x40201000, allows rw---"
    );
    assert_eq!(explain(LevelName::Pml5, 7), "0x7: SharedSample under Bits48 has no level Pml5");
}

#[test]
fn an_explanation_at_length_has_a_line_for_each_field() {
    let arena = arena();
    let tree = tree::<SharedSample>(Width::Bits48, &arena);
    let text = format!("{:#}", tree.reader().explain(LevelName::Pt, 0x8420_0000_4000_0301));
    assert_eq!(
        text,
        "0x8420000040000301 at Pt of SharedSample: leaf, frame 0x40000000, allows r----
  read                 0x1 in bits 0, Value
  write                0x0 in bits 1, Value
  execute              0x0 in bits 2, Value
  page_size            0x0 in bits 7, Tag
  accessed             0x1 in bits 8, Hardware
  dirty                0x1 in bits 9, Hardware
  frame                0x40000 in bits 51:12, Frame
  ticket               0xa in bits 59:58,54:52, Software
  suppress_ve          0x1 in bits 63, Value"
    );
}
