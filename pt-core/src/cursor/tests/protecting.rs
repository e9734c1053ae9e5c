//! A range that is protected, alone and beside faults: what is written, and what is flushed.

use super::alike::{entries, mixed, patterns};
use super::late::{NoReaders, Tables};
use super::*;
use crate::access::Access;
use crate::cursor::Cursor;
use crate::cursor::source::TableSource;
use crate::reclaim::ParallelTree;

/// Protects a range, and returns whether anything was flushed for it.
fn protect<M: Memory, S: TableSource, X: Access>(
    mut cursor: Cursor<'_, SharedSample, M, S, X>,
    first: u64,
    pages: u64,
) -> bool {
    let mut cpus = Cpus::default();
    let range = range(Width::Bits48, first * PAGE, pages * PAGE);
    cursor.protect_range(range, READ, &mut cpus).unwrap().flush(&mut cpus);
    !cpus.flushes.is_empty()
}

#[test]
fn leaves_that_take_an_exchange_each_are_changed_as_page_by_page() {
    let more = ["n", "r", "nr", "rn", "nnnr", "n.", ".n"].map(|kinds| kinds.repeat(64)[..64].into());
    let first = ["u", "n", "nu"].map(|kinds| std::format!("{kinds:r<64}"));
    let last = ["u", "n", "rn."].map(|kinds| std::format!("{kinds:r>64}"));
    for kinds in patterns().into_iter().chain(more).chain(first).chain(last) {
        for (parallel, first, pages) in [(false, 0, 64), (true, 0, 64), (true, 3, 55)] {
            let arena = arena();
            let mut tree = ParallelTree::new(mixed(&arena, &kinds), NoReaders);
            let root = tree.get_mut().root();
            let before = entries(&arena, root);
            let flushed = if parallel {
                protect(tree.pin().parallel(&arena), first, pages)
            } else {
                protect(tree.get_mut().exclusive(&arena), first, pages)
            };
            let mut writable = false;
            for (page, (before, now)) in (0..).zip(before.into_iter().zip(entries(&arena, root))) {
                let inside = (first..first + pages).contains(&page) && before != 0;
                assert_eq!(now, if inside { before & !6 } else { before }, "page {page} of {kinds}, {parallel}");
                writable |= inside && before & 6 != 0;
            }
            assert_eq!(flushed, writable, "{kinds}, {parallel}");
        }
    }
}

#[test]
fn what_is_protected_already_is_not_written() {
    let width = Width::Bits48;
    for attributes in [READ, Fields { accessed: true, dirty: true, ..READ }] {
        let tables = Tables::new();
        let tree = Tree::<SharedSample, _>::new(width, &tables, &tables).unwrap();
        let mut tree = ParallelTree::new(tree, NoReaders);
        let mut cursor = tree.get_mut().exclusive(&tables);
        cursor.map_range(range(width, 0, 64 * PAGE), page(64 * PAGE), attributes).unwrap();
        drop(cursor);
        tables.counts();
        assert!(!protect(tree.pin().parallel(&tables), 0, 64));
        assert_eq!(tables.counts().2, 0, "beside faults");
        if !attributes.accessed {
            assert!(!protect(tree.get_mut().exclusive(&tables), 0, 64));
            assert_eq!(tables.counts().2, 0, "alone");
        }
    }
}
