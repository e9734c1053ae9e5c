//! Faults: order of hooks, sizes, roll back at every refusal, two faults at once.

use super::{building, private, running};
use crate::address::{Gfn, Hpa};
use crate::hook::{Busy, Fatal, MonitorEntry, Refusal, Stopped};
use crate::level::Levels;
use crate::page::Page;
use crate::pair::fault::Side;
use crate::pair::{Cause, FaultError, FaultOutcome, Obstruction};
use crate::sample::{LevelName, Pt, Width};
use std::vec;
use std::vec::Vec;

const AT: u64 = 0x12_3456_7000;

fn refusals() -> [Refusal<LevelName>; 3] {
    let stopped = Stopped { level: LevelName::Pd, entry: MonitorEntry::new(0x80e0_0000_0000_0000) };
    [Refusal::Busy(Busy), Refusal::Stopped(stopped), Refusal::Fatal(Fatal { status: 0xc000_0100_0000_0000 })]
}

#[test]
fn tables_are_linked_parent_first_and_the_page_last() {
    for (width, tables) in [(Width::Bits48, 3), (Width::Bits52, 4)] {
        let fixture = running(width);
        let mapped = FaultOutcome::Mapped { side: Side::Private, level: LevelName::Pt };
        assert_eq!(fixture.fault(AT), Ok(mapped));
        let log = fixture.monitor.state().log.clone();
        let levels: Vec<_> = log.iter().map(|call| call.level.unwrap()).collect();
        assert!(levels.is_sorted_by(|above, below| above < below), "{levels:?}");
        assert_eq!(fixture.monitor.names()[..tables], vec!["link"; tables]);
        assert_eq!(fixture.monitor.names()[tables..], ["map"]);
        assert_eq!(fixture.fault(AT), Ok(FaultOutcome::Spurious { side: Side::Private, level: LevelName::Pt }));
        assert_eq!(fixture.monitor.names().len(), tables + 1, "a mapped page needs no hook");
    }
}

#[test]
fn the_largest_page_that_fits_is_mapped() {
    let fixture = running(Width::Bits52);
    fixture.host.state().largest = LevelName::Pdpt;
    let mapped = |level| Ok(FaultOutcome::Mapped { side: Side::Private, level });
    assert_eq!(fixture.fault(AT), mapped(LevelName::Pd), "the map hook takes no larger page");
    fixture.host.state().largest = LevelName::Pt;
    assert_eq!(fixture.fault(AT + (1 << 21)), mapped(LevelName::Pt));
    fixture.host.state().largest = LevelName::Pd;
    assert_eq!(fixture.fault(AT + (1 << 21) + 0x1000), mapped(LevelName::Pt), "smaller pages are there already");
}

#[test]
fn every_refusal_at_every_hook_is_rolled_back_bit_for_bit() {
    for refusal in refusals() {
        for number in 0.. {
            let fixture = running(Width::Bits52);
            assert!(fixture.fault(AT ^ 1 << 39).is_ok());
            fixture.monitor.refuse([(number, refusal)]);
            let before = fixture.entries();
            let outcome = fixture.fault(AT);
            let log = fixture.monitor.state().log.clone();
            if log.len() == number {
                assert_eq!(outcome, Ok(FaultOutcome::Mapped { side: Side::Private, level: LevelName::Pt }));
                break;
            }
            let error = match outcome {
                Ok(FaultOutcome::Retry(Obstruction::Private(error))) if refusal == Refusal::Busy(Busy) => error,
                Err(FaultError::Obstructed(Obstruction::Private(error))) if refusal != Refusal::Busy(Busy) => error,
                other => panic!("{other:?}"),
            };
            assert_eq!(error.cause, Cause::Refused(refusal));
            let last = log.last().unwrap();
            assert_eq!((error.address.as_u64(), Some(error.level)), (last.address, last.level));
            let mut after = fixture.entries();
            assert_eq!(after.remove(&(error.level.number(), last.address)), None);
            // What was linked before the refusal stays, and nothing else changed.
            assert_eq!(after.len() - before.len(), number);
            assert!(before.iter().all(|(key, raw)| after[key] == *raw));
            assert!(matches!(fixture.fault(AT), Ok(FaultOutcome::Mapped { .. })), "the next fault gets through");
        }
    }
}

#[test]
fn running_out_of_tables_changes_nothing() {
    let fixture = running(Width::Bits52);
    for allowed in 0..8 {
        fixture.arena.limit_allocations(Some(allowed));
        let Err(FaultError::Obstructed(Obstruction::Private(error))) = fixture.fault(AT) else {
            panic!("there are too few tables")
        };
        assert!(matches!(error.cause, Cause::OutOfTables(out) if out.wanted == 8), "{error}");
        assert!(fixture.entries().is_empty());
    }
    fixture.arena.limit_allocations(Some(8));
    assert!(matches!(fixture.fault(AT), Ok(FaultOutcome::Mapped { .. })));
}

#[test]
fn an_access_of_the_wrong_side_changes_no_table() {
    let fixture = running(Width::Bits52);
    let frame = Gfn::new(AT >> 12);
    fixture.host.state().shared.insert(frame);
    assert_eq!(fixture.fault(AT), Ok(FaultOutcome::WrongSide { accessed: Side::Private, frame }));
    fixture.host.state().holes.insert(frame);
    assert_eq!(fixture.fault(AT), Ok(FaultOutcome::NoMemory { at: private(AT) }));
    assert!(fixture.entries().is_empty());
    assert!(matches!(fixture.fault(1 << 52), Err(FaultError::NotAnInput(_))));
}

#[test]
fn a_frame_that_does_not_fit_comes_back() {
    let mut fixture = building(Width::Bits52);
    let address = private(AT);
    let source = Page::new(Hpa::new(0x5000)).unwrap();
    let wide = Page::<_, Pt>::new(Hpa::new(1 << 52)).unwrap();
    let refused = fixture.vm.add_page(address, wide, source).unwrap_err();
    assert_eq!(refused.error.cause, Cause::FrameDoesNotFit(Hpa::new(1 << 52)));
    assert_eq!(refused.page.into_frame(), Hpa::new(1 << 52));
    assert!(!fixture.monitor.names().contains(&"add"));
    let page = fixture.host.new_page::<Pt>();
    fixture.vm.add_page(address, page, source).unwrap();
    fixture.check();
}
