//! Every call of a life is refused once: the step is tried again, and nothing is lost.

use crate::machine::{KEY, Machine, Returned, Source, busy};
use pt_core::format::Access;
use pt_core::pair::{FaultOutcome, NoVcpus};
use pt_core::{RawGpa, Route, Split};
use pt_tdx::operand::TdParams;
use pt_tdx::td::{CleanSink, Ended, Failed, Td};
use pt_tdx::{Gpaw, Leaf, Level};

const BASE: u64 = 0x40_0000_0000;

/// Tries a step until it is taken, at most twice.
fn again<T, R>(value: T, step: impl Fn(T) -> Result<R, Failed<T>>) -> R {
    match step(value) {
        Ok(done) => done,
        Err(failed) => {
            assert!(failed.cause.passes(), "{failed}");
            step(failed.value).expect("nothing is refused twice")
        }
    }
}

/// A short life, in which each step is taken at the second attempt if not at the first.
#[expect(clippy::result_large_err, reason = "a step that fails gives the TD back")]
fn live(machine: &Machine) {
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
    td.removal(&mut NoVcpus, |session| {
        let blocked = session.block(range).unwrap();
        let [batch] = session.track([blocked]).unwrap();
        session.remove(batch, &mut sink).unwrap();
        session.prune(range).unwrap();
    });
    assert_eq!(sink.lost(), 0);
    assert_eq!(td.leaked(), Ended::default().memory);
    if td.flush_vcpu(&mut vcpu).is_err() {
        td.flush_vcpu(&mut vcpu).unwrap();
    }
    let td = again(again(td, Td::stop), Td::write_back);
    let (mut td, _) = again(td, Td::free_key);
    while !td.reclaim(&mut pt_tdx::td::NoPages).is_complete() {}
    if let Err(failed) = td.reclaim_vcpu(vcpu) {
        td.reclaim_vcpu(failed.value).unwrap();
    }
    assert_eq!(again(td, Td::close), Ended::default());
    machine.assert_everything_is_back();
}

#[test]
fn each_call_may_be_busy_once() {
    let machine = Machine::new();
    live(&machine);
    let calls: Vec<Leaf> = machine.module.log.borrow().iter().map(|(leaf, _)| *leaf).collect();
    assert!(calls.len() > 55, "{calls:?}");
    for (number, leaf) in calls.iter().enumerate() {
        let machine = Machine::new();
        machine.module.refuse.set(Some(number));
        live(&machine);
        let log = machine.module.log.borrow();
        assert_eq!(log[number], (*leaf, busy(*leaf)), "call {number}");
        assert_eq!(log.iter().filter(|(_, status)| status.is_busy()).count(), 1, "{leaf} is refused once");
        assert!(log.len() > calls.len(), "{leaf} is tried again");
    }
}

#[test]
fn pages_that_cannot_be_cleaned_are_lost_and_counted() {
    let machine = Machine::new();
    live(&machine);
    let is_write_back = |(_, call): &(usize, &(Leaf, _))| call.0 == Leaf::PhymemPageWbinvd;
    let write_backs: Vec<usize> =
        machine.module.log.borrow().iter().enumerate().filter(is_write_back).map(|(number, _)| number).collect();
    // Two pages, three tables, and the TDR.
    assert_eq!(write_backs.len(), 6);
}
