//! Payloads of absent entries.

use super::*;
use crate::entry::Absent;
use crate::error::Obstacle;
use crate::reader::Found;
use crate::sample::LevelName;

/// Beside the bit that absent entries of the sample have.
const OWNER: u64 = 1 << 63 | 0x42 << 12;

#[test]
fn a_payload_is_put_read_and_taken_away() {
    both(|width| {
        let arena = arena();
        let mut tree = tree::<SharedSample>(&arena, width);
        let (at, root) = (gpa(width, BLOCK + PAGE), tree.root());
        let mut cursor = tree.exclusive(&arena);
        let plain = Absent::new(SharedSample::ABSENT);
        assert_eq!(cursor.annotate::<Pt>(at, Absent::new(OWNER)), Ok(plain));
        assert_eq!(cursor.annotate::<Pt>(at, Absent::new(OWNER | PAGE)), Ok(Absent::new(OWNER)));
        drop(cursor);
        check(&arena, root, width);
        let unmapped = tree.reader().query(at).unwrap_err();
        assert_eq!((unmapped.level, unmapped.found), (LevelName::Pt, Found::Absent(Absent::new(OWNER | PAGE))));
        let mut cursor = tree.exclusive(&arena);
        assert_eq!(cursor.annotate::<Pt>(at, plain), Ok(Absent::new(OWNER | PAGE)));
        // Nothing is there to take away from, and no table is made for it.
        let tables = arena.pages_in_use();
        let far = gpa(width, 1 << 40);
        assert!(matches!(cursor.annotate::<Pt>(far, plain), Err(Obstacle::Absent { .. })));
        assert_eq!(arena.pages_in_use(), tables);
    });
}

#[test]
fn a_payload_keeps_its_table_and_gives_way_to_a_page() {
    let (arena, mut cpus, width) = (arena(), Cpus::default(), Width::Bits48);
    let mut tree = tree::<SharedSample>(&arena, width);
    let (noted, beside, root) = (gpa(width, 0), gpa(width, PAGE), tree.root());
    let mut cursor = tree.exclusive(&arena);
    cursor.annotate::<Pt>(noted, Absent::new(OWNER)).unwrap();
    cursor.map(beside, page(0x1000), Fields::RWX).unwrap();
    cursor.unmap::<Pt>(beside).unwrap().flush(&mut cpus);
    assert_eq!(arena.pages_in_use(), 4, "the payload is still there");
    cursor.map(noted, page(0x2000), Fields::RWX).unwrap();
    drop(cursor);
    check(&arena, root, width);
    assert_eq!(cpu_walk(&arena, root, width, 0), Some((1 << 63 | 0x2007, 0)));
    tree.exclusive(&arena).unmap::<Pt>(noted).unwrap().flush(&mut cpus);
    assert_eq!(arena.pages_in_use(), 1);
}

#[test]
fn what_is_no_payload_is_refused() {
    let (arena, width) = (arena(), Width::Bits48);
    let mut tree = tree::<SharedSample>(&arena, width);
    let at = gpa(width, 0);
    let mut cursor = tree.exclusive(&arena);
    let present = cursor.annotate::<Pt>(at, Absent::new(0x5007));
    assert!(matches!(present, Err(Obstacle::Leaf { raw: 0x5007, .. })), "{present:?}");
    let frozen = cursor.annotate::<Pd>(at, Absent::new(SharedSample::FROZEN));
    assert!(matches!(frozen, Err(Obstacle::Retry { level: LevelName::Pd, .. })), "{frozen:?}");
    assert_eq!(arena.pages_in_use(), 1, "nothing was done");
    cursor.map(at, page(0x1000), Fields::RWX).unwrap();
    let mapped = cursor.annotate::<Pt>(at, Absent::new(OWNER));
    assert!(matches!(mapped, Err(Obstacle::Leaf { level: LevelName::Pt, .. })), "{mapped:?}");
    let table = cursor.annotate::<Pd>(at, Absent::new(OWNER));
    assert!(matches!(table, Err(Obstacle::Table { level: LevelName::Pd, .. })), "{table:?}");
}
