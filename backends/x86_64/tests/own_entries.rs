//! Entries that the engine has written are told apart by the frame: where that is the same as by presence, and what keeps
//! it so.

use pt_core::entry::{Absent, Entry};
use pt_core::{Arena, EntryFormat, Hpa, LevelOf, Memory, Obstacle, TableAllocator, Tree, Va, Visible, Whole as _};
use pt_x86_64::{Features, PageTables, Paging, Pd, Pdpt, Pml4, Pml5, Pt};
use std::sync::atomic::Ordering;

const FRAME: u64 = 0x5_6000;
const BASE: Hpa = Hpa::new(0x10_0000);

fn at() -> Va {
    Paging::FourLevels.address(0x1000).expect("it is canonical")
}

fn all_that_is_written<L: LevelOf<PageTables>>() {
    let link = L::LINK | L::Subtable::frame_bits(Hpa::new(FRAME));
    let accessed = link | L::Subtable::HARDWARE;
    let leaf = 1 | L::Leaf::RESERVED_ONES | L::Leaf::frame_bits(Hpa::new(1 << 30));
    let not_present = leaf & !1;
    for raw in [link, accessed, leaf, not_present, PageTables::ABSENT, PageTables::FROZEN, 1 << 62] {
        let exists = L::TABLES || raw != link && raw != accessed;
        if exists && (L::LEAVES || raw != leaf && raw != not_present) {
            assert_eq!(L::decode_own(raw), L::decode(raw), "{raw:#x} of {}", L::NAME);
        }
    }
    let of_others = FRAME | 2;
    assert_eq!(L::decode(of_others), Entry::Absent(Absent::new(of_others)));
    assert_eq!(
        matches!(L::decode_own(of_others), Entry::Subtable(_)),
        L::TABLES,
        "the frame is the test at {}",
        L::NAME
    );
}

#[test]
fn what_the_engine_writes_is_the_same_by_its_frame() {
    all_that_is_written::<Pml5>();
    all_that_is_written::<Pml4>();
    all_that_is_written::<Pdpt>();
    all_that_is_written::<Pd>();
    all_that_is_written::<Pt>();
}

#[test]
fn a_payload_that_looks_like_a_table_is_refused() {
    let arena = Arena::new(BASE, 16 << 12);
    let mut tree: Tree<PageTables, _> = Tree::configured(Paging::FourLevels, Features::all(), &arena, &arena).unwrap();
    let mut cursor = tree.exclusive(&arena);
    let refused = cursor.annotate::<Pd>(at(), Absent::new(FRAME));
    assert!(matches!(refused, Err(Obstacle::Table { raw: FRAME, .. })), "{refused:?}");
    assert!(cursor.annotate::<Pd>(at(), Absent::new(1 << 62)).is_ok());
    assert!(cursor.annotate::<Pt>(at(), Absent::new(FRAME)).is_ok(), "the last level has no tables");
    drop(cursor);
    assert_eq!(tree.reader().translate(at()), None);
}

/// The memory of a guest that writes its own tables.
struct Shared(Arena);

impl Memory for Shared {
    type Word = <Arena as Memory>::Word;
    const WRITTEN_BY_OTHERS: bool = true;
    fn word(&self, table: Hpa, index: usize) -> &Self::Word {
        self.0.word(table, index)
    }
    fn record(&self, table: Hpa) -> &pt_core::memory::Record<Self::Word> {
        self.0.record(table)
    }
}

#[test]
fn what_others_write_is_told_by_presence() {
    let memory = Shared(Arena::new(BASE, 16 << 12));
    let tree: Tree<PageTables, _> = Tree::configured(Paging::FourLevels, Features::all(), &memory, &memory.0).unwrap();
    let root = tree.root_frame();
    // An entry that is swapped out, in the way of the guest: not present, and no frame of ours.
    memory.word(root, 0).store(0x7fff_ffff_f000, Ordering::Release);
    assert_eq!(tree.reader().translate(at()), None);
}

/// Hands out the frame 0.
struct Lowest;

impl TableAllocator for Lowest {
    fn allocate(&self, _order: u32) -> Option<Hpa> {
        Some(Hpa::new(0))
    }
    fn free(&self, block: Hpa, _order: u32) {
        assert_eq!(block, Hpa::new(0));
    }
}

#[test]
fn no_table_is_linked_in_the_frame_0() {
    let arena = Arena::new(BASE, 16 << 12);
    let mut tree: Tree<PageTables, _> = Tree::configured(Paging::FourLevels, Features::all(), &arena, &arena).unwrap();
    let refused = tree.exclusive(&Lowest).annotate::<Pt>(at(), Absent::new(FRAME));
    let zero = Hpa::new(0);
    assert!(matches!(refused, Err(Obstacle::FrameDoesNotFit { frame, .. }) if frame == zero), "{refused:?}");
}
