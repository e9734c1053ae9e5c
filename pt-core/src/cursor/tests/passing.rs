//! Pages in no order: in passing, and through the table above.

use super::*;
use crate::error::Obstacle;
use crate::memory::UNCOUNTED;
use crate::sample::LevelName;

/// Offsets of pages in eight tables: neighbours lie in different ones.
fn scattered() -> impl Iterator<Item = u64> {
    (0..96).map(|number| number * 5 % 8 * BLOCK + number / 8 * PAGE)
}

#[test]
fn pages_in_no_order_keep_the_counts() {
    both(|width| {
        let (arena, mut cpus) = (arena(), Cpus::default());
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let mut cursor = tree.exclusive(&arena);
        for offset in scattered() {
            cursor.map(gpa(width, offset), page(offset), Fields::RWX).unwrap();
        }
        for offset in scattered() {
            let changed = cursor.protect::<Pt>(gpa(width, offset), READ).unwrap().flush(&mut cpus);
            assert_eq!(changed.frame.as_u64(), offset);
        }
        drop(cursor);
        check(&arena, root, width);
        let table = |offset| Hpa::new(arena_entry(&arena, root, width, offset));
        assert_eq!(arena.record(table(0)).counted(), Some(12), "nobody has to count again");
        let mut cursor = tree.exclusive(&arena);
        for offset in scattered() {
            let old = cursor.unmap::<Pt>(gpa(width, offset)).unwrap().flush(&mut cpus);
            assert_eq!((old.frame.as_u64(), old.attributes), (offset, READ));
        }
        drop(cursor);
        assert_eq!(arena.pages_in_use(), 1, "every table became empty, and went back");
    });
}

/// The frame of the last table on the way to a page.
fn arena_entry(arena: &Arena, root: Hpa, width: Width, offset: u64) -> u64 {
    let levels: &[u32] = if width == Width::Bits48 { &[39, 30, 21] } else { &[48, 39, 30, 21] };
    levels.iter().fold(root.as_u64(), |table, shift| {
        let index = gpa(width, offset).as_u64() >> shift & 511;
        arena.read(Hpa::new(table + index * 8)).unwrap() & FRAME
    })
}

/// What a cursor remembers of a leaf is not taken for what one of another level says, nor of another table above.
#[test]
fn pages_of_two_sizes_take_turns() {
    both(|width| {
        let (arena, mut cpus) = (arena(), Cpus::default());
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        // Blocks and tables of pages side by side, in two tables above; every third leaf is used.
        let offsets: Vec<u64> =
            (0..96).map(|number| ((number % 2) << 30) + number / 2 % 8 * BLOCK + number / 16 * PAGE).collect();
        let is_block = |offset: u64| offset / BLOCK % 2 == 1;
        let marks = |offset: u64| if (offset >> 12).is_multiple_of(3) { 0x300 } else { 0 };
        let mut cursor = tree.exclusive(&arena);
        for &offset in &offsets {
            let fields = Fields { accessed: marks(offset) != 0, dirty: marks(offset) != 0, ..Fields::RWX };
            if !is_block(offset) {
                cursor.map(gpa(width, offset), page(offset), fields).unwrap();
            } else if offset % BLOCK == 0 {
                cursor.map(gpa(width, offset), block(offset), fields).unwrap();
            }
        }
        for rights in [7, 1] {
            for &offset in &offsets {
                let (at, first) = (gpa(width, offset), offset % BLOCK == 0);
                let old = match (is_block(offset), rights) {
                    (true, _) if !first => continue,
                    (true, 7) => cursor.protect::<Pd>(at, READ).unwrap().flush(&mut cpus),
                    (true, _) => cursor.unmap::<Pd>(at).unwrap().flush(&mut cpus),
                    (false, 7) => cursor.protect::<Pt>(at, READ).unwrap().flush(&mut cpus),
                    (false, _) => cursor.unmap::<Pt>(at).unwrap().flush(&mut cpus),
                };
                let size = if is_block(offset) { 0x80 } else { 0 };
                assert_eq!(old.raw, 1 << 63 | offset | marks(offset) | size | rights, "{offset:#x}");
                assert_eq!(old.frame.as_u64(), offset);
            }
        }
        drop(cursor);
        check(&arena, root, width);
        assert_eq!(arena.pages_in_use(), 1);
    });
}

/// What a cursor remembers of tables that it unlinks is not used again.
#[test]
fn tables_that_were_unlinked_are_forgotten() {
    both(|width| {
        let (arena, mut cpus) = (arena(), Cpus::default());
        let mut tree = tree::<SharedSample>(&arena, width);
        let root = tree.root();
        let mut cursor = tree.exclusive(&arena);
        let map_all = |cursor: &mut crate::cursor::Cursor<'_, SharedSample, _, _, _>| {
            for offset in [0, BLOCK, PAGE, BLOCK + PAGE] {
                cursor.map(gpa(width, offset), page(offset), Fields::RWX).unwrap();
            }
        };
        map_all(&mut cursor);
        for offset in [0, BLOCK, PAGE, BLOCK + PAGE] {
            cursor.unmap::<Pt>(gpa(width, offset)).unwrap().flush(&mut cpus);
        }
        assert_eq!(arena.pages_in_use(), 1, "one by one");
        map_all(&mut cursor);
        cursor.clear_range(range(width, 0, 1 << 30), &mut cpus).unwrap().flush(&mut cpus);
        assert!(arena.pages_in_use() <= 2, "all at once");
        map_all(&mut cursor);
        drop(cursor);
        for offset in [0, BLOCK, PAGE, BLOCK + PAGE] {
            assert_eq!(cpu_walk(&arena, root, width, offset), Some((1 << 63 | offset | 7, 0)));
        }
        check(&arena, root, width);
    });
}

#[test]
fn what_is_in_the_way_is_named_below_the_table_above() {
    let width = Width::Bits48;
    let arena = arena();
    let mut tree = tree::<SharedSample>(&arena, width);
    let mut cursor = tree.exclusive(&arena);
    cursor.map(gpa(width, 3 * BLOCK), block(0x40_0000), READ).unwrap();
    for offset in [0, BLOCK, PAGE, BLOCK + PAGE] {
        cursor.map(gpa(width, offset), page(offset), Fields::RWX).unwrap();
    }
    let refused = cursor.map(gpa(width, 0), page(0x6000), Fields::RWX).unwrap_err();
    let here = Obstacle::Leaf { at: gpa(width, 0), level: LevelName::Pt, frame: Hpa::new(0), raw: 1 << 63 | 7 };
    assert_eq!((refused.page.frame().as_u64(), refused.obstacle), (0x6000, here));
    cursor.map(gpa(width, BLOCK + 2 * PAGE), page(0), Fields::RWX).unwrap();
    let refused = cursor.map(gpa(width, 3 * BLOCK + PAGE), page(0x6000), Fields::RWX).unwrap_err();
    let raw = 1 << 63 | 0x40_0081;
    let larger = Obstacle::Leaf { at: gpa(width, 3 * BLOCK), level: LevelName::Pd, frame: Hpa::new(0x40_0000), raw };
    assert_eq!(refused.obstacle, larger);
    assert_eq!(cursor.unmap::<Pt>(gpa(width, 3 * BLOCK + PAGE)).unwrap_err(), larger);
    assert_eq!(cursor.protect::<Pt>(gpa(width, 3 * BLOCK + PAGE), READ).unwrap_err(), larger);
}

/// A table that parallel faults have filled stays uncounted, however many pages come and go in passing.
#[test]
fn an_uncounted_table_stays_uncounted_in_passing() {
    let width = Width::Bits48;
    let (arena, mut cpus) = (arena(), Cpus::default());
    let mut tree = tree::<SharedSample>(&arena, width);
    let root = tree.root();
    let mut cursor = tree.exclusive(&arena);
    for offset in [0, BLOCK] {
        cursor.map(gpa(width, offset), page(offset), Fields::RWX).unwrap();
    }
    drop(cursor);
    let tables = [0, BLOCK].map(|offset| Hpa::new(arena_entry(&arena, root, width, offset)));
    for table in tables {
        crate::memory::Word::store(&arena.record(table).live, UNCOUNTED);
    }
    let mut cursor = tree.exclusive(&arena);
    for offset in (1..9).flat_map(|number| [number * PAGE, BLOCK + number * PAGE]) {
        cursor.map(gpa(width, offset), page(offset), Fields::RWX).unwrap();
    }
    assert!(tables.iter().all(|&table| arena.record(table).counted().is_none()));
    for offset in (0..9).flat_map(|number| [number * PAGE, BLOCK + number * PAGE]) {
        cursor.unmap::<Pt>(gpa(width, offset)).unwrap().flush(&mut cpus);
    }
    drop(cursor);
    assert_eq!(arena.pages_in_use(), 1, "they were counted when it mattered");
}
