//! Split and merge, by both live rules.

use super::*;
use crate::allocator::TableAllocator;
use crate::error::Obstacle;
use crate::sample::LevelName;
use std::vec;

/// CPUs that look at the tree while they flush, and set bits in it.
struct Watching<'a> {
    arena: &'a Arena,
    root: Hpa,
    width: Width,
    /// What a walk of the first page found at each flush.
    found: Vec<Option<(u64, u32)>>,
    scopes: Vec<Scope<Shared>>,
    /// Before the flush, these bits are set in the words.
    late: Vec<(Hpa, u64)>,
}

impl<'a> Watching<'a> {
    fn new(arena: &'a Arena, root: Hpa, width: Width) -> Self {
        Self { arena, root, width, found: vec![], scopes: vec![], late: vec![] }
    }

    fn look(&mut self, scope: Scope<Shared>) {
        for &(word, bits) in &self.late {
            self.arena.word_at(word).unwrap().fetch_or(bits, std::sync::atomic::Ordering::AcqRel);
        }
        self.found.push(cpu_walk(self.arena, self.root, self.width, 0));
        self.scopes.push(scope);
    }
}
impl Invalidate<SharedSample> for Watching<'_> {
    fn invalidate(&mut self, scope: Scope<Shared>) {
        self.look(scope);
    }
}
impl Invalidate<BreakSample> for Watching<'_> {
    fn invalidate(&mut self, scope: Scope<Shared>) {
        self.look(scope);
    }
}

#[test]
fn in_place_a_block_is_split_without_a_gap() {
    both(|width| {
        let arena = arena();
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let mut cpus = Watching::new(&arena, root, width);
        let mut cursor = tree.exclusive(&arena);
        cursor.map(gpa(width, 0), block(0x40_0000), READ).unwrap();
        cpu_sets(&arena, root, width, 0, 0x100);
        let stale = cursor.split::<Pd>(gpa(width, 7 * PAGE), &mut cpus).unwrap();
        assert_eq!(cpus.scopes, [], "the flush may come later");
        stale.flush(&mut cpus);
        assert_eq!(cpus.scopes, [Scope::Leaves(range(width, 0, BLOCK))]);
        for page in 0..512 {
            assert_eq!(cpu_walk(&arena, root, width, page * PAGE), Some((1 << 63 | (0x40_0101 + page * PAGE), 0)));
        }
        drop(cursor);
        check(&arena, root, width);
    });
}

#[test]
fn break_before_make_flushes_while_nothing_is_mapped() {
    both(|width| {
        let arena = arena();
        let mut tree = tree::<BreakSample>(&arena, width);
        let root = tree.root();
        let mut cpus = Watching::new(&arena, root, width);
        let mut cursor = tree.exclusive(&arena);
        cursor.map(gpa(width, 0), block(0x40_0000), READ).unwrap();
        let stale = cursor.split::<Pd>(gpa(width, 0), &mut cpus).unwrap();
        assert!(!stale.is_needed());
        stale.unneeded_because("it was flushed before the table was linked");
        assert_eq!(cpus.scopes, [Scope::Leaves(range(width, 0, BLOCK))]);
        assert_eq!(cpus.found, [None], "no CPU translates through the entry");
        assert_eq!(cpu_walk(&arena, root, width, 0), Some((1 << 63 | 0x40_0001, 0)));
        cursor.merge::<Pd>(gpa(width, 0), &mut cpus).unwrap();
        assert_eq!(cpus.scopes[1], Scope::Tables(range(width, 0, BLOCK)));
        assert_eq!(cpus.found[1], None);
        drop(cursor);
        assert_eq!(cpu_walk(&arena, root, width, 0), Some((1 << 63 | 0x40_0081, 1)));
        check(&arena, root, width);
    });
}

#[test]
fn ranges_break_before_make_too() {
    let width = Width::Bits48;
    let arena = arena();
    let mut tree = tree::<BreakSample>(&arena, width);
    let root = tree.root();
    let mut cpus = Watching::new(&arena, root, width);
    let mut cursor = tree.exclusive(&arena);
    cursor.map_range(range(width, 0, 2 * BLOCK), block(0x40_0000), Fields::RWX).unwrap();
    let stale = cursor.protect_range(range(width, PAGE, BLOCK), READ, &mut cpus).unwrap();
    assert_eq!(cpus.scopes, [Scope::Leaves(range(width, 0, BLOCK)), Scope::Leaves(range(width, BLOCK, BLOCK))]);
    assert_eq!(cpus.found[0], None);
    assert_eq!(stale.scope(), Scope::Leaves(range(width, PAGE, BLOCK)));
    stale.flush(&mut cpus);
    drop(cursor);
    check(&arena, root, width);
}

#[test]
fn a_split_needs_a_block_and_a_table() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let mut cursor = tree.exclusive(&arena);
    cursor.map(gpa(width, 0), page(0), READ).unwrap();
    cursor.map(gpa(width, BLOCK), block(0), READ).unwrap();
    let refused = cursor.split::<Pd>(gpa(width, 0), &mut cpus).unwrap_err();
    assert!(matches!(refused, Obstacle::Table { level: LevelName::Pd, .. }), "{refused}");
    let refused = cursor.split::<Pd>(gpa(width, 2 * BLOCK), &mut cpus).unwrap_err();
    assert!(matches!(refused, Obstacle::Absent { level: LevelName::Pd, .. }), "{refused}");
    arena.limit_allocations(Some(0));
    let refused = cursor.split::<Pd>(gpa(width, BLOCK), &mut cpus).unwrap_err();
    assert_eq!(refused, Obstacle::OutOfTables { at: gpa(width, BLOCK), level: LevelName::Pt });
    drop(cursor);
    assert_eq!(cpu_walk(&arena, root, width, BLOCK), Some((1 << 63 | 0x81, 1)));
    check(&arena, root, width);
}

#[test]
fn a_full_table_of_contiguous_pages_is_merged_and_keeps_their_history() {
    both(|width| {
        let arena = arena();
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let mut cpus = Watching::new(&arena, root, width);
        let mut cursor = tree.exclusive(&arena).limit_blocks(LevelName::Pt);
        cursor.map_range(range(width, 0, BLOCK), page(0x40_0000), READ).unwrap();
        cpu_sets(&arena, root, width, 5 * PAGE, 0x100);
        // Through what it has cached of the table, a CPU sets a dirty bit until it is flushed.
        let table = cursor.walk::<Pt, super::super::walk::Stop>(gpa(width, 0)).unwrap().frame();
        cpus.late = vec![(Hpa::new(table.as_u64() + 9 * 8), 0x200)];
        let tables = arena.pages_in_use();
        cursor.merge::<Pd>(gpa(width, 0), &mut cpus).unwrap();
        drop(cursor);
        assert_eq!(cpus.found, [Some((1 << 63 | 0x40_0181, 1))], "in place: there is no gap");
        assert_eq!(cpu_walk(&arena, root, width, 0), Some((1 << 63 | 0x40_0381, 1)), "the late bit is not lost");
        assert_eq!(arena.pages_in_use(), tables - 1);
        check(&arena, root, width);
    });
}

#[test]
fn what_differs_is_not_merged() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let at = gpa(width, 0);
    let mut cursor = tree.exclusive(&arena).limit_blocks(LevelName::Pt);
    cursor.map_range(range(width, 0, BLOCK), page(0x40_0000), READ).unwrap();
    let before = cpu_walk(&arena, root, width, 0);

    cursor.protect::<Pt>(gpa(width, 9 * PAGE), Fields::RWX).unwrap().flush(&mut cpus);
    let (expected, raw) = (1 << 63 | 0x40_9001, 1 << 63 | 0x40_9007);
    let other = Obstacle::Mismatch { at: gpa(width, 9 * PAGE), level: LevelName::Pt, expected, raw };
    assert_eq!(cursor.merge::<Pd>(at, &mut cpus).unwrap_err(), other);

    cursor.unmap::<Pt>(gpa(width, 9 * PAGE)).unwrap().flush(&mut cpus);
    let hole = Obstacle::Absent { at: gpa(width, 9 * PAGE), level: LevelName::Pt, raw: 1 << 63 };
    assert_eq!(cursor.merge::<Pd>(at, &mut cpus).unwrap_err(), hole);

    cursor.map(gpa(width, 9 * PAGE), page(0x40_8000), READ).unwrap();
    let refused = cursor.merge::<Pd>(at, &mut cpus).unwrap_err();
    assert!(matches!(refused, Obstacle::Mismatch { .. }), "{refused}");

    cursor.map_range(range(width, BLOCK, BLOCK), page(0x40_1000), READ).unwrap();
    let refused = cursor.merge::<Pd>(gpa(width, BLOCK), &mut cpus).unwrap_err();
    assert_eq!(refused, Obstacle::FrameDoesNotFit { frame: Hpa::new(0x40_1000), level: LevelName::Pd });

    cursor.map(gpa(width, 2 * BLOCK), block(0), READ).unwrap();
    let refused = cursor.merge::<Pd>(gpa(width, 2 * BLOCK), &mut cpus).unwrap_err();
    assert!(matches!(refused, Obstacle::Leaf { level: LevelName::Pd, .. }), "{refused}");
    drop(cursor);
    assert_eq!(cpu_walk(&arena, root, width, 0), before);
    check(&arena, root, width);
}

#[test]
fn a_bit_that_the_cpu_sets_before_the_replacement_reaches_the_pages() {
    /// An allocator whose call stands for the moment between the load of the block and its replacement.
    struct Setting<'a>(&'a Arena, Hpa);
    impl TableAllocator for Setting<'_> {
        fn allocate(&self, order: u32) -> Option<Hpa> {
            if cpu_walk(self.0, self.1, Width::Bits48, 0).is_some() {
                cpu_sets(self.0, self.1, Width::Bits48, 0, 0x200);
            }
            self.0.allocate(order)
        }
        fn free(&self, block: Hpa, order: u32) {
            self.0.free(block, order);
        }
    }
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let allocator = Setting(&arena, root);
    let mut cursor = tree.exclusive(&allocator);
    cursor.map(gpa(width, 0), block(0x40_0000), READ).unwrap();
    cursor.split::<Pd>(gpa(width, 0), &mut cpus).unwrap().flush(&mut cpus);
    for page in 0..512 {
        assert_eq!(cpu_walk(&arena, root, width, page * PAGE).unwrap().0 & 0x300, 0x200);
    }
}
