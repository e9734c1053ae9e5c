//! Leaves on many threads at a time: nothing waits, nothing is lost, every lock is given back.

use crate::td::{FREE, TDR, Td, page_of};
use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Hpa;
use pt_emulated::tdx::guest::Accepted;
use pt_emulated::tdx::pamt::PageSize;
use pt_tdx::{Leaf, Operand, PageType, Status, StatusCode as Code};

/// A small generator of random numbers, one a thread.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

const THREADS: u64 = 4;
const ROUNDS: u64 = 4000;
const PAGES: u64 = 16;

#[test]
fn pages_come_and_go_on_many_threads() {
    let td = Td::runnable();
    let before = td.children();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let td = &td;
            scope.spawn(move || {
                let mut random = Random(0x9e37_79b9 + thread);
                for _ in 0..ROUNDS {
                    let (gpa, page) = (random.below(PAGES) << 12, page_of(16 + random.below(PAGES)));
                    match random.below(9) {
                        0 | 1 => td.call(Leaf::MemPageAug, gpa, page),
                        2 | 3 => td.call(Leaf::MemPageRemove, gpa, 0),
                        4 => td.call(Leaf::MemRangeBlock, gpa, 0),
                        5 => td.call(Leaf::MemRangeUnblock, gpa, 0),
                        6 => td.call(Leaf::MemPageRelocate, gpa, page),
                        7 => td.raw(Leaf::MemTrack, TDR, 0, 0),
                        _ => td.call(Leaf::MemSeptRd, gpa, 0),
                    };
                }
            });
        }
    });
    let held = (0..PAGES).filter(|page| {
        let record = td.module.record(Hpa::new(page_of(16 + page)), PageSize::Small).unwrap();
        assert_eq!(record.lock.bits() & !0b10, 0, "no lock is held");
        record.kind() == PageType::Regular
    });
    assert_eq!(td.children(), before + held.count() as u64, "every page of the TD is counted once");
    assert_eq!(td.structure().tree_lock.bits(), 0);
    assert_eq!(td.structure().op_state_lock.bits() & !0b10, 0);
    let mut mapped = Vec::new();
    td.module.entries(td.structure(), &mut |found| {
        assert_eq!(found.entry.bits() & pt_emulated::tdx::sept::Entry::LOCK, 0, "{found:?}");
        if found.entry.is_leaf() {
            mapped.push(found.entry.frame());
        }
    });
    let entries = mapped.len();
    mapped.sort_unstable();
    mapped.dedup();
    assert_eq!(mapped.len(), entries, "no page is mapped twice");
    assert_eq!(td.children(), before + entries as u64);
}

#[test]
fn vcpus_enter_accept_and_leave_while_the_host_takes_pages_away() {
    let td = Td::runnable();
    let accepted = AtomicU64::new(0);
    let done = core::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for vcpu in 0..2 {
            let (td, accepted, done) = (&td, &accepted, &done);
            scope.spawn(move || {
                let mut random = Random(77 + vcpu);
                while !done.load(Ordering::Acquire) {
                    let mut guest = match td.enter(vcpu) {
                        Ok(guest) => guest,
                        Err(status) => {
                            assert!(status.is(Code::OperandBusy), "{status}");
                            continue;
                        }
                    };
                    for _ in 0..4 {
                        match guest.accept(random.below(PAGES) << 12) {
                            Accepted::Returned(Status::SUCCESS) => _ = accepted.fetch_add(1, Ordering::Relaxed),
                            Accepted::Returned(_) | Accepted::Interrupted => {}
                            Accepted::Exit(_) => break,
                        }
                    }
                }
            });
        }
        let mut random = Random(5);
        let mut removed = 0;
        while removed < 200 || accepted.load(Ordering::Relaxed) < 50 {
            let gpa = random.below(PAGES) << 12;
            if td.call(Leaf::MemPageAug, gpa, FREE + 0x10_0000 + gpa).status == Status::SUCCESS {
                std::thread::yield_now();
            }
            td.call(Leaf::MemRangeBlock, gpa, 0);
            td.track();
            removed += u64::from(td.call(Leaf::MemPageRemove, gpa, 0).status == Status::SUCCESS);
        }
        done.store(true, Ordering::Release);
    });
    let epoch = &td.structure().epoch;
    assert_eq!((epoch.inside(0), epoch.inside(1)), (0, 0), "all have left");
    assert_eq!(td.raw(Leaf::VpFlush, crate::td::TDVPR, 0, 0).status, Status::SUCCESS, "and hold nothing");
    let blocked = td.call(Leaf::MemRangeBlock, 0x20_0000 | 1, 0).status;
    assert_eq!(blocked, Code::EptEntryStateIncorrect | Operand::Rcx);
}
