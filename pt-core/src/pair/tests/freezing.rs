//! The freeze guard by itself.

use super::{FRAME, Fixture, private, running};
use crate::address::Hpa;
use crate::arena::Arena;
use crate::hook::{Busy, Hook, Outcome, Refusal};
use crate::level::LevelOf;
use crate::memory::Memory;
use crate::page::Page;
use crate::pair::slot::linked;
use crate::pair::{Cause, FaultOutcome, Freeze, Run};
use crate::sample::{LevelName, Pd, Pdpt, PrivateSample, Pt, SampleHooks, Width};
use crate::space::Private;
use crate::table::Visible;
use core::convert::Infallible;
use core::sync::atomic::Ordering;
use std::sync::Arc;

const BASE: u64 = 0x40_0000_0000;
const BESIDE: u64 = BASE + 0x1000;

/// What [`SampleHooks::map`] answers.
enum MapPage {}
impl Hook for MapPage {
    const NAME: &'static str = "map";
    type Levels = LevelName;
    type Done = ();
    type Partial = Infallible;
    type Busy = Busy;
    type Incomplete = Infallible;
    type Stopped = Infallible;
}

/// Has the monitor map a page, which may be busy.
fn map(
    fixture: &Fixture<Run>,
    freeze: &Freeze<'_, PrivateSample, Pt, Arc<Arena>>,
    page: &Page<Private, Pt>,
) -> Outcome<MapPage> {
    match fixture.monitor.map(freeze.frozen(), page.frame()) {
        Ok(()) => Outcome::Done(()),
        Err(_) => Outcome::Busy(Busy),
    }
}

/// A VM with one page, so that its neighbour's entry is there.
fn fixture() -> Fixture<Run> {
    let fixture = running(Width::Bits52);
    assert!(matches!(fixture.fault(BASE), Ok(FaultOutcome::Mapped { .. })));
    fixture
}

#[test]
fn a_guard_holds_the_entry_until_it_is_published() {
    let fixture = fixture();
    let before = fixture.entries();
    let freeze = fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap();
    assert_eq!(fixture.entries()[&(0, BESIDE)], 1 << 63 | 0x5a0);
    let second = fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap_err();
    assert_eq!((second.cause, second.level), (Cause::Frozen, LevelName::Pt));
    freeze.roll_back();
    assert_eq!(fixture.entries(), before);

    let freeze = fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap();
    let page = fixture.host.new_page::<Pt>();
    assert!(freeze.holds(page.frame()));
    let answer = map(&fixture, &freeze, &page);
    let frame = page.frame();
    let done = freeze.publish(page, answer).unwrap();
    assert_eq!((done.address(), done.level(), done.frame()), (private(BESIDE), LevelName::Pt, frame));
    fixture.check();
}

#[test]
fn a_page_that_the_monitor_refuses_comes_back() {
    let fixture = fixture();
    let before = fixture.entries();
    let freeze = fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap();
    let page = fixture.host.new_page::<Pt>();
    let frame = page.frame();
    fixture.monitor.refuse([(0, Refusal::Busy(Busy))]);
    let answer = map(&fixture, &freeze, &page);
    let refused = freeze.publish(page, answer).unwrap_err();
    assert_eq!((refused.page.into_frame(), refused.error.cause), (frame, Cause::Refused(Refusal::Busy(Busy))));
    assert_eq!(fixture.entries(), before);
}

#[test]
fn a_fault_that_meets_a_guard_retries_and_touches_nothing() {
    let fixture = fixture();
    fixture.monitor.refuse([]);
    let in_use = fixture.arena.pages_in_use();
    let _guard = fixture.vm.private().freeze::<Pdpt>(private(BASE + (1 << 30))).unwrap();
    let outcome = fixture.vm.fault(
        crate::address::RawGpa::new(BASE + (1 << 30)),
        crate::format::Access::READ,
        &mut &fixture.host,
    );
    let Ok(FaultOutcome::Retry(_)) = outcome else { panic!("{outcome:?}") };
    assert!(fixture.monitor.names().is_empty());
    assert_eq!(fixture.arena.pages_in_use(), in_use);
}

#[test]
fn a_page_that_does_not_fit_comes_back() {
    let fixture = fixture();
    let before = fixture.entries();
    let freeze = fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap();
    let wide = Page::new(Hpa::new(1 << 52)).unwrap();
    assert!(!freeze.holds(wide.frame()));
    let refused = freeze.publish(wide, Outcome::<MapPage>::Done(())).unwrap_err();
    assert_eq!(refused.error.cause, Cause::FrameDoesNotFit(Hpa::new(1 << 52)));
    assert_eq!(refused.page.into_frame(), Hpa::new(1 << 52));
    assert_eq!(fixture.entries(), before);
}

#[test]
fn only_absent_entries_of_tables_that_are_there_are_frozen() {
    let fixture = fixture();
    let refused = |address, level| {
        let error = match level {
            LevelName::Pt => fixture.vm.private().freeze::<Pt>(private(address)).map(drop),
            LevelName::Pd => fixture.vm.private().freeze::<Pd>(private(address)).map(drop),
            _ => unreachable!(),
        };
        error.unwrap_err().cause
    };
    assert_eq!(refused(BASE, LevelName::Pt), Cause::Occupied);
    assert_eq!(refused(BASE, LevelName::Pd), Cause::Occupied);
    assert_eq!(refused(BASE + (1 << 21), LevelName::Pt), Cause::NoTable);
    fixture.check();
}

#[test]
fn a_table_in_which_an_entry_is_frozen_is_not_counted() {
    let fixture = fixture();
    let table = Hpa::new(fixture.entries()[&(1, BASE)] & FRAME);
    fixture.arena.record(table).live.store(1, Ordering::Release);
    assert!(fixture.vm.private().freeze::<Pt>(private(BASE)).is_err());
    assert_eq!(fixture.arena.record(table).counted(), Some(1), "nothing was taken");
    let guard = fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap();
    assert_eq!(fixture.arena.record(table).counted(), None);
    guard.roll_back();
    fixture.check();
}

#[test]
fn a_link_that_says_more_than_ours_is_not_followed() {
    let fixture = fixture();
    let directory = Hpa::new(fixture.entries()[&(2, BASE)] & FRAME);
    let entry = fixture.arena.word(directory, (BASE >> 21) as usize % 512);
    let link = entry.fetch_or(1 << 3, Ordering::AcqRel);
    let error = fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap_err();
    assert_eq!((error.level, error.found, error.cause), (LevelName::Pd, link | 1 << 3, Cause::Frozen));
    entry.store(link, Ordering::Release);
    drop(fixture.vm.private().freeze::<Pt>(private(BESIDE)).unwrap());
    fixture.check();
}

/// [`linked`] finds the link by a difference; here by a mask.
#[test]
fn a_link_is_known_by_all_of_its_bits() {
    let link = <Pd as LevelOf<PrivateSample>>::LINK;
    let found = |raw| linked::<PrivateSample, Pd>(raw).map(|table| table.frame().as_u64());
    let expected = |raw: u64| (raw & !FRAME == link).then_some(raw & FRAME);
    for frame in [0, 0x1000, 0x5_5555_5555_5000, FRAME] {
        assert_eq!(found(link | frame), Some(frame));
        for (one, other) in (0..64).flat_map(|one| (0..64).map(move |other| (one, other))) {
            let raw = (link | frame) ^ 1 << one ^ 1 << other;
            assert_eq!(found(raw), expected(raw), "{raw:#x}");
        }
        for raw in [frame, frame.wrapping_sub(1), frame.wrapping_add(link), frame | PrivateSample::FROZEN] {
            assert_eq!(found(raw), expected(raw), "{raw:#x}");
        }
    }
    assert!(linked::<PrivateSample, Pt>(link).is_none(), "there is nothing below");
}
