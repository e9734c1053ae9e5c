//! Every library does every piece of work that it offers, on little memory, and comes to what was asked for.

use pt_benches::contender::LIBRARIES;
use pt_benches::workload::Scale;
use pt_benches::{faults, instructions, locked};
use std::sync::Mutex;

/// There is one arena in a process.
static ARENA: Mutex<()> = Mutex::new(());

#[test]
fn every_library_comes_to_what_was_asked_for() {
    let _one = ARENA.lock();
    let mut offered = 0;
    instructions::each_row(&Scale::SMALL, |mut row| {
        for contender in &mut row.contenders {
            for round in 0..2 {
                contender.prepare();
                if !contender.run() {
                    break;
                }
                offered += 1;
                let (name, library) = (&row.name, contender.name());
                assert_eq!(contender.digest(), row.expected, "{library}: {name}, round {round}");
            }
        }
    });
    assert!(offered > 2 * 12 * LIBRARIES, "only {offered} results: libraries offer less than they do");
}

#[test]
fn no_fault_of_two_threads_is_lost() {
    let _one = ARENA.lock();
    let arena = faults::arena(2048);
    let times = faults::time(&arena, 2048, 3);
    assert_eq!((times.rows().len(), times.columns().len()), (4, 6));
    let times = faults::take_apart(&arena, 2048, 3);
    assert_eq!((times.rows().len(), times.columns().len()), (4, 11));
}

#[test]
fn a_fault_costs_one_locked_operation_for_its_page_and_one_for_each_table() {
    let (beyond, tables) = locked::beyond_one_a_page(4096);
    assert_eq!((beyond, tables), (10, 10), "a table for each 2 MiB, one for 1 GiB and one for 512 GiB");
}

#[test]
fn the_owner_of_a_tree_locks_nothing() {
    assert_eq!(locked::exclusively(4096), 0);
}
