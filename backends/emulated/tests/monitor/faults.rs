//! Faults on purpose, and threads that come into each other's way.

use crate::plain::{Level, Method, Plain};
use crate::refusals::{ADDRESS, at, link, monitor, page, vm};
use pt_emulated::monitor::{Denied, Fault, Faults, Lock, Operation, OutcomeKind};
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn an_injected_fault_changes_nothing_and_is_counted() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    let map = at(Method::Map, Level::Pt).with_page(page(&vm, 0));
    vm.set_faults(Faults::none().nth(Some(Method::Map), 1, Fault::Busy).nth(Some(Method::Map), 2, Fault::Fail(0xbad)));
    let before = vm.inspect(ADDRESS, Level::Pt).unwrap();
    assert_eq!(vm.apply(map), Err(Denied::Busy(Lock::Injected)));
    assert_eq!(vm.apply(map), Err(Denied::Injected { status: 0xbad }));
    assert_eq!(vm.inspect(ADDRESS, Level::Pt).unwrap(), before);
    vm.apply(map).unwrap();
    assert!(matches!(vm.apply(map), Err(Denied::State { .. })));

    let statistics = vm.statistics();
    let count = |outcome| statistics.count(Method::Map, outcome);
    assert_eq!(OutcomeKind::ALL.map(count), [1, 1, 1, 0, 1], "done, busy, stopped, interrupted, refused");
    assert_eq!(statistics.count(Method::Link, OutcomeKind::Done), 3);
    assert_eq!((statistics.calls_of(Method::Map), statistics.total()), (4, 7));
    assert!(statistics.table_reads > 0);
}

#[test]
fn track_and_reclaim_can_be_made_to_fail() {
    let vm = vm(&monitor());
    vm.set_faults(Faults::none().when(|call| (call.level.is_none()).then_some(Fault::Busy)));
    assert_eq!(vm.track(Method::Track), Err(Denied::Busy(Lock::Injected)));
    assert_eq!(vm.reclaim(Method::Reclaim, vm.root()), Err(Denied::Busy(Lock::Injected)));
    vm.set_faults(Faults::none());
    vm.track(Method::Track).unwrap();
}

#[test]
fn an_interrupted_operation_has_to_be_called_again() {
    let vm = vm(&monitor());
    link(&vm, Level::Pd);
    vm.apply(at(Method::Map, Level::Pd).with_page(page(&vm, 9))).unwrap();
    vm.apply(at(Method::Block, Level::Pd)).unwrap();
    vm.track(Method::Track).unwrap();
    vm.set_faults(Faults::none().nth(Some(Method::Split), 1, Fault::Interrupt).nth(
        Some(Method::Unblock),
        2,
        Fault::Interrupt,
    ));
    let split = at(Method::Split, Level::Pd).with_page(page(&vm, 0));
    let handle = ADDRESS | 1;
    assert_eq!(vm.apply(split), Err(Denied::Interrupted { handle }));
    assert_eq!(vm.inspect(ADDRESS, Level::Pd).unwrap().state, Some(Plain::Blocked));
    let unblock = at(Method::Unblock, Level::Pd);
    assert_eq!(vm.apply(unblock), Err(Denied::Unfinished { handle }));
    assert_eq!(vm.apply(unblock), Err(Denied::Busy(Lock::Injected)), "unblock cannot be interrupted");
    vm.apply(split).unwrap();
    assert_eq!(vm.inspect(ADDRESS, Level::Pd).unwrap().state, Some(Plain::Table));
}

#[test]
fn of_threads_that_map_one_entry_one_wins() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    for round in 0..64 {
        let address = ADDRESS + round * 0x1000;
        let frames = [page(&vm, 0), page(&vm, 0)];
        let won = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for frame in frames {
                let (vm, won) = (&vm, &won);
                scope.spawn(move || {
                    loop {
                        match vm.apply(Operation::new(Method::Map, address, Level::Pt).with_page(frame)) {
                            Ok(()) => return won.fetch_add(1, Ordering::Relaxed),
                            Err(Denied::Busy(Lock::Entry)) => {}
                            Err(Denied::State { .. }) => return 0,
                            Err(other) => panic!("{other}"),
                        }
                    }
                });
            }
        });
        assert_eq!(won.into_inner(), 1);
        let mapped = vm.inspect(address, Level::Pt).unwrap();
        assert_eq!(mapped.state, Some(Plain::Mapped));
        let owned: Vec<_> = frames.iter().filter(|&&frame| vm.monitor().owner(frame).is_some()).collect();
        assert_eq!(owned, [&mapped.frame]);
    }
}

#[test]
fn threads_that_map_and_remove_elsewhere_lose_nothing() {
    let vm = vm(&monitor());
    link(&vm, Level::Pt);
    let again = |operation: Operation<Method, Level>| loop {
        match vm.apply(operation) {
            Err(Denied::Busy(_)) => std::thread::yield_now(),
            other => return other.unwrap(),
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..3_u64 {
            let (vm, again) = (&vm, &again);
            scope.spawn(move || {
                for round in 0..50 {
                    let address = ADDRESS + (3 * round + thread) * 0x1000;
                    again(Operation::new(Method::Map, address, Level::Pt).with_page(page(vm, 0)));
                    if round % 2 == 0 {
                        again(Operation::new(Method::Block, address, Level::Pt));
                        while vm.track(Method::Track).is_err() {}
                        again(Operation::new(Method::Remove, address, Level::Pt));
                    }
                }
            });
        }
    });
    let leaves = vm.entries().unwrap().into_iter().filter(|entry| entry.state == Some(Plain::Mapped)).count();
    assert_eq!(leaves, 75);
}
