//! Leaves that say the same are changed four at a time, and a page as the one before it: the result is that of one at a
//! time, whatever their neighbours are.

use super::*;
use crate::error::Obstacle;
use std::vec;

/// In the sample format: accessed and dirty.
const MARKED: u64 = 0x300;
const USED: Fields = Fields { accessed: true, dirty: true, ..Fields::RWX };
const PAGES: u64 = 64;

/// Maps page `n` as `kinds[n]` says: `u` is used, `r` is used and read-only, `n` is new, a dot is a hole.
pub(super) fn mixed<'a>(arena: &'a Arena, kinds: &str) -> Tree<SharedSample, &'a Arena> {
    let mut tree = tree::<SharedSample>(arena, Width::Bits48);
    let mut cursor = tree.exclusive(arena);
    for (number, kind) in (0..).zip(kinds.chars()) {
        let fields = match kind {
            'u' => USED,
            'r' => Fields { accessed: true, dirty: true, ..READ },
            'n' => Fields::RWX,
            _ => continue,
        };
        // Frames that are not contiguous: the least that the leaves have in common.
        cursor.map::<Pt, _>(gpa(Width::Bits48, number * PAGE), page((number * 7 % 61) << 12), fields).unwrap();
    }
    drop(cursor);
    tree
}

/// Neighbours of every kind, in runs of lengths around four and eight.
pub(super) fn patterns() -> Vec<std::string::String> {
    let mut patterns = vec!["u".repeat(64), "ur".repeat(32), "uuuuuuuur".repeat(7) + "u", "u.".repeat(32)];
    for length in 1..11 {
        for other in ["r", "n", ".", "nr", "nnn", "r.n"] {
            patterns.push(("u".repeat(length) + other).repeat(64)[..64].into());
        }
    }
    patterns
}

/// The entries of all pages; 0 for none.
pub(super) fn entries(arena: &Arena, root: Hpa) -> Vec<u64> {
    (0..PAGES).map(|page| cpu_walk(arena, root, Width::Bits48, page * PAGE).map_or(0, |(entry, _)| entry)).collect()
}

#[test]
fn a_range_is_protected_as_page_by_page() {
    for kinds in patterns() {
        let arena = arena();
        let mut tree = mixed(&arena, &kinds);
        let root = tree.root();
        let before = entries(&arena, root);
        let mut cursor = tree.exclusive(&arena);
        let stale = cursor.protect_range(range(Width::Bits48, 3 * PAGE, 55 * PAGE), READ, &mut Cpus::default());
        stale.unwrap().flush(&mut Cpus::default());
        drop(cursor);
        for (page, (before, now)) in (0..).zip(before.into_iter().zip(entries(&arena, root))) {
            let expected = if (3..58).contains(&page) && before != 0 { before & !6 } else { before };
            assert_eq!(now, expected, "page {page} of {kinds}");
        }
        check(&arena, root, Width::Bits48);
    }
}

#[test]
fn a_range_is_unmapped_as_page_by_page() {
    // A part of the table, where entries are cleared, and all of it, where the table is unlinked.
    for (first, pages) in [(3, 55), (0, 512)] {
        for kinds in patterns() {
            let arena = arena();
            let mut tree = mixed(&arena, &kinds);
            let root = tree.root();
            let before = entries(&arena, root);
            let mut cursor = tree.exclusive(&arena);
            let mut seen = vec![];
            let range = range(Width::Bits48, first * PAGE, pages * PAGE);
            let stale = cursor.unmap_range(range, &mut Cpus::default(), |old| {
                seen.push((old.address, old.raw, old.frame.as_u64(), old.attributes.dirty));
            });
            stale.unwrap().flush(&mut Cpus::default());
            drop(cursor);
            let removed = |page: &u64| (first..first + pages).contains(page);
            let expected: Vec<_> = (0..PAGES)
                .zip(&before)
                .filter(|(page, entry)| removed(page) && **entry != 0)
                .map(|(page, &raw)| (gpa(Width::Bits48, page * PAGE), raw, raw & FRAME, raw & MARKED == MARKED))
                .collect();
            assert_eq!(seen, expected, "{kinds}");
            let left: Vec<_> = (0..).zip(before).map(|(page, entry)| if removed(&page) { 0 } else { entry }).collect();
            assert_eq!(entries(&arena, root), left, "{kinds}");
            if first > 0 {
                check(&arena, root, Width::Bits48);
            }
        }
    }
}

#[test]
fn pages_are_protected_and_unmapped_whatever_the_one_before_said() {
    let width = Width::Bits48;
    for kinds in patterns() {
        let arena = arena();
        let mut tree = mixed(&arena, &kinds);
        let root = tree.root();
        let before = entries(&arena, root);
        let mut cursor = tree.exclusive(&arena);
        // The second time finds what the first has made of them.
        for taken in [0, 6] {
            for (at, raw) in (0..).map(|page| gpa(width, page * PAGE)).zip(before.iter().map(|raw| raw & !taken)) {
                match cursor.protect::<Pt>(at, READ) {
                    Ok(stale) => assert_eq!(stale.flush(&mut Cpus::default()).raw, raw, "{at:?} of {kinds}"),
                    Err(error) => assert!(raw == 0 && matches!(error, Obstacle::Absent { .. }), "{error} of {kinds}"),
                }
            }
        }
        for (at, raw) in (0..).map(|page| gpa(width, page * PAGE)).zip(before) {
            let old = cursor.unmap::<Pt>(at).map(|stale| stale.flush(&mut Cpus::default()));
            match old {
                Ok(old) => {
                    let found = (old.address, old.raw, old.frame.as_u64(), old.attributes.dirty, old.attributes.write);
                    assert_eq!(found, (at, raw & !6, raw & FRAME, raw & MARKED == MARKED, false), "{kinds}");
                }
                Err(error) => assert!(raw == 0 && matches!(error, Obstacle::Absent { .. }), "{error} of {kinds}"),
            }
            assert!(cursor.unmap::<Pt>(at).is_err(), "{at:?} of {kinds}");
        }
        drop(cursor);
        check(&arena, root, width);
    }
}
