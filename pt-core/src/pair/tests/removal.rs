//! Taking memory away: the order of hooks, one track for a batch, exact ranges, and every refusal at every hook.

use super::{Fixture, range, running};
use crate::hook::{Busy, Fatal, Incomplete, Refusal};
use crate::pair::{Cause, ConversionPlan, FaultOutcome, Obstruction, RemovalError, Removed, Run};
use crate::sample::{LevelName, Width};
use std::vec;
use std::vec::Vec;

/// Aligned to a gigabyte.
const BASE: u64 = 0x40_0000_0000;
const PAGE: u64 = 1 << 12;
const BLOCK: u64 = 1 << 21;

/// A VM with pages of 4 KiB at the start of a block, and two blocks of 2 MiB after it.
fn mapped(pages: u64) -> Fixture<Run> {
    let fixture = running(Width::Bits52);
    for page in 0..pages {
        assert!(matches!(fixture.fault(BASE + page * PAGE), Ok(FaultOutcome::Mapped { .. })));
    }
    fixture.host.state().largest = LevelName::Pd;
    for block in 1..3 {
        assert!(matches!(fixture.fault(BASE + block * BLOCK), Ok(FaultOutcome::Mapped { level: LevelName::Pd, .. })));
    }
    fixture.monitor.refuse([]);
    fixture
}

fn take(fixture: &mut Fixture<Run>, start: u64, bytes: u64) -> Removed {
    fixture.removal(|session, host| {
        let blocked = session.block(range(start, bytes)).unwrap();
        let [tracked] = session.track([blocked]).unwrap();
        session.remove(tracked, host).unwrap()
    })
}

#[test]
fn a_batch_is_blocked_tracked_once_and_removed() {
    let mut fixture = mapped(4);
    let removed = take(&mut fixture, BASE, 3 * BLOCK);
    assert_eq!(removed, Removed { leaves: 6, bytes: 4 * PAGE + 2 * BLOCK });
    let mut expected = vec!["block"; 6];
    expected.push("track");
    expected.extend(["remove"; 6]);
    assert_eq!(fixture.monitor.names(), expected);
    assert_eq!(fixture.monitor.state().kicks, 1);
    assert!(fixture.host.state().given.is_empty());
    // The tables stay until they are pruned, and the range can be mapped again.
    assert!(matches!(fixture.fault(BASE), Ok(FaultOutcome::Mapped { level: LevelName::Pt, .. })));
}

#[test]
fn nothing_outside_the_range_is_touched() {
    let mut fixture = mapped(4);
    // From the third page to the second page of the last block.
    let removed = take(&mut fixture, BASE + 2 * PAGE, 2 * BLOCK);
    assert_eq!(removed, Removed { leaves: 2 + 1 + 2, bytes: 4 * PAGE + BLOCK });
    assert_eq!(fixture.monitor.names().iter().filter(|name| **name == "split").count(), 1);
    for page in [0, 1] {
        assert!(matches!(fixture.fault(BASE + page * PAGE), Ok(FaultOutcome::Spurious { .. })));
    }
    for page in 2..512 {
        let at = BASE + 2 * BLOCK + page * PAGE;
        assert!(matches!(fixture.fault(at), Ok(FaultOutcome::Spurious { level: LevelName::Pt, .. })));
    }
}

#[test]
fn a_block_that_sticks_out_at_both_ends_is_split_once() {
    let mut fixture = mapped(0);
    assert_eq!(take(&mut fixture, BASE + BLOCK + 7 * PAGE, PAGE), Removed { leaves: 1, bytes: PAGE });
    assert_eq!(fixture.monitor.names(), ["block", "track", "split", "block", "track", "remove"]);
}

#[test]
fn the_head_and_the_tail_are_split_with_one_track() {
    let mut fixture = mapped(0);
    assert_eq!(take(&mut fixture, BASE + 2 * BLOCK - PAGE, 2 * PAGE), Removed { leaves: 2, bytes: 2 * PAGE });
    let names = fixture.monitor.names();
    assert_eq!(names[..5], ["block", "block", "track", "split", "split"]);
    assert_eq!(names[5..], ["block", "block", "track", "remove", "remove"]);
}

#[test]
fn many_batches_are_tracked_at_once() {
    let mut fixture = mapped(4);
    fixture.removal(|session, host| {
        let pages = session.block(range(BASE, PAGE)).unwrap();
        let hole = session.block(range(BASE + 8 * PAGE, PAGE)).unwrap();
        let block = session.block(range(BASE + BLOCK, BLOCK)).unwrap();
        assert_eq!((pages.leaves(), hole.leaves(), block.leaves()), (1, 0, 1));
        let [pages, hole, block] = session.track([pages, hole, block]).unwrap();
        assert_eq!(session.remove(block, host).unwrap().bytes, BLOCK);
        assert_eq!(session.remove(hole, host).unwrap(), Removed::default());
        session.unblock(pages).unwrap();
    });
    assert_eq!(fixture.monitor.names(), ["block", "block", "track", "remove", "unblock"]);
}

#[test]
fn nothing_to_remove_needs_no_track() {
    let mut fixture = mapped(0);
    assert_eq!(take(&mut fixture, BASE + (1 << 30), 1 << 30), Removed::default());
    assert!(fixture.monitor.names().is_empty());
}

#[test]
fn unblocking_puts_everything_back_bit_for_bit() {
    let mut fixture = mapped(4);
    let before = fixture.entries();
    fixture.removal(|session, _| {
        let blocked = session.block(range(BASE, 3 * BLOCK)).unwrap();
        let [tracked] = session.track([blocked]).unwrap();
        session.unblock(tracked).unwrap();
    });
    assert_eq!(fixture.entries(), before);
}

#[test]
fn what_was_unblocked_and_blocked_again_is_tracked_again() {
    let mut fixture = mapped(1);
    fixture.removal(|session, host| {
        let first = session.block(range(BASE, PAGE)).unwrap();
        let second = session.block(range(BASE, PAGE)).unwrap();
        let [first, second] = session.track([first, second]).unwrap();
        session.unblock(second).unwrap();
        let third = session.block(range(BASE, PAGE)).unwrap();
        assert_eq!(third.leaves(), 1);
        // Tracked before the page was blocked for the third time; the monitor of the tests would refuse.
        assert_eq!(session.remove(first, host).unwrap().leaves, 1);
    });
    assert_eq!(fixture.monitor.names(), ["block", "track", "unblock", "block", "track", "remove"]);
}

#[test]
fn faults_retry_while_a_page_is_blocked_and_a_later_session_takes_it_up() {
    let mut fixture = mapped(1);
    fixture.removal(|session, _| drop(session.block(range(BASE, PAGE)).unwrap()));
    let Ok(FaultOutcome::Retry(Obstruction::Private(error))) = fixture.fault(BASE) else {
        panic!("the page is blocked")
    };
    assert_eq!(error.cause, Cause::Blocked);
    assert_eq!(take(&mut fixture, BASE, PAGE).leaves, 1);
    assert_eq!(fixture.monitor.names(), ["block", "track", "remove"]);
}

#[test]
fn empty_tables_are_unlinked_children_first() {
    let mut fixture = mapped(2);
    take(&mut fixture, BASE, 3 * BLOCK);
    fixture.monitor.refuse([]);
    assert_eq!(fixture.removal(|session, _| session.prune(range(BASE, PAGE))), Ok(4));
    let log = fixture.monitor.state().log.clone();
    let unlinked: Vec<_> = log.iter().filter(|call| call.hook == "unlink").map(|call| call.level.unwrap()).collect();
    assert_eq!(unlinked, [LevelName::Pd, LevelName::Pdpt, LevelName::Pml4, LevelName::Pml5]);
    assert_eq!(fixture.monitor.names().iter().filter(|name| **name == "track").count(), 4);
    assert!(fixture.entries().is_empty());
    assert_eq!(fixture.arena.pages_in_use(), 2, "the two roots");
}

#[test]
fn a_table_in_use_is_not_pruned() {
    let mut fixture = mapped(2);
    take(&mut fixture, BASE, PAGE);
    fixture.monitor.refuse([]);
    assert_eq!(fixture.removal(|session, _| session.prune(range(BASE, 1 << 30))), Ok(0));
    assert!(fixture.monitor.names().is_empty());
}

#[test]
fn a_split_block_is_merged_again() {
    let mut fixture = mapped(0);
    let before = fixture.entries();
    let at = super::private(BASE + BLOCK + PAGE);
    fixture.removal(|session, _| session.split(at)).unwrap();
    assert_eq!(fixture.entries().len(), before.len() + 512);
    fixture.removal(|session, _| session.merge::<crate::sample::Pd>(at)).unwrap();
    assert_eq!(fixture.entries(), before);
    assert_eq!(fixture.monitor.names(), ["block", "track", "split", "block", "track", "merge"]);
}

#[test]
fn pages_that_are_no_run_are_not_merged() {
    let mut fixture = mapped(512);
    take(&mut fixture, BASE, PAGE);
    assert!(matches!(fixture.fault(BASE), Ok(FaultOutcome::Mapped { .. })));
    fixture.monitor.refuse([]);
    let Err(RemovalError::Entry(error)) =
        fixture.removal(|session, _| session.merge::<crate::sample::Pd>(super::private(BASE)))
    else {
        panic!("the pages are no run")
    };
    assert_eq!((error.cause, error.level), (Cause::NotMergeable, LevelName::Pd));
    assert!(fixture.monitor.names().is_empty());
}

#[test]
fn interrupted_splits_and_merges_are_resumed() {
    let mut fixture = mapped(0);
    let at = super::private(BASE + BLOCK);
    let interrupted = |calls: &[usize]| {
        calls.iter().map(|&call| (call, Refusal::Incomplete(Incomplete { handle: 7 }))).collect::<Vec<_>>()
    };
    fixture.monitor.refuse(interrupted(&[2, 3, 4]));
    fixture.removal(|session, _| session.split(at)).unwrap();
    assert_eq!(fixture.monitor.names(), ["block", "track", "split", "split", "split", "split"]);
    fixture.monitor.refuse(interrupted(&[2]));
    fixture.removal(|session, _| session.merge::<crate::sample::Pd>(at)).unwrap();
    assert_eq!(fixture.monitor.names(), ["block", "track", "merge", "merge"]);
}

#[test]
fn an_operation_that_is_never_finished_stays_blocked_and_its_pages_are_leaked() {
    let mut fixture = mapped(0);
    let at = super::private(BASE + BLOCK);
    fixture.monitor.refuse((2..100_000).map(|call| (call, Refusal::Incomplete(Incomplete { handle: 7 }))));
    let in_use = fixture.arena.pages_in_use();
    let (mut kick, monitor) = (&*fixture.monitor, &fixture.monitor);
    let Err(RemovalError::Entry(error)) = fixture.vm.removal(&mut kick, |session| session.split(at)) else { panic!() };
    assert_eq!(error.cause, Cause::Unfinished(Incomplete { handle: 7 }));
    assert_eq!(fixture.vm.leaked().tables, 2);
    assert_eq!(fixture.arena.pages_in_use(), in_use + 2);
    assert!(!monitor.names().contains(&"unblock"));
}

#[test]
fn an_operation_that_has_begun_is_unfinished_whatever_is_answered_when_it_is_resumed() {
    let mut fixture = mapped(0);
    let at = super::private(BASE + BLOCK);
    let begun = Refusal::Incomplete(Incomplete { handle: 7 });
    fixture.monitor.refuse([(2, begun), (3, Refusal::Fatal(Fatal { status: 9 }))]);
    let mut kick = &*fixture.monitor;
    let Err(RemovalError::Entry(error)) = fixture.vm.removal(&mut kick, |session| session.split(at)) else { panic!() };
    assert_eq!(error.cause, Cause::Unfinished(Incomplete { handle: 7 }));
    assert_eq!(fixture.monitor.names(), ["block", "track", "split", "split"], "nothing else is done to the entry");
    fixture.monitor.refuse([]);
    fixture.vm.removal(&mut kick, |session| session.split(at)).unwrap();
    assert_eq!(fixture.vm.leaked().tables, 2, "who knows which pages the monitor has begun with");
}

#[test]
fn a_busy_monitor_is_asked_once_more_without_vcpus() {
    for number in 0..4 {
        let mut fixture = mapped(1);
        fixture.monitor.refuse([(number, Refusal::Busy(Busy))]);
        assert_eq!(take(&mut fixture, BASE, PAGE).leaves, 1);
        assert_eq!(fixture.monitor.state().kept_out, usize::from(number < 3));
    }
}

#[test]
fn a_monitor_that_stays_busy_is_stuck_and_the_page_stays_blocked() {
    let mut fixture = mapped(1);
    let before = fixture.entries();
    fixture.monitor.refuse([(2, Refusal::Busy(Busy)), (3, Refusal::Busy(Busy))]);
    fixture.removal(|session, host| {
        let blocked = session.block(range(BASE, PAGE)).unwrap();
        let [tracked] = session.track([blocked]).unwrap();
        let refused = session.remove(tracked, host).unwrap_err();
        let RemovalError::Entry(error) = refused.error else { panic!() };
        assert_eq!((error.cause, error.address.as_u64()), (Cause::MonitorStuck, BASE));
        session.unblock(refused.batch).unwrap();
    });
    assert_eq!(fixture.entries(), before);
}

/// Does `work` with one refusal at each hook in turn, until it needs no more of them.
fn refused_everywhere(
    mapped: impl Fn() -> Fixture<Run>,
    work: impl Fn(&mut Fixture<Run>) -> bool,
    after: impl Fn(&mut Fixture<Run>, &std::collections::BTreeMap<(u8, u64), u64>),
) -> usize {
    let fatal = Refusal::Fatal(Fatal { status: 13 });
    for number in 0.. {
        for refusals in [vec![(number, fatal)], vec![(number, Refusal::Busy(Busy)), (number + 1, Refusal::Busy(Busy))]]
        {
            let mut fixture = mapped();
            let before = fixture.entries();
            fixture.monitor.refuse(refusals);
            let done = work(&mut fixture);
            fixture.check();
            if fixture.monitor.state().log.len() <= number {
                assert!(done);
                return number;
            }
            assert!(!done, "call {number} was refused");
            fixture.monitor.refuse([]);
            after(&mut fixture, &before);
        }
    }
    unreachable!()
}

#[test]
fn every_refusal_of_a_split_or_a_merge_leaves_the_block_or_the_table() {
    let at = super::private(BASE + BLOCK);
    let split = |fixture: &mut Fixture<Run>| fixture.removal(|session, _| session.split(at)).is_ok();
    let merge =
        |fixture: &mut Fixture<Run>| fixture.removal(|session, _| session.merge::<crate::sample::Pd>(at)).is_ok();
    let restored = |fixture: &mut Fixture<Run>, before: &_| {
        // Without a track the block cannot be undone at once.
        fixture.removal(|session, _| session.restore(range(BASE + BLOCK, BLOCK))).unwrap();
        assert_eq!(fixture.entries(), *before);
    };
    assert_eq!(refused_everywhere(|| mapped(0), split, restored), 3);
    let already_split = || {
        let mut fixture = mapped(0);
        assert!(split(&mut fixture));
        fixture
    };
    assert_eq!(refused_everywhere(already_split, merge, restored), 3);
}

#[test]
fn every_refusal_of_a_prune_leaves_the_tables_that_are_left() {
    let emptied = || {
        let mut fixture = mapped(2);
        take(&mut fixture, BASE, 3 * BLOCK);
        fixture
    };
    let prune = |fixture: &mut Fixture<Run>| fixture.removal(|session, _| session.prune(range(BASE, PAGE))).is_ok();
    let again = |fixture: &mut Fixture<Run>, _: &_| {
        assert!(prune(fixture));
        assert_eq!(fixture.arena.pages_in_use(), 2, "the two roots");
    };
    assert_eq!(refused_everywhere(emptied, prune, again), 12);
}

#[test]
fn every_refusal_of_a_conversion_leaves_private_memory_or_none() {
    let (start, bytes) = (BASE + 2 * PAGE, BLOCK + PAGE);
    let convert = |fixture: &mut Fixture<Run>| {
        let (mut kick, mut host) = (&*fixture.monitor, &fixture.host);
        let result = fixture.vm.convert_to_shared(range(start, bytes), &mut kick, &mut host);
        assert!(result.is_ok_and(|removed| removed.leaves == 2 + 3) || result.is_err_and(|error| !error.still_blocked));
        result.is_ok()
    };
    let again = |fixture: &mut Fixture<Run>, before: &std::collections::BTreeMap<(u8, u64), u64>| {
        let now = fixture.entries();
        // What is left is private as before, or split.
        assert!(now.values().all(|raw| raw & 7 == 7));
        assert!(before.iter().all(|(key, raw)| key.1 >= start || now[key] == *raw || key.0 > 0));
        let (mut kick, mut host) = (&*fixture.monitor, &fixture.host);
        fixture.vm.convert_to_shared(range(start, bytes), &mut kick, &mut host).unwrap();
        fixture.check();
        assert!(
            fixture
                .entries()
                .iter()
                .all(|(key, raw)| key.0 > 0 || !(start..start + bytes).contains(&key.1) || raw & 7 != 7)
        );
    };
    // The block is split, then five pages are blocked, tracked and removed.
    assert_eq!(refused_everywhere(|| mapped(4), convert, again), 3 + 5 + 1 + 5);
}

#[test]
fn a_plan_says_what_a_conversion_does() {
    let ranges = [
        (0, 3 * BLOCK),
        (2 * PAGE, BLOCK + PAGE),
        (BLOCK + 7 * PAGE, PAGE),
        (2 * BLOCK - PAGE, 2 * PAGE),
        (BLOCK, BLOCK),
        (64 * BLOCK, BLOCK),
    ];
    for (start, bytes) in ranges {
        for blocked in [None, Some((BASE, 2 * PAGE)), Some((BASE + BLOCK, BLOCK))] {
            let mut fixture = mapped(4);
            if let Some((start, bytes)) = blocked {
                fixture.removal(|session, _| drop(session.block(range(start, bytes)).unwrap()));
            }
            fixture.monitor.refuse([]);
            let in_use = fixture.arena.pages_in_use();
            let whole = range(BASE + start, bytes);
            let plan = fixture.vm.plan_conversion_to_shared(whole).unwrap();
            let (mut kick, mut host) = (&*fixture.monitor, &fixture.host);
            let removed = fixture.vm.convert_to_shared(whole, &mut kick, &mut host).unwrap();
            let count = |hook| fixture.monitor.names().iter().filter(|name| **name == hook).count() as u64;
            let done = ConversionPlan {
                blocks: count("block"),
                tracks: count("track"),
                splits: count("split"),
                removals: removed.leaves,
                bytes: removed.bytes,
            };
            assert_eq!(plan, done, "{whole:?}, {blocked:?}");
            assert_eq!(plan.hook_calls(), fixture.monitor.names().len() as u64);
            assert_eq!(plan.table_pages(), (fixture.arena.pages_in_use() - in_use) as u64);
        }
    }
}

#[test]
fn a_plan_says_what_would_stand_in_the_way() {
    let fixture = mapped(4);
    let _guard = fixture.vm.private().freeze::<crate::sample::Pt>(super::private(BASE + 5 * PAGE)).unwrap();
    let error = fixture.vm.plan_conversion_to_shared(range(BASE, BLOCK)).unwrap_err();
    assert_eq!((error.cause, error.address.as_u64()), (Cause::Frozen, BASE + 5 * PAGE));
}
