//! Faults of several threads at once, against a monitor that is busy now and then.

use super::{Fixture, range, running};
use crate::address::RawGpa;
use crate::format::Access;
use crate::hook::{Busy, Refusal};
use crate::pair::{FaultOutcome, Run};
use crate::sample::Width;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, RwLock};
use std::thread;

const BASE: u64 = 0x40_0000_0000;

/// Faults on `address` until it is mapped. Returns whether this thread has mapped it.
fn resolve(fixture: &Fixture<Run>, address: u64) -> bool {
    loop {
        match fixture.vm.fault(RawGpa::new(address), Access::READ, &mut &fixture.host).unwrap() {
            FaultOutcome::Mapped { .. } => return true,
            FaultOutcome::Spurious { .. } => return false,
            FaultOutcome::Retry(_) => thread::yield_now(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn two_faults_on_one_address_map_one_page() {
    for round in 0..200 {
        let fixture = running(Width::Bits52);
        fixture.monitor.refuse((0..8).filter(|call| round >> call & 1 != 0).map(|call| (call, Refusal::Busy(Busy))));
        let (start, mapped) = (Barrier::new(2), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    start.wait();
                    mapped.fetch_add(usize::from(resolve(&fixture, BASE)), Ordering::Relaxed);
                });
            }
        });
        assert_eq!(mapped.into_inner(), 1);
        fixture.check();
        assert_eq!(fixture.entries().len(), 5);
    }
}

#[test]
fn many_faults_map_each_page_once() {
    const PAGES: u64 = 64;
    let fixture = running(Width::Bits52);
    fixture.monitor.refuse((0..1000).step_by(3).map(|call| (call, Refusal::Busy(Busy))));
    let mapped = AtomicUsize::new(0);
    thread::scope(|scope| {
        for thread in 0..4 {
            let (fixture, mapped) = (&fixture, &mapped);
            scope.spawn(move || {
                for page in 0..PAGES {
                    // Each thread begins elsewhere; the pages lie in eight tables.
                    let page = (page + thread * 17) % PAGES;
                    let address = BASE + ((page % 8) << 21) + ((page / 8) << 12);
                    mapped.fetch_add(usize::from(resolve(fixture, address)), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(mapped.into_inner(), PAGES as usize);
    fixture.check();
}

#[test]
fn faults_and_removals_under_a_lock_take_turns() {
    const PAGES: u64 = 16;
    let fixture = RwLock::new(running(Width::Bits52));
    fixture.read().unwrap().monitor.refuse((0..4000).step_by(7).map(|call| (call, Refusal::Busy(Busy))));
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for thread in 0..3 {
            let (fixture, done) = (&fixture, &done);
            scope.spawn(move || {
                for round in 0..300 {
                    let page = (round * 5 + thread) % PAGES;
                    resolve(&fixture.read().unwrap(), BASE + (page << 12));
                }
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        scope.spawn(|| {
            for round in 0_u64.. {
                let mut fixture = fixture.write().unwrap();
                let Fixture { vm, monitor, host, .. } = &mut *fixture;
                let taken = range(BASE + ((round % PAGES) << 12), (1 + round % 3) << 12);
                vm.convert_to_shared(taken, &mut &**monitor, &mut &*host).unwrap();
                fixture.check();
                if done.load(Ordering::Relaxed) == 3 {
                    break;
                }
            }
        });
    });
    fixture.read().unwrap().check();
}
