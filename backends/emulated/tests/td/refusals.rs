//! Every call of a life is refused once, in one way or another: the step is tried again or given up, and nothing is
//! lost that is not counted.

use crate::machine::{KEY, Machine, Returned, Source, busy};
use pt_core::format::Access;
use pt_core::pair::{FaultOutcome, Leaked, NoVcpus};
use pt_core::{RawGpa, Route, Split};
use pt_tdx::operand::TdParams;
use pt_tdx::td::{CleanSink, Ended, Failed, Td};
use pt_tdx::{Gpaw, Leaf, Level, Operand, StatusCode};

const BASE: u64 = 0x40_0000_0000;

/// Tries a step until it is taken, at most twice.
fn again<T, R>(value: T, step: impl Fn(T) -> Result<R, Failed<T>>) -> R {
    step(value).unwrap_or_else(|failed| step(failed.value).expect("nothing is refused twice"))
}

/// What a life ended with.
#[derive(PartialEq, Eq, Debug)]
struct Life {
    /// Leaves that were taken away while the TD lived.
    removed: u64,
    /// Bytes that could not be cleaned.
    lost: u64,
    ended: Ended,
}

/// A life in which nothing was lost.
const GOOD: Life =
    Life { removed: 2, lost: 0, ended: Ended { memory: Leaked { bytes: 0, tables: 0 }, control_pages: 0 } };

/// A short life, in which each step is taken at the second attempt if not at the first. A removal is not tried again:
/// what is left of it is reclaimed at the end.
#[expect(clippy::result_large_err, reason = "a step that fails gives the TD back")]
fn live(machine: &Machine) -> Life {
    let gpaw = Gpaw::Bits48;
    let Ok(Route::Private(at)) = gpaw.route(RawGpa::new(BASE)) else { panic!("a private address") };
    let td = again(KEY, |key| Td::create(machine, key));
    let td = again(again(td, Td::configure_key), Td::add_control_pages);
    let mut td = again(td, |td| td.init(&TdParams::new(gpaw)));
    let mut page = machine.page().unwrap();
    while let Err(refused) = td.add_page(at, page, machine.source()) {
        page = refused.page;
    }
    let mut vcpu = match td.create_vcpu(0) {
        Ok(vcpu) => vcpu,
        Err(Failed { value: Some(unfinished), .. }) => td.finish_vcpu(unfinished, 0).unwrap(),
        Err(Failed { value: None, .. }) => td.create_vcpu(0).unwrap(),
    };
    let mut td = again(td, Td::finalize);
    let mut source = Source(machine, Level::Pt);
    while !matches!(td.fault(RawGpa::new(BASE + 0x1000), Access::READ, &mut source), Ok(FaultOutcome::Mapped { .. })) {}
    let range = gpaw.range(at, 1 << 21).unwrap();
    let mut pages = Returned(machine);
    let mut sink = CleanSink::new(td.cleaner(), &mut pages);
    let removed = td.removal(&mut NoVcpus, |session| {
        let Ok(blocked) = session.block(range) else { return 0 };
        let Ok([batch]) = session.track([blocked]) else { return 0 };
        let removed = session.remove(batch, &mut sink).unwrap_or_else(|error| error.removed);
        let _ = session.prune(range);
        removed.leaves
    });
    let mut lost = sink.lost();
    if td.flush_vcpu(&mut vcpu).is_err() {
        td.flush_vcpu(&mut vcpu).unwrap();
    }
    let td = again(again(td, Td::stop), Td::write_back);
    let (mut td, _) = again(td, Td::free_key);
    let mut sink = CleanSink::new(td.cleaner(), &mut pages);
    while !td.reclaim(&mut sink).is_complete() {}
    lost += sink.lost();
    if let Err(failed) = td.reclaim_vcpu(vcpu) {
        td.reclaim_vcpu(failed.value).unwrap();
    }
    Life { removed, lost, ended: again(td, Td::close) }
}

/// The calls of a life in which nothing is refused.
fn calls() -> Vec<Leaf> {
    let machine = Machine::new();
    assert_eq!(live(&machine), GOOD);
    machine.assert_everything_is_back(0);
    let calls: Vec<Leaf> = machine.module.log.borrow().iter().map(|(leaf, _)| *leaf).collect();
    assert!(calls.len() > 55, "{calls:?}");
    // Two pages, three tables, and the TDR.
    assert_eq!(calls.iter().filter(|leaf| **leaf == Leaf::PhymemPageWbinvd).count(), 6);
    calls
}

#[test]
fn each_call_may_be_busy_once() {
    let calls = calls();
    for (number, &leaf) in calls.iter().enumerate() {
        let machine = Machine::new();
        machine.module.refuse.set(Some((number, busy(leaf))));
        assert_eq!(live(&machine), GOOD, "{leaf}, call {number}");
        machine.assert_everything_is_back(0);
        let log = machine.module.log.borrow();
        assert_eq!(log[number], (leaf, busy(leaf)), "call {number}");
        assert_eq!(log.iter().filter(|(_, status)| status.is_busy()).count(), 1, "{leaf} is refused once");
        assert!(log.len() > calls.len(), "{leaf} is tried again");
    }
}

#[test]
fn each_call_may_be_refused_for_good() {
    let refusal = StatusCode::PageMetadataIncorrect | Operand::Rcx;
    for (number, &leaf) in calls().iter().enumerate() {
        let machine = Machine::new();
        machine.module.refuse.set(Some((number, refusal)));
        let Life { lost, ended, .. } = live(&machine);
        let lost_pages = lost / 4096 + ended.memory.tables + ended.control_pages as u64;
        // Only a page that cannot be cleaned is lost.
        assert_eq!(lost_pages, u64::from(leaf == Leaf::PhymemPageWbinvd), "{leaf}, call {number}");
        assert_eq!(ended.memory.bytes, 0);
        machine.assert_everything_is_back(lost_pages);
    }
}
