//! What a table denies: the attributes of its descriptor are denied for all that lies behind it (D8.4.1).

use crate::shape::Shape;
use crate::tree::Built;
use pt_arm::stage1::k4::{L0, L1, L2, TableEntry};
use pt_core::{Arena, Hpa};
use pt_plan::{Mapping, Permissions, Random};
use std::sync::atomic::Ordering;

/// Has a table above about every other mapping deny something, and takes that off the lists of the tree, which has a
/// granule of 4 KiB and is one of the lower end. No engine operation sets what a table denies: the words are changed in
/// memory, as the declared format writes them. Returns how many were changed.
pub fn deny(arena: &Arena, tree: &mut Built, random: &mut Random) -> usize {
    let mut changed = 0;
    for number in 0..tree.plan.len() {
        let mapping = tree.plan[number];
        let above: Vec<i32> = (tree.shape.start..tree.shape.level(mapping.shift)).collect();
        if random.below(2) == 0 || above.is_empty() {
            continue;
        }
        let (level, what) = (random.pick(&above), random.pick(&DENIALS));
        let is_behind = |other: &Mapping| {
            let shift = tree.shape.shift(level);
            other.shift < shift && other.input >> shift == mapping.input >> shift
        };
        // The last one is the stub page, which has to stay as it is.
        if !tree.list.last().is_some_and(is_behind) {
            let word = arena.word_at(link(arena, tree, mapping.input, level)).expect("tables are in the arena");
            let raw = word.load(Ordering::Acquire);
            word.store(denying(raw, level, what), Ordering::Release);
            for other in tree.plan.iter_mut().chain(&mut tree.list).filter(|other| is_behind(other)) {
                other.permissions = other.permissions.without(what);
            }
            changed += 1;
        }
    }
    changed
}

/// What a table can deny.
const DENIALS: [Permissions; 4] =
    [Permissions::WRITE, Permissions::USER, Permissions::EXECUTE, Permissions::USER_EXECUTE];

/// A descriptor of a table that denies something more.
fn denying(raw: u64, level: i32, what: Permissions) -> u64 {
    macro_rules! at {
        ($level:ty) => {{
            let entry = TableEntry::<$level>::from_bits(raw);
            match what {
                Permissions::WRITE => entry.with_read_only(true),
                Permissions::USER => entry.with_no_user(true),
                Permissions::EXECUTE => entry.with_privileged_execute_never(true),
                _ => entry.with_execute_never(true),
            }
            .bits()
        }};
    }
    match level {
        0 => at!(L0),
        1 => at!(L1),
        _ => at!(L2),
    }
}

/// Where the descriptor of a level is that the walk for an address comes through.
fn link(arena: &Arena, tree: &Built, address: u64, level: i32) -> Hpa {
    let Shape { start, bits, .. } = tree.shape;
    let mut table = tree.root;
    for at in start..=level {
        let top = if at == start { bits } else { tree.shape.shift(at - 1) };
        let index = (address % (1 << top)) >> tree.shape.shift(at);
        let entry = Hpa::new(table + 8 * index);
        if at == level {
            return entry;
        }
        table = arena.read(entry).expect("tables are in the arena") & 0xffff_ffff_f000;
    }
    unreachable!("the level is one of the tree")
}
